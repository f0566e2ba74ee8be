/**
 * Patterns for names and paths: `*` is any run of characters, `?` any one, everything else is itself. `src/*` also matches
 * what lies deeper: a folder means all that is in it.
 */

/** Takes time in proportion to pattern times text, whatever the pattern: no regular expression that a name could stall. */
export function globMatches(pattern: string, text: string): boolean {
  const [wanted, given] = [[...pattern], [...text]];
  let [at, i] = [0, 0];
  let star = -1;
  let resume = 0;
  while (i < given.length) {
    if (wanted[at] === '*') {
      star = at++;
      resume = i;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[i])) {
      at++;
      i++;
    } else if (star >= 0) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (wanted[at] === '*') at++;
  return at === wanted.length;
}

/** Whether a path matches: all of it, or its end after a slash. A folder matches everything in it. */
export function pathMatches(pattern: string, path: string): boolean {
  const wanted = pattern.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/$/, '/*');
  const given = path.replaceAll('\\', '/');
  if (globMatches(wanted, given)) return true;
  return !wanted.startsWith('/') && globMatches(`*/${wanted}`, given);
}
