/** The examples: set when the page is built, by scripts/gallery-data.mjs, of the study and of examples.toml. */
import { minorNumber } from '../../../core/interpreter.js';
import type { Category, CategoryAbout } from '../../../core/study.js';
import type { Question, Shared } from '../question.js';
import { DEFAULT_VERSION, VERSIONS } from '../state.js';

/** A claim that rests on an experiment. */
export interface Belief {
  readonly id: string;
  readonly text: string;
}

export interface Example {
  /** Of its experiment, or "program.words". */
  readonly id: string;
  /** "Does `*args` allocate?" null: of those that are not chosen for their surprise. */
  readonly question: string | null;
  readonly title: string;
  readonly mode: Question['mode'];
  readonly setup: string;
  readonly code: string;
  /** First Python version that can have it. */
  readonly since: string;
  /** What it shows, in a sentence or two. */
  readonly shows: string;
  /** null: a program. */
  readonly category: Category | null;
  readonly compares: string | null;
  readonly claims: readonly Belief[];
  /** Versions that say most about it; none: any. */
  readonly versions: readonly string[];
}

export interface GalleryData {
  readonly categories: readonly CategoryAbout[];
  /** The most surprising first, then programs, then all others by category. */
  readonly examples: readonly Example[];
}

declare const __GALLERY__: GalleryData;

/** Of no page there is none: in tests. */
export const GALLERY: GalleryData = typeof __GALLERY__ === 'undefined' ? { categories: [], examples: [] } : __GALLERY__;

export const exampleQuestion = ({ mode, setup, code }: Example): Question => ({ mode, setup, code });

/** The example with the versions that say most about it, or else with those that are chosen, as far as they can have it. */
export function exampleShared(example: Example, chosen: readonly string[]): Shared {
  const first = VERSIONS.findIndex((version) => minorNumber(version) >= minorNumber(example.since));
  const able = first < 0 ? VERSIONS.slice(-1) : VERSIONS.slice(first);
  const wanted = example.versions.length > 0 ? example.versions : chosen;
  const possible = able.filter((version) => wanted.includes(version));
  const versions = possible.length > 0 ? possible : able.includes(DEFAULT_VERSION) ? [DEFAULT_VERSION] : able.slice(-1);
  const shown = versions.includes(DEFAULT_VERSION) ? DEFAULT_VERSION : (versions.at(-1) ?? DEFAULT_VERSION);
  return { question: exampleQuestion(example), versions, shown, line: null };
}

/** What a reader types is looked for in all that is told of an example. */
export function exampleMatches(example: Example, wanted: string): boolean {
  const { id, question, title, setup, code, shows, claims } = example;
  const told = [id, question ?? '', title, setup, code, shows, ...claims.map(({ text }) => text)]
    .join('\n')
    .toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => told.includes(word));
}
