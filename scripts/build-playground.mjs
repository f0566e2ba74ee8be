// dist/web/playground/: the playground as static files with relative addresses. The interpreters are not among them: `serve`
// maps them from the installed packages, and build-site.mjs copies them.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { galleryData } from './gallery-data.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(root, 'src/web/playground');

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
      outDir: join(root, 'dist/web/playground'),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      target: ['chrome123', 'firefox120', 'safari17.5'],
      modulePreload: false,
    },
  };
}

/** By minor version, where each interpreter lies beside the page. The version of the package is in the path, so that a browser may keep it for good. */
function distributions() {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.fromEntries(
    Object.entries(dependencies).flatMap(([name, version]) => {
      const minor = /^pyodide-(3\.\d+)$/.exec(name)?.[1];
      const release = /^npm:pyodide@(.+)$/.exec(version)?.[1];
      return minor === undefined || release === undefined ? [] : [[minor, `interpreters/${minor}-${release}/`]];
    }),
  );
}

export async function buildPlayground() {
  const { build } = await import('vite');
  await build(playgroundConfig());
}
