/** What the page and the worker of an interpreter say to each other. Plain data. */
import type { Answer, Output } from '../answer.js';
import type { Growth } from '../growth.js';
import type { Question } from '../question.js';

export type ToWorker =
  /** `folder`: address of the distribution, with a slash at its end. */
  | { readonly kind: 'open'; readonly version: string; readonly folder: string }
  | { readonly kind: 'ask'; readonly question: Question }
  | { readonly kind: 'growth'; readonly question: Question };

export type FromWorker =
  /** Bytes of the interpreter that have come so far. */
  | { readonly kind: 'progress'; readonly loaded: number }
  | { readonly kind: 'opened' }
  /** What a program printed, as it does. */
  | { readonly kind: 'output'; readonly output: Output['parts'][number] }
  /** One, or two where the instructions come later. */
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'growth'; readonly growth: Growth }
  /** The request is done. `reusable`: another may come. */
  | { readonly kind: 'done'; readonly reusable: boolean }
  /** The interpreter cannot go on. */
  | { readonly kind: 'crashed'; readonly message: string };
