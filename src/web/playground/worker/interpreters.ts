/** The interpreters of the page, each in a worker of its own: loaded when wanted, asked one after the other, ended to cancel. */
import type { Signal } from '@preact/signals';
import type { Answer } from '../answer.js';
import type { Growth } from '../growth.js';
import type { Question } from '../question.js';

export type Status =
  | { readonly status: 'absent' }
  /** It will be loaded after another. */
  | { readonly status: 'waiting' }
  /** In bytes. Once all have come, it starts. */
  | { readonly status: 'loading'; readonly loaded: number; readonly total: number }
  | { readonly status: 'ready' }
  | { readonly status: 'running' }
  /** It could not be loaded: a sentence. */
  | { readonly status: 'unavailable'; readonly why: string };

export interface Interpreters {
  /** By version. */
  readonly status: Signal<ReadonlyMap<string, Status>>;
  /** Loads one, without running anything. */
  prepare(version: string): void;
  /** Asks the versions in this order; each answer as it comes, twice where the instructions come later. Ends what ran before. */
  ask(question: Question, versions: readonly string[], take: (version: string, answer: Answer) => void): Promise<void>;
  growth(
    question: Question,
    versions: readonly string[],
    take: (version: string, growth: Growth) => void,
  ): Promise<void>;
  /** Ends the workers that are running. */
  cancel(): void;
}
