// Builds agent/ into dist/agent/pyallocs.wasm, the side module of the embedded engine, and with --tests the modules that
// only tests use into build/. Skipped when no input has changed. The compiler comes from npm: nothing else is needed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const CORE = [
  'wasm/memory.c',
  ...['blocks', 'types', 'tally', 'text', 'codes', 'contexts', 'live', 'sites', 'core'].map((name) => `core/${name}.c`),
];
/** How events reach the core, or whatever stands in its place. */
const HOOKS = ['core/wrap.c', 'core/diverted.c', 'layout/layout.c', 'layout/frames.c', 'core/freestanding.c'];
const MODULES = [
  {
    output: 'dist/agent/pyallocs.wasm',
    sources: [...CORE, ...HOOKS, 'wasm/side_module.c', 'wasm/program.c', 'wasm/recorder.c'],
  },
  { output: 'build/scripted.wasm', sources: [...CORE, ...HOOKS, 'test/scripted.c'] },
  { output: 'build/event_log.wasm', sources: [...HOOKS, 'wasm/side_module.c', 'test/event_log.c'] },
];
// -Os is as fast as -O2 here, and a quarter smaller.
const FLAGS = [
  '--target=wasm32',
  '-std=c11',
  '-Os',
  '-flto',
  '-ffreestanding',
  '-fno-builtin',
  '-fPIC',
  '-fvisibility=hidden',
  '-I.',
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Werror',
];

/** Every C file and header below agent/, as the compiler's file tree. */
function sourceTree(folder = join(root, 'agent'), prefix = '') {
  const files = {};
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) Object.assign(files, sourceTree(join(folder, entry.name), `${prefix}${entry.name}/`));
    else if (/\.[ch]$/.test(entry.name)) files[prefix + entry.name] = readFileSync(join(folder, entry.name), 'utf8');
  }
  return files;
}

/** The compiler wants nested objects for folders. */
function nested(files) {
  const tree = {};
  for (const [path, text] of Object.entries(files)) {
    const parts = path.split('/');
    const name = parts.pop();
    let folder = tree;
    for (const part of parts) folder = folder[part] ??= {};
    folder[name] = text;
  }
  return tree;
}

/** Builds what is out of date; returns the names of what was built. */
export async function buildAgent() {
  const files = sourceTree();
  const compiler = readFileSync(join(root, 'node_modules/@yowasp/clang/package.json'), 'utf8');
  const self = readFileSync(fileURLToPath(import.meta.url), 'utf8');
  const hash = createHash('sha256')
    .update(JSON.stringify([files, JSON.parse(compiler).version, self]))
    .digest('hex');
  const stale = MODULES.filter(({ output }) => {
    const stamp = join(root, `${output}.hash`);
    return !existsSync(join(root, output)) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash;
  });
  if (stale.length === 0) return [];
  const { runLLVM } = await import('@yowasp/clang');
  let messages = '';
  const note = (bytes) => {
    if (bytes) messages += Buffer.from(bytes).toString();
  };
  const options = { stdout: note, stderr: note, fetchProgress: () => {} };
  const run = async (command, input) => {
    try {
      return await runLLVM(command, input, options);
    } catch {
      throw new Error(`${command.join(' ')}\n${messages}`); // the cause repeats every source file
    }
  };
  const objects = {};
  for (const source of new Set(stale.flatMap((module) => module.sources))) {
    const object = source.replaceAll('/', '_').replace(/\.c$/, '.o');
    objects[source] = [object, (await run(['clang', ...FLAGS, '-c', '-o', object, source], nested(files)))[object]];
  }
  for (const { output, sources } of stale) {
    const inputs = Object.fromEntries(sources.map((source) => objects[source]));
    const link = ['wasm-ld', '-shared', '--experimental-pic', '--strip-all', '--lto-O2', '-o', 'out.wasm'];
    const { 'out.wasm': bytes } = await run([...link, ...Object.keys(inputs)], inputs);
    mkdirSync(dirname(join(root, output)), { recursive: true });
    writeFileSync(join(root, output), bytes);
    writeFileSync(join(root, `${output}.hash`), hash);
  }
  return stale.map(({ output }) => output);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const output of await buildAgent()) console.log('built', output);
}
