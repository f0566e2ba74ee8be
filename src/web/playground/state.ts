/** What the reader wrote and chose, and what came of it. Components read these signals, and change them by the functions. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Answer } from './answer.js';
import type { Growth } from './growth.js';
import type { Line, Question, Shared } from './question.js';
import { sameQuestion } from './question.js';
import type { Interpreters } from './worker/interpreters.js';

/** What is pointed at or chosen in a table, and lit up in the code. */
export type Highlight =
  | { readonly kind: 'type'; readonly type: string }
  | { readonly kind: 'origin'; readonly origin: 'freelist' | 'pymalloc' | 'malloc' | 'foreign' | 'buffer' };

export interface PlaygroundState {
  readonly mode: Signal<Question['mode']>;
  readonly setup: Signal<string>;
  readonly code: Signal<string>;
  readonly question: ReadonlySignal<Question>;
  /** Chosen versions, oldest first. */
  readonly versions: Signal<readonly string[]>;
  /** The chosen version whose counts stand beside the lines. */
  readonly shown: Signal<string>;
  /** The line that is unfolded into its instructions, and whose types are marked; null: none. */
  readonly line: Signal<Line | null>;
  readonly highlight: Signal<Highlight | null>;
  /** The question that the answers are to; null: nothing was asked yet. */
  readonly asked: Signal<Question | null>;
  /** By version, as they come in. */
  readonly answers: Signal<ReadonlyMap<string, Answer>>;
  /** By version; empty until asked for. */
  readonly growth: Signal<ReadonlyMap<string, Growth>>;
  readonly running: Signal<boolean>;
  /** Whether the texts are others than those of the answers. */
  readonly stale: ReadonlySignal<boolean>;
  /** That of `shown`; null: none yet. */
  readonly answer: ReadonlySignal<Answer | null>;
  /** Ask again when the reader stops typing. */
  readonly live: Signal<boolean>;
  /** The code came by a link, and nobody has asked to run it yet. */
  readonly fromLink: Signal<boolean>;
  readonly interpreters: Interpreters;
}

/** Versions there are, oldest first. */
export const VERSIONS = ['3.10', '3.11', '3.12', '3.13', '3.14', '3.15'] as const;

/** The newest release. */
export const DEFAULT_VERSION = '3.14';

export function playgroundState(shared: Shared, fromLink: boolean, interpreters: Interpreters): PlaygroundState {
  const { question: first, versions, shown, line } = shared;
  const mode = signal(first.mode);
  const setup = signal(first.setup);
  const code = signal(first.code);
  const question = computed(() => ({
    mode: mode.value,
    setup: mode.value === 'program' ? '' : setup.value,
    code: code.value,
  }));
  const asked = signal<Question | null>(null);
  const answers: PlaygroundState['answers'] = signal(new Map());
  const shownVersion = signal(shown);
  return {
    mode,
    setup,
    code,
    question,
    versions: signal(versions),
    shown: shownVersion,
    line: signal(line),
    highlight: signal(null),
    asked,
    answers,
    growth: signal(new Map()),
    running: signal(false),
    stale: computed(() => asked.value !== null && !sameQuestion(asked.value, question.value)),
    answer: computed(() => answers.value.get(shownVersion.value) ?? null),
    live: signal(false),
    fromLink: signal(fromLink),
    interpreters,
  };
}

/** What a link to the present state holds. */
export function sharedOf({ question, versions, shown, line }: PlaygroundState): Shared {
  return { question: question.value, versions: versions.value, shown: shown.value, line: line.value };
}

/** Puts another question in: from the gallery, or from a link that was followed while the page is open. */
export function show(state: PlaygroundState, { question, versions, shown, line }: Shared): void {
  state.mode.value = question.mode;
  state.setup.value = question.setup;
  state.code.value = question.code;
  state.versions.value = versions;
  state.shown.value = shown;
  state.line.value = line;
  state.highlight.value = null;
}

/** Chooses a version or takes it back; one is always chosen. */
export function toggleVersion(state: PlaygroundState, version: string): void {
  const chosen = new Set(state.versions.value);
  if (!chosen.delete(version)) chosen.add(version);
  if (chosen.size === 0) return;
  state.versions.value = VERSIONS.filter((one) => chosen.has(one));
  if (!chosen.has(state.shown.value)) state.shown.value = state.versions.value.at(-1) ?? DEFAULT_VERSION;
}
