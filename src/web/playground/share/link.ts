/** The address of the page, and what it shows: the part behind the # is a link to the code, or names an example. */
import { batch, effect, type Signal, signal } from '@preact/signals';
import { exampleShared, GALLERY, type GalleryData } from '../gallery/gallery-data.js';
import { findExample } from '../gallery/shown-example.js';
import { type Shared, sameQuestion } from '../question.js';
import { DEFAULT_VERSION, type PlaygroundState, sharedOf, show } from '../state.js';
import { type Decoded, decodeLink, encodeLink } from './link-code.js';

const FIRST: Shared = {
  question: { mode: 'statement', setup: 'x = 1000', code: 'y = x + 1' },
  versions: [DEFAULT_VERSION],
  shown: DEFAULT_VERSION,
  line: null,
};

/** How long the reader has to pause before the address follows. */
const PAUSE_MS = 300;

/** Why the link that was followed shows nothing; null: all is well. A sentence. */
export const linkProblem: Signal<string | null> = signal(null);

export interface First {
  readonly shared: Shared;
  /** The code came by a link: it is not run before the reader asks for it. */
  readonly fromLink: boolean;
  /** A sentence: what was wrong with the link. */
  readonly problem?: string;
}

/** What the page begins with. */
export function firstShared(hash: string): First {
  const decoded = fromHash(hash, [DEFAULT_VERSION], GALLERY);
  const first: First =
    decoded === null
      ? { shared: FIRST, fromLink: false }
      : 'shared' in decoded
        ? { shared: decoded.shared, fromLink: true }
        : { shared: FIRST, fromLink: false, problem: decoded.problem };
  linkProblem.value = first.problem ?? null;
  if (first.fromLink) findExample(first.shared.question);
  return first;
}

/** null: it is no link of ours, but a part of the page. */
export function fromHash(hash: string, chosen: readonly string[], gallery: GalleryData): Decoded | null {
  const text = hash.replace(/^#/, '');
  const id = /^example=(.*)$/s.exec(text)?.[1];
  if (id === undefined) return decodeLink(text);
  const example = gallery.examples.find((one) => one.id === id);
  if (example !== undefined) return { shared: exampleShared(example, chosen) };
  return { problem: 'This link names an example that is not here; the list of all examples is below.' };
}

/** The link to what is shown; null: it is too long for one. */
export function linkTo(state: PlaygroundState): string | null {
  const link = encodeLink(sharedOf(state));
  return link === null ? null : `${location.href.replace(/#.*$/s, '')}#${link}`;
}

/** Shows what a link says that is followed while the page is open, and keeps the address one that leads back here. */
export function followAddress(state: PlaygroundState): void {
  let written = JSON.stringify(sharedOf(state));
  let timer: ReturnType<typeof setTimeout> | undefined;
  addEventListener('hashchange', () => {
    const decoded = fromHash(location.hash, state.versions.value, GALLERY);
    if (decoded === null) return;
    clearTimeout(timer);
    linkProblem.value = 'problem' in decoded ? decoded.problem : null;
    if ('shared' in decoded) {
      take(state, decoded.shared);
      written = JSON.stringify(sharedOf(state));
    }
  });
  effect(() => {
    const now = JSON.stringify(sharedOf(state));
    clearTimeout(timer);
    if (now === written) return;
    timer = setTimeout(() => {
      written = now;
      linkProblem.value = null;
      // Too long for a link: the address of a former state would lead there.
      history.replaceState(history.state, '', linkTo(state) ?? location.pathname + location.search);
    }, PAUSE_MS);
  });
}

/** Code from a link never runs by itself, also not where the reader lets what is typed run by itself. */
function take(state: PlaygroundState, shared: Shared): void {
  batch(() => {
    if (!sameQuestion(shared.question, state.question.value)) {
      state.live.value = false;
      state.fromLink.value = true;
    }
    findExample(shared.question);
    show(state, shared);
  });
}
