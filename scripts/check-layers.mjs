// Fails when an import points the wrong way: each layer may use those below it, and what the browser needs stays free of Node.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const MAY_USE = {
  core: [],
  engines: ['core'],
  study: ['core', 'engines'],
  report: ['core'],
  cli: ['core', 'engines', 'study', 'report'],
  web: ['core', 'report', 'engines'],
};
/** Files that run in a browser as well: no node: import, and none of a file that has one. */
const BROWSER = ['core/', 'report/', 'web/', 'engines/engine.ts', 'engines/protocol.ts', 'engines/wasm/interpreter.ts'];

const source = join(root, 'src');
const files = readdirSync(source, { recursive: true }).filter(
  (name) => /\.tsx?$/.test(name) && !/\.(test|testkit)\.ts$/.test(name),
);
const problems = [];
const imports = new Map(files.map((name) => [slashed(name), importsOf(join(source, name))]));

for (const [file, { files: used }] of imports) {
  const layer = file.split('/')[0];
  if (!(layer in MAY_USE)) problems.push(`src/${file}: ${layer} is no layer`);
  for (const target of used) {
    const other = target.split('/')[0];
    if (other === '..') continue; // a file that the page carries: of no layer
    if (other !== layer && !MAY_USE[layer]?.includes(other))
      problems.push(`src/${file} imports src/${target}: ${layer} may not use ${other}`);
  }
}
for (const file of imports.keys()) {
  if (!BROWSER.some((prefix) => file.startsWith(prefix))) continue;
  for (const reached of reachable(file)) {
    const node = imports.get(reached)?.node[0];
    if (node)
      problems.push(
        `src/${file} must run in a browser, but ${reached === file ? 'it' : `src/${reached}`} imports ${node}`,
      );
  }
}

if (problems.length > 0) {
  console.error(
    `${problems.join('\n')}\n\nThe layers: core <- engines <- study <- cli; core <- report <- cli, web. Move the code to the layer that may use it.`,
  );
  process.exit(1);
}

function importsOf(path) {
  const text = readFileSync(path, 'utf8');
  const specifiers = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map((match) => match[1]);
  return {
    node: specifiers.filter((specifier) => specifier.startsWith('node:')),
    files: specifiers.filter((specifier) => specifier.startsWith('.')).map((specifier) => target(path, specifier)),
  };
}

function target(path, specifier) {
  const written = resolve(dirname(path), specifier.replace(/\?.*/, ''));
  const file = ['.ts', '.tsx'].map((end) => written.replace(/\.js$/, end)).find(existsSync) ?? written;
  if (!existsSync(file)) problems.push(`${relative(root, path)} imports ${specifier}, which is not there`);
  return slashed(relative(source, file));
}

function reachable(start) {
  const seen = new Set([start]);
  for (const file of seen) for (const next of imports.get(file)?.files ?? []) seen.add(next);
  return seen;
}

function slashed(path) {
  return path.split(sep).join('/');
}
