// dist/web/playground/: the playground as static files with relative addresses. The interpreters are not among them: `serve`
// maps them from the installed packages, and build-site.mjs copies them.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
// Compiled before.
import { distributions, PAGE_FOLDER, PAGE_POLICY } from '../dist/cli/playground-site.js';
import { galleryData } from './gallery-data.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src/web/playground');

export async function buildPlayground() {
  const stamp = `${PAGE_FOLDER}.hash`;
  const hash = sourceHash();
  if (existsSync(PAGE_FOLDER) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  rmSync(stamp, { force: true });
  const { build } = await import('vite');
  await build({ ...playgroundConfig(), plugins: [policyInPage()] });
  writeFileSync(stamp, hash);
}

/** How Vite makes it: for building, and for the server of `npm run dev`. */
export function playgroundConfig() {
  return {
    root: source,
    base: './',
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    define: { __DISTRIBUTIONS__: JSON.stringify(distributions()), __GALLERY__: JSON.stringify(galleryData()) },
    worker: { format: 'es' },
    server: { fs: { allow: [root] } },
    build: {
      outDir: PAGE_FOLDER,
      emptyOutDir: true,
      // Neither scripts nor pictures in addresses: the policy allows files only.
      assetsInlineLimit: 0,
      // What light-dark(), which the style sheet is made of, needs as well.
      target: ['chrome123', 'firefox120', 'safari17.5'],
      modulePreload: false,
      chunkSizeWarningLimit: 800,
    },
  };
}

/** For hosts that cannot send headers. Not while developing: Vite's client puts styles into the page. */
function policyInPage() {
  const before = '<meta charset="utf-8">';
  return {
    name: 'pyallocs-policy',
    transformIndexHtml(html) {
      if (!html.includes(before)) throw new Error(`index.html must have ${before}`);
      return html.replace(before, `${before}\n<meta http-equiv="Content-Security-Policy" content="${PAGE_POLICY}">`);
    },
  };
}

/** Of everything that the playground is made of. */
function sourceHash() {
  const hash = createHash('sha256')
    .update(PAGE_POLICY)
    .update(JSON.stringify([distributions(), galleryData()]));
  const files = [
    fileURLToPath(import.meta.url),
    join(root, 'package-lock.json'),
    join(root, 'dist/agent/pyallocs.wasm'),
  ];
  for (const folder of ['src/web', 'src/core', 'src/report', 'src/engines', 'python']) {
    const names = readdirSync(join(root, folder), { recursive: true }).filter((name) =>
      /(?<!\.(test|testkit))\.(tsx?|css|html|svg|json|toml|py)$/.test(name),
    );
    files.push(...names.sort().map((name) => join(root, folder, name)));
  }
  for (const file of files) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest('hex');
}
