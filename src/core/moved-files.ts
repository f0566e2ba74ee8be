/** Files of two recordings that are the same one in two places: a copy of a library's file, a folder with another name. */

/** The functions of each file, by its path. */
export type FunctionsByFile = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The path in `after` for paths of `before` that are not there any more. Such a file has the same name, is the only one of
 * its name that is new, and has half of the functions of the shorter of the two.
 */
export function movedFiles(before: FunctionsByFile, after: FunctionsByFile): ReadonlyMap<string, string> {
  const [gone, come] = [onlyIn(before, after), onlyIn(after, before)];
  const moved = new Map<string, string>();
  for (const [name, old] of gone) {
    const now = come.get(name);
    if (typeof old !== 'string' || typeof now !== 'string') continue;
    if (alike(before.get(old) ?? new Set(), after.get(now) ?? new Set())) moved.set(old, now);
  }
  return moved;
}

/** By the name of the file; null where there are several of that name. */
function onlyIn(some: FunctionsByFile, others: FunctionsByFile): ReadonlyMap<string, string | null> {
  const found = new Map<string, string | null>();
  for (const path of some.keys()) {
    if (others.has(path)) continue;
    const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf(' ')) + 1);
    found.set(name, found.has(name) ? null : path);
  }
  return found;
}

const MODULE = '<module>';

function alike(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  const [some, others] = [one, other].map((names) => new Set([...names].filter((name) => name !== MODULE)));
  if (some === undefined || others === undefined || Math.min(some.size, others.size) === 0) return false;
  const shared = [...some].filter((name) => others.has(name)).length;
  return 2 * shared >= Math.min(some.size, others.size);
}
