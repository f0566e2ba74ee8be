/** The state of the page as the part of its address behind the #: versioned, compressed. */
import type { Shared } from './question.js';
import { DEFAULT_VERSION } from './state.js';

const FIRST: Shared = {
  question: { mode: 'statement', setup: 'x = 1000', code: 'y = x + 1' },
  versions: [DEFAULT_VERSION],
  shown: DEFAULT_VERSION,
  line: null,
};

/** What the page begins with. */
export function firstShared(_hash: string): { readonly shared: Shared; readonly fromLink: boolean } {
  return { shared: FIRST, fromLink: false };
}
