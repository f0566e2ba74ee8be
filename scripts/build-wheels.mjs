// npm run build:wheels: the Python distribution in build/wheels, as pip installs it: sdist and wheel of pyallocs, and one wheel for
// each embedded Python. `-- 3.14` makes the embedded ones of these versions only, `-- none` none; `--out FOLDER` puts them elsewhere.
// Needs a Python 3.8 or later with venv, a C compiler, and the network for hatchling.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { copyPackages, packageJson } from './packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const HATCHLING = 'hatchling==1.27.0'; // the last for 3.8
const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true });
const out = resolve(values.out ?? join(root, 'build', 'wheels'));
const work = join(out, 'work');

const { dependencies } = packageJson(root);
const minors = Object.keys(dependencies).flatMap((name) => /^pyodide-(.*)/.exec(name)?.[1] ?? []);
const wanted = positionals.length === 0 ? minors : positionals.filter((minor) => minor !== 'none');
const unknown = wanted.filter((minor) => !minors.includes(minor));
if (unknown.length > 0) fail(`There is no embedded Python ${unknown.join(', ')}; there are ${minors.join(', ')}.`);
if (!existsSync(join(root, 'build', 'command'))) fail('The command line is not built; run: npm run build');

rmSync(out, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
const hatchling = installHatchling();
run(hatchling, ['build', '-d', out], join(root, 'python'));
for (const minor of wanted) buildEmbedded(minor);
rmSync(work, { recursive: true });
for (const name of readdirSync(out))
  console.log(`${(statSync(join(out, name)).size / 1e6).toFixed(2).padStart(6)} MB  ${name}`);

function installHatchling() {
  const python = process.env.PYTHON ?? 'python3';
  const environment = join(work, 'hatchling');
  run(python, ['-m', 'venv', environment], root);
  run(join(environment, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', HATCHLING], root);
  return join(environment, 'bin', 'hatchling');
}

/** A project from the template in python/embedded, with the npm packages in it. */
function buildEmbedded(minor) {
  const npm = /^npm:pyodide@(.*)/.exec(dependencies[`pyodide-${minor}`])?.[1] ?? fail(`package.json: pyodide-${minor}`);
  const names = { MINOR: minor, DASHED: minor.replace('.', '-'), SCORED: minor.replace('.', '_'), NPM: npm };
  const texts = { ...names, RELEASE: npm.replace(/-alpha\./, 'a') }; // as PEP 440 writes it
  const project = join(work, minor);
  const folder = join(project, `pyallocs_embedded_${names.SCORED}`);
  mkdirSync(folder, { recursive: true });
  for (const name of ['pyproject.toml', 'README.md']) {
    const template = readFileSync(join(root, 'python', 'embedded', name), 'utf8');
    writeFileSync(
      join(project, name),
      template.replace(/@([A-Z]+)@/g, (_, key) => texts[key]),
    );
  }
  writeFileSync(
    join(folder, '__init__.py'),
    `"""CPython ${minor} for the command line of pyallocs: see node_modules/."""\n`,
  );
  copyPackages([`pyodide-${minor}`], root, join(folder, 'node_modules'));
  run(hatchling, ['build', '-t', 'wheel', '-d', out], project);
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) fail(`${command} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}${error ?? ''}`);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
