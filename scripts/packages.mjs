// Copies npm packages with all that they depend on into a folder: only what runs, and their licences.
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** Types, sources, texts about them, and what tools keep for themselves. */
const LEFT_OUT =
  /(^|\/)(\.[^/]*|src|typings|CONTRIBUTING.*|readme\.md|eslint\..*|tsconfig[^/]*)$|\.d\.[cm]?ts$|\.map$|\.html$/i;

/** `names`: packages that `from` can import; they come to lie in the folder `target`, side by side. Returns what is there then. */
export function copyPackages(names, from, target) {
  const copied = new Map();
  for (const name of names) copy(name, from);
  return [...copied.keys()];

  function copy(name, user) {
    const folder = packageFolder(name, user);
    const known = copied.get(name);
    if (known === folder) return;
    if (known !== undefined) throw new Error(`two versions of ${name}: ${known} and ${folder}`);
    copied.set(name, folder);
    const { dependencies = {}, type } = packageJson(folder);
    const twin = (path) => type === 'module' && path.endsWith('.cjs') && existsSync(path.replace(/\.cjs$/, '.js'));
    cpSync(folder, join(target, name), {
      recursive: true,
      dereference: true,
      filter: (path) => {
        const inside = relative(folder, path);
        return inside === '' || (inside !== 'node_modules' && !LEFT_OUT.test(inside) && !twin(path));
      },
    });
    for (const needed of Object.keys(dependencies)) if (!needed.startsWith('@types/')) copy(needed, folder);
  }
}

export const packageJson = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** As Node looks for it: in the node_modules of each folder on the way up. */
function packageFolder(name, user) {
  for (let folder = user; ; folder = dirname(folder)) {
    const found = join(folder, basename(folder) === 'node_modules' ? '' : 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return found;
    if (folder === dirname(folder)) throw new Error(`${name}, which ${user} needs, is not installed; run: npm ci`);
  }
}
