/** What stands beside the lines of the editors: the counts of the shown version, where its lines are now. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { addCounts, ZERO } from '../../../core/counts.js';
import { cellParts } from '../../../report/text/cell.js';
import type { Mark } from '../../../report/text/style.js';
import type { ShownInstruction } from '../answer.js';
import type { Line, Question, Text } from '../question.js';
import type { Highlight, PlaygroundState } from '../state.js';
import { isLit, type LineCounts, lineCounts, shownEvents } from './line-counts.js';
import { sameLines } from './same-lines.js';

/** A line of the document that has instructions. */
export interface CountedLine {
  /** Where it was when it was counted, as `state.line` has it. */
  readonly asked: number;
  readonly of: LineCounts;
  /** Its events as a share of those of the hottest line: by area, so that a line of a tenth of it is still seen. */
  readonly heat: number;
  readonly lit: boolean;
}

export interface Beside {
  /** Whether there are counts at all. */
  readonly counted: boolean;
  /** By line of the document, in their order. */
  readonly lines: ReadonlyMap<number, CountedLine>;
  /** The counts are of another text than is there now. */
  readonly old: boolean;
  /** The line of the document that is unfolded; null: none. */
  readonly open: number | null;
  readonly problem: { readonly line: number; readonly message: string } | null;
  readonly highlight: Highlight | null;
  /** Of what and how the counts are: "Python 3.14, per execution". */
  readonly heading: string;
}

/** The counts to show, and the question that they are the answer to. */
interface Counted {
  readonly asked: Question;
  readonly version: string;
  readonly instructions: readonly ShownInstruction[];
  readonly old: boolean;
}

/** What the two editors share. */
export interface CodeState {
  /** null: nothing was counted. */
  readonly counted: ReadonlySignal<Counted | null>;
  readonly beside: Readonly<Record<Text, ReadonlySignal<Beside>>>;
  /** The signs of all counts. */
  readonly marks: ReadonlySignal<readonly Mark[]>;
  /** For those who do not see what unfolds. */
  readonly spoken: Signal<string>;
}

export function codeState(state: PlaygroundState): CodeState {
  const counted = countedOf(state);
  const lines = computed(() => {
    const instructions = counted.value?.instructions ?? [];
    return { code: lineCounts(instructions, 'code'), setup: lineCounts(instructions, 'setup') };
  });
  const hottest = computed(() =>
    [...lines.value.code.values(), ...lines.value.setup.values()].reduce(
      (most, { counts }) => Math.max(most, shownEvents(counts)),
      0,
    ),
  );
  const marks = computed(() => {
    const all = [...lines.value.code.values(), ...lines.value.setup.values()];
    return cellParts(all.reduce((sum, { counts }) => addCounts(sum, counts), ZERO)).map(({ mark }) => mark);
  });
  const beside = (text: Text): ReadonlySignal<Beside> => {
    const places = computed(() => sameLines(state.asked.value?.[text] ?? state[text].value, state[text].value));
    const moved = computed(() => {
      const of = counted.value;
      // Counts that are kept while others are on their way are of an earlier question.
      return of === null || of.asked === state.asked.value
        ? places.value
        : sameLines(of.asked[text], state[text].value);
    });
    return computed(() => {
      const highlight = state.highlight.value;
      const now = [...lines.value[text]].flatMap(([asked, of]): [number, CountedLine][] => {
        const line = moved.value.get(asked);
        if (line === undefined) return [];
        const heat = Math.sqrt(shownEvents(of.counts) / Math.max(hottest.value, Number.MIN_VALUE));
        return [[line, { asked, of, heat, lit: isLit(of, highlight) }]];
      });
      return {
        counted: counted.value !== null,
        lines: new Map(now.toSorted(([a], [b]) => a - b)),
        old: counted.value?.old ?? false,
        open: placeOf(state.line.value, text, places.value),
        problem: problemOf(state, text, places.value),
        highlight,
        heading: `Python ${state.shown.value}, ${state.mode.value === 'statement' ? 'per execution' : 'in all'}`,
      };
    });
  };
  return { counted, beside: { code: beside('code'), setup: beside('setup') }, marks, spoken: signal('') };
}

/** While the next counts are on their way, those before them stay, so that nothing jumps. */
function countedOf(state: PlaygroundState): ReadonlySignal<Counted | null> {
  let last: Counted | null = null;
  return computed(() => {
    const answer = state.answer.value;
    const asked = state.asked.value;
    const version = state.shown.value;
    if (asked === null || asked.mode !== state.mode.value) return null;
    if (answer !== null && answer.instructions !== null) {
      last = { asked, version, instructions: answer.instructions, old: state.stale.value };
      return last;
    }
    const coming = answer === null ? state.running.value : answer.mode === 'statement' && answer.pending;
    if (!coming || last?.version !== version || last.asked.mode !== asked.mode) return null;
    return { ...last, old: true };
  });
}

function placeOf(line: Line | null, text: Text, places: ReadonlyMap<number, number>): number | null {
  return line === null || line.text !== text ? null : (places.get(line.line) ?? null);
}

function problemOf(state: PlaygroundState, text: Text, places: ReadonlyMap<number, number>): Beside['problem'] {
  const problem = state.answer.value?.problem ?? null;
  if (problem === null || state.asked.value?.mode !== state.mode.value) return null;
  const line = placeOf(problem.at, text, places);
  return line === null ? null : { line, message: problem.message };
}
