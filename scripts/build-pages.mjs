// dist/web/recording.html and study.html: each page as one file, in which report --html and study put the data. Their scripts
// and styles are named to the browser by their hash; they may load and run nothing else.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const PAGES = ['recording', 'study'];

export async function buildPages() {
  const hash = sourceHash();
  for (const page of PAGES) await buildPage(page, hash);
}

async function buildPage(name, hash) {
  const source = join(root, 'src/web', name);
  const output = join(root, `dist/web/${name}.html`);
  const stamp = `${output}.hash`;
  if (existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  const { script, style } = await bundle(source);
  const parts = {
    '/*script-hash*/': `'${digest(script)}'`,
    '/*style-hash*/': `'${digest(style)}'`,
    '/*style*/': style,
    '/*script*/': script,
  };
  let page = readFileSync(join(source, 'page.html'), 'utf8');
  for (const [mark, text] of Object.entries(parts)) {
    const [before, after, ...more] = page.split(mark);
    if (after === undefined || more.length > 0) throw new Error(`page.html must have ${mark} once`);
    page = before + text + after;
  }
  mkdirSync(dirname(output), { recursive: true });
  writeFileSync(output, page);
  writeFileSync(stamp, hash);
}

async function bundle(source) {
  const { build } = await import('vite');
  const built = await build({
    root,
    configFile: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      // What light-dark(), which the style sheet is made of, needs as well.
      target: ['chrome123', 'firefox120', 'safari17.5'],
      cssCodeSplit: false,
      modulePreload: false,
      rolldownOptions: {
        input: join(source, 'main.tsx'),
        output: { format: 'iife', codeSplitting: false },
      },
    },
  });
  const { output: files } = Array.isArray(built) ? built[0] : built;
  const script = files.find((file) => file.type === 'chunk')?.code;
  const style = files.find((file) => file.fileName.endsWith('.css'))?.source;
  if (files.length !== 2 || script === undefined || style === undefined) {
    throw new Error(`the page must be one script and one style sheet, not ${files.map((file) => file.fileName)}`);
  }
  // What a script element must not hold; in JavaScript it stands in strings only.
  return { script: script.replace(/<(?=\/script|!--)/gi, '\\x3c').trim(), style: String(style).trim() };
}

function digest(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** Of everything that the page is made of. */
function sourceHash() {
  const hash = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const folder of ['src/web', 'src/core', 'src/report']) {
    const names = readdirSync(join(root, folder), { recursive: true }).filter((name) =>
      /\.(tsx?|css|html)$/.test(name),
    );
    for (const name of names.sort()) hash.update(name).update(readFileSync(join(root, folder, name)));
  }
  return hash.update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
}
