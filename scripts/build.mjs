// Builds everything, and only what is out of date: TypeScript, the side module, the native agent where there is a C compiler,
// the pages of a recording and of a study, the playground, the data files beside them, and a copy of it all for pip.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const clang = join(root, 'node_modules/@yowasp/clang');

if (!existsSync(tsc) || !existsSync(clang)) {
  // `npm ci --omit=dev` and installing from the packed tarball: what is needed was built before.
  if (process.argv.includes('--if-possible')) process.exit(0);
  console.error('The tools to build with are not installed; run: npm ci');
  process.exit(1);
}
const { status } = spawnSync(process.execPath, [tsc, '-b', root], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);
const { buildAgent } = await import('./build-agent.mjs');
await buildAgent();
await buildNativeAgent();
const { buildPages } = await import('./build-pages.mjs');
await buildPages();
copyStudyData();
const { buildPlayground } = await import('./build-playground.mjs'); // the examples are those of the study
await buildPlayground();
const { stageCommand } = await import('./stage-command.mjs'); // last: it copies what the others made
stageCommand();

/** dist/agent/libpyallocs.so. Without a compiler there is none, and the command line says so when one is asked for. */
async function buildNativeAgent() {
  const { agentHash, compileAgent, isSupportedMachine } = await import('../dist/engines/native/agent.js');
  const hasCompiler = spawnSync('cc', ['--version']).status === 0;
  if (!isSupportedMachine() || !hasCompiler) return;
  const output = join(root, 'dist/agent/libpyallocs.so');
  const stamp = `${output}.hash`;
  const hash = agentHash();
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  compileAgent(output);
  writeFileSync(stamp, hash);
}

function copyStudyData() {
  for (const folder of ['experiments', 'series', 'limits', 'programs']) {
    const from = join(root, 'src/study', folder);
    const to = join(root, 'dist/study', folder);
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from)) if (/\.(toml|py)$/.test(name)) cpSync(join(from, name), join(to, name));
  }
}
