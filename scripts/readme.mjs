// Fills the marked blocks of the documents by running pyallocs, so that every transcript comes from a real run. With
// --check nothing is written, and a block that would change is an error. A marker stands above its block:
//
//   <!-- file: NAME -->               the block is written to NAME in the folder where the commands run
//   <!-- run: pyallocs ... -->        the block becomes the command and what it prints. Of one that must not exit with 0, the
//                                     code stands behind it: pyallocs ...   # exit code 3
//   <!-- json: pyallocs ... --json -->  the block becomes the JSON that the command prints, with its lines joined
//   <!-- native: pyallocs ... -->     the same as `run`, where the Python that the block names is installed. Elsewhere, or
//                                     where its patch release is another, the block stays as it is, and a note says so.
//                                     An empty block is filled with whatever is installed.
//   <!-- shell: 3.13.18 -->           the lines of the block that begin with "$ " are run by sh, one after the other, with
//                                     that Python as python3; what they print stands below each. Elsewhere the same as
//                                     `native`. To write it on another patch release: change the number.
//   <!-- folder: docs/walkthrough --> the files of that folder are copied to where the commands run
//   <!-- show: NAME -->               the block shows that file, from where the commands run
//
// The commands of a document run in an empty folder of their own, 100 columns wide, without colours, outside any virtual
// environment, and must exit with 0. A block in which only times and the releases of a program would change stays as it is.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const DOCUMENTS = ['README.md', 'CHANGELOG.md', 'docs/walkthrough.md', 'docs/two-revisions.md', 'docs/budgets.md'];
const COLUMNS = 100;
const BLOCK = /<!-- (file|run|json|native|shell|folder|show): (.+?) -->(?:\n```\w*\n([\s\S]*?)```)?/g;

const check = process.argv.includes('--check');
const temporary = mkdtempSync(join(tmpdir(), 'pyallocs-readme-'));
let folder = '';
let stale = 0;
try {
  for (const name of DOCUMENTS) {
    folder = mkdtempSync(join(temporary, 'here-'));
    const before = readFileSync(join(root, name), 'utf8');
    const after = before.replace(BLOCK, filled);
    if (before === after) continue;
    stale++;
    if (check) console.error(`${name} is out of date:\n${firstDifference(before, after)}`);
    else writeFileSync(join(root, name), after);
    if (!check) console.log(`${name} is written`);
  }
} finally {
  rmSync(temporary, { recursive: true });
}
if (check && stale > 0) {
  console.error('\nTo mend it: npm run readme');
  process.exit(1);
}

/** A marker with what belongs below it. */
function filled(found, kind, argument, text) {
  const block = (language, lines) => `<!-- ${kind}: ${argument} -->\n\`\`\`${language}\n${lines}\n\`\`\``;
  if (kind === 'file') {
    writeFileSync(join(folder, argument), text);
    return found;
  }
  if (kind === 'folder') {
    cpSync(join(root, argument), folder, { recursive: true });
    return found;
  }
  if (kind === 'show')
    return block(/^```(\w*)/m.exec(found)?.[1] ?? '', readFileSync(join(folder, argument), 'utf8').trimEnd());
  if (kind === 'shell')
    return unlessMoved(found, runShell(argument, text ?? '', (lines) => block('console', lines)) ?? found);
  if (kind === 'native') {
    const output = runNative(argument, text ?? '');
    return output === null ? found : unlessMoved(found, block('console', `$ ${argument}\n${output.trimEnd()}`));
  }
  const output = run(argument);
  // json5: the formatter would spread the lines of a block called json
  if (kind === 'json') return block('json5', pretty(JSON.parse(output)));
  return unlessMoved(found, block('console', `$ ${argument}\n${output.trimEnd()}`));
}

/** The old text where the new one differs only in what no result promises: how long a program took, and its releases. */
function unlessMoved(before, after) {
  const fixed = (text) =>
    text
      .replaceAll(/^( +took +)[\d.]+ s/gm, '$1')
      .replaceAll(/^( +released +)[\d,]+ blocks?/gm, '$1')
      .replaceAll(/^\d+ loops, best of 5: [\d.]+ [mun]?sec/gm, '');
  return fixed(before) === fixed(after) ? before : after;
}

/** What a command prints on an installed Python; null where that of `text` is not there. */
function runNative(command, text) {
  const version = (lines) => /^CPython .*?\(native:(\S+)\)/m.exec(lines)?.[1] ?? null;
  const wanted = version(text);
  const { status, output } = execute(command);
  if (status === 0 && (wanted === null || version(output) === wanted)) return output;
  if (wanted === null) throw new Error(`${command}\nexited with ${status}\n${output}`);
  console.error(`not run, for want of CPython ${wanted}: ${command}`);
  return null;
}

/** What the commands of a block print when python3 is of this version; null where there is none. */
function runShell(version, text, block) {
  const python = `python${version.replace(/\.\d+$/, '')}`;
  const there = spawnSync(python, ['-c', 'import sys; print(sys.version.split()[0], sys.executable)'], {
    encoding: 'utf8',
  });
  const [found, path] = (there.stdout ?? '').trim().split(' ');
  if (found !== version) {
    console.error(`not run, for want of CPython ${version}: a block of commands`);
    return null;
  }
  const programs = join(temporary, 'bin');
  mkdirSync(programs, { recursive: true });
  for (const [name, line] of [
    ['pyallocs', `'${process.execPath}' '${join(root, 'bin/pyallocs.js')}'`],
    ['python3', `'${path}'`],
  ]) {
    writeFileSync(join(programs, name), `#!/bin/sh\nexec ${line} "$@"\n`);
    chmodSync(join(programs, name), 0o755);
  }
  const commands = text.split('\n').filter((line) => line.startsWith('$ '));
  const lines = commands.flatMap((command) => {
    const { status, stdout } = spawnSync('sh', ['-c', `exec 2>&1\n${command.slice(2)}`], {
      cwd: folder,
      env: environment(programs),
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    if (status !== 0) throw new Error(`${command}\nexited with ${status}\n${stdout}`);
    return [command, ...(stdout.trimEnd() === '' ? [] : [stdout.trimEnd()])];
  });
  return block(lines.join('\n'));
}

function run(command) {
  const [, typed, code] = /^(.*?)(?:\s+# exit code (\d+))?$/.exec(command) ?? [];
  const { status, output } = execute(typed);
  if (status !== Number(code ?? 0)) throw new Error(`${command}\nexited with ${status}\n${output}`);
  return output;
}

function execute(command) {
  const [program, ...args] = words(command);
  if (program !== 'pyallocs') throw new Error(`only pyallocs can be run: ${command}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'bin/pyallocs.js'), ...args], {
    cwd: folder,
    env: environment(),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return { status, output: stdout + stderr };
}

/** The same everywhere: Python makes objects of every variable when it starts, and some of them lie in freelists later. */
function environment(...programs) {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH: [...programs, PATH].join(delimiter), HOME, LANG: 'C.UTF-8', COLUMNS: String(COLUMNS), NO_COLOR: '1' };
}

/** The words of a command as a shell would take them: quotes, and nothing else that is special. */
function words(command) {
  return [...command.matchAll(/'([^']*)'|"([^"]*)"|\S+/g)].map((word) => word[1] ?? word[2] ?? word[0]);
}

/** JSON with as much on a line as fits. */
function pretty(value, indent = '') {
  const short = inline(value);
  if (indent.length + short.length <= COLUMNS || value === null || typeof value !== 'object') return short;
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => pretty(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${pretty(item, inner)}`);
  const lines = [];
  let open = false; // whether the last line can take more
  for (const [i, item] of items.entries()) {
    const text = i + 1 < items.length ? `${item},` : item;
    const whole = !text.includes('\n');
    const joined = `${lines.at(-1)} ${text}`;
    if (open && whole && joined.length <= COLUMNS) lines[lines.length - 1] = joined;
    else lines.push(inner + text);
    open = whole;
  }
  const [first, last] = Array.isArray(value) ? '[]' : '{}';
  return `${first}\n${lines.join('\n')}\n${indent}${last}`;
}

function inline(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${inline(item)}`);
  return `{${entries.join(', ')}}`;
}

function firstDifference(before, after) {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const at = now.findIndex((line, i) => line !== old[i]);
  return `  line ${at + 1}\n  - ${old[at] ?? '(nothing)'}\n  + ${now[at] ?? '(nothing)'}`;
}
