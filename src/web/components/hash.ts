/** What the address names behind its #: the part of the page that is looked for. */
import { type Signal, signal } from '@preact/signals';

function decoded(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return ''; // no valid escape: nothing of this page
  }
}

export const target: Signal<string> = signal(decoded(location.hash));

function lookFor(hash: string): void {
  target.value = '';
  target.value = decoded(hash);
}

addEventListener('hashchange', () => lookFor(location.hash));

// A link to what the address names already changes no address, and leads there all the same.
document.addEventListener('click', ({ target: clicked }) => {
  const link = clicked instanceof Element ? clicked.closest('a') : null;
  if (link?.hash === location.hash && location.hash !== '') lookFor(location.hash);
});
