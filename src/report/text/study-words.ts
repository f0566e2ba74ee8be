/** The sentences of a study that stand in the terminal, in REPORT.md and on its page. Names from outside are made printable. */
import { BUFFER_ROW } from '../../core/counts.js';
import type { Interpreter } from '../../core/interpreter.js';
import type { ClaimResult, ExperimentResult, StudyResult, StudyTimings, Verdict } from '../../core/study.js';
import type { Cost } from '../../core/study-advice.js';
import { RESIZE_ROW, type TypeChange, type TypeChangeKind, typeChanges } from '../../core/study-changes.js';
import { type ProgramSummary, programSummaries, type Spread } from '../../core/study-programs.js';
import { isRelease, type Neighbours, neighbours, reference, shortNames } from '../../core/study-versions.js';
import { commandWord } from './command.js';
import { integer, list, plural, rough } from './numbers.js';
import { studyChanges } from './study.js';
import { printable, printableName } from './style.js';

export const STUDY_TITLE = 'How often does Python allocate?';

/** What each cost means, as a heading, and as part of a sentence. */
export const COST_WORDS: Readonly<Record<Cost, { readonly title: string; readonly short: string }>> = {
  nothing: { title: 'Allocates nothing', short: 'allocates nothing' },
  freelist: { title: 'Served by freelists', short: 'is served by freelists' },
  sometimes: { title: 'Asks the allocator now and then', short: 'asks the allocator now and then' },
  allocator: { title: 'Asks the allocator every time', short: 'asks the allocator every time' },
  grows: { title: 'Costs more the longer it runs', short: 'costs more the longer it runs' },
};

/** A sign for each verdict that needs no colour; its word stands beside it. */
export const VERDICT_SIGNS: Readonly<Record<Verdict, { readonly sign: string; readonly letter: string }>> = {
  confirmed: { sign: '✓', letter: '+' },
  refuted: { sign: '✗', letter: 'x' },
  misleading: { sign: '!', letter: '!' },
  'not-testable': { sign: '?', letter: '?' },
};

export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  confirmed: 'confirmed',
  refuted: 'refuted',
  misleading: 'misleading',
  'not-testable': 'not testable',
};

/** As a sentence without its end. */
export function claimText({ text }: Pick<ClaimResult, 'text'>): string {
  const shown = printable(text).replace(/\.$/, '');
  return shown.charAt(0).toUpperCase() + shown.slice(1);
}

/** Of the whole: what is missing, or null. */
export const partialSentence = ({ partial }: Pick<StudyResult, 'partial'>): string | null =>
  partial === true ? 'This study was ended before its end. What is here is right, and not all.' : null;

/** "native:3.8 could not be counted: …", of each that was asked for. */
export const absentSentences = ({ absent }: Pick<StudyResult, 'absent'>): string[] =>
  absent.map(({ interpreter, message }) => printable(`${interpreter} could not be counted: ${message}`));

/** The version that sentences speak of, of those that programs ran on, or else of all. */
export function referenceOf(study: StudyResult): Interpreter | null {
  const ran = new Set(programSummaries(study, null).map(({ interpreter }) => interpreter.id));
  const candidates = study.interpreters.filter(({ id }) => ran.has(id));
  return reference(candidates.length > 0 ? candidates : study.interpreters);
}

/** "CPython 3.14.2", and that it is an embedded one, where that sets it apart. */
export function versionName({ version, engine }: Interpreter): string {
  return `CPython ${version}${engine === 'wasm' ? ' (embedded)' : ''}`;
}

const share = (part: number): string =>
  part > 0.9995 && part < 1 ? '> 99.9 %' : `${(100 * part).toFixed(part > 0.995 && part < 1 ? 1 : 0)} %`;

/** "from 12 % to 98 %" */
const ends = ({ least, most }: Spread, text: (value: number) => string): string =>
  `from ${text(least)} to ${text(most)}`;

/** At most three digits that say something: a median of times is not known to more. */
export function rate(perMs: number): string {
  return perMs >= 1000 ? integer(Number(perMs.toPrecision(2))) : String(Number(perMs.toPrecision(2)));
}

/** How often real programs allocate: the answer to the title, with times where there are any. null: no program ran. */
export function programsSentence(study: StudyResult, timings: StudyTimings | null): string | null {
  const interpreter = referenceOf(study);
  const summary = programSummaries(study, timings).find((one) => one.interpreter.id === interpreter?.id);
  if (summary === undefined) return null;
  const { programs, perMs, creations, freelist } = summary;
  const from = (of: typeof freelist, word: (value: number) => string): string =>
    programs === 1 ? '' : ` (${ends(of, word)})`;
  const often =
    perMs === null
      ? `creates ${rough(Math.round(creations.median))} objects${from(creations, rough)}`
      : `creates ${rate(perMs.median)} objects per millisecond${from(perMs, rate)}`;
  const never = `${share(freelist.median)} of them never reach the allocator: a freelist serves them${from(freelist, share)}`;
  const who = programs === 1 ? 'one real program' : `the median of ${plural(programs, 'real program')}`;
  return `On ${versionName(summary.interpreter)}, ${who} ${often}; ${never}.`;
}

/** "5,900 /ms, 71 % from freelists": a version in a table. */
export function summaryCells({ perMs, creations, freelist }: ProgramSummary): {
  readonly perMs: string;
  readonly perMsRange: string;
  readonly creations: string;
  readonly freelist: string;
  readonly freelistRange: string;
} {
  return {
    perMs: perMs === null ? '–' : rate(perMs.median),
    perMsRange: perMs === null ? '' : `${rate(perMs.least)} – ${rate(perMs.most)}`,
    creations: rough(Math.round(creations.median)),
    freelist: share(freelist.median),
    freelistRange: `${share(freelist.least)} – ${share(freelist.most)}`,
  };
}

/** Types whose names are nouns with a plural. */
const NOUNS =
  /^(?:int|float|tuple|list|dict|set|slice|range|frame|method|function|generator|cell|coroutine|traceback|code|module)$/;

/** "ints", "list_iterator objects": what the objects of a type are called. */
function objectsOf(name: string): string {
  return NOUNS.test(name) ? `${name}s` : `${printableName(name)} objects`;
}

/** Changes of one kind, with how many statements show each: "ints (10) and ranges (3) come from a freelist". */
const CHANGE_WORDS: Readonly<Record<TypeChangeKind, (types: string) => string>> = {
  freelist: (types) => `${types} come from a freelist`,
  allocator: (types) => `${types} come from the allocator again`,
  gone: (types) => `no more ${types}`,
  fewer: (types) => `fewer ${types}`,
  new: (types) => `now also ${types}`,
  more: (types) => `more ${types}`,
};

const TYPES_SHOWN = 5;

/** A sentence without an end for each kind of change, what more statements show first. */
export function changeWords(changes: readonly TypeChange[]): string[] {
  const found = new Map<TypeChangeKind, TypeChange[]>();
  for (const one of changes) found.set(one.change, [...(found.get(one.change) ?? []), one]);
  return [...found].map(([change, members]) => {
    const shown = members
      .slice(0, TYPES_SHOWN)
      .map(({ type, experiments }) => `${namesOf(type)} (${experiments.length})`);
    const more = members.length - shown.length;
    return CHANGE_WORDS[change](list(more > 0 ? [...shown, plural(more, 'more type')] : shown));
  });
}

const namesOf = (type: string): string =>
  type === BUFFER_ROW ? 'buffers' : type === RESIZE_ROW ? 'resizes' : objectsOf(type);

/** What the numbers in those are. */
export const CHANGES_NOTE = 'In brackets: in how many statements of this study.';

/** What changed from a version to the next. */
export interface VersionStep extends Neighbours {
  /** "3.13 → 3.14" */
  readonly title: string;
  readonly changes: readonly TypeChange[];
}

export function versionSteps(study: StudyResult): VersionStep[] {
  const names = shortNames(study.interpreters);
  return neighbours(study.interpreters).map(({ before, after }) => {
    const [from = '', to = ''] = [before, after].map(({ id }) => names.get(id));
    return {
      before,
      after,
      title: `${printable(from.replace(/ (?:embedded|native)$/, ''))} → ${printable(to)}`,
      changes: typeChanges(study, { before, after }),
    };
  });
}

/** The step to the newest release. null: it stands alone. */
export function lastStep(study: StudyResult): VersionStep | null {
  const last = referenceOf(study);
  const steps = versionSteps(study);
  return (
    steps.find(({ after }) => after.id === last?.id) ?? steps.filter(({ after }) => isRelease(after)).at(-1) ?? null
  );
}

/** The command that measures a statement again: "pyallocs bench 'y = x + 1' -s 'x = 1000' -p wasm:3.14". */
export function benchCommandLine(
  { statement, setup }: { readonly statement: string; readonly setup: string },
  interpreters: readonly string[],
): string {
  const lines = statement.replace(/\n+$/, '').split('\n');
  const setups = setup.trim() === '' ? [] : setup.replace(/\n+$/, '').split('\n');
  // What begins with a dash would be read as an option.
  const dashed = lines.some((line) => line.startsWith('-'));
  return [
    'pyallocs bench',
    ...(dashed ? [] : lines.map(quoted)),
    ...setups.map((line) => (line.startsWith('-') ? `--setup=${quoted(line)}` : `-s ${quoted(line)}`)),
    ...(interpreters.length === 0 ? [] : [`-p ${quoted(interpreters.join(','))}`]),
    ...(dashed ? ['--', ...lines.map(quoted)] : []),
  ].join(' ');
}

/** What is no statement is measured again by the study. */
export const studyCommandLine = (id: string): string => `pyallocs study --only ${quoted(id)}`;

/** Python between quotes, always: a statement reads as one word. */
const quoted = (text: string): string => {
  const word = commandWord(text);
  return word.startsWith("'") || /^[\w.:,-]+$/.test(word) ? word : `'${word}'`;
};

/** What fits a line. */
const SHORT = 30;

/** A statement of which the last release changed the cost, of those the one that changed most often, as a command to try. */
export function lineToPaste(study: StudyResult): string {
  const step = lastStep(study);
  const wanted = step?.changes.flatMap(({ experiments }) => experiments) ?? [];
  const length = ({ statement, setup }: ExperimentResult): number => statement.length + setup.length;
  const short = study.experiments.filter((one) => !one.statement.includes('\n') && length(one) <= SHORT);
  const changes = (one: ExperimentResult): number => studyChanges(one.results).length;
  const mostTelling = (list: readonly ExperimentResult[]): ExperimentResult | undefined =>
    [...list].sort((a, b) => changes(b) - changes(a) || length(a) - length(b))[0];
  const experiment = mostTelling(short.filter(({ id }) => wanted.includes(id))) ?? mostTelling(short);
  return experiment === undefined
    ? "pyallocs bench 'y = x + 1' -s 'x = 1000' -p wasm:all"
    : benchCommandLine(experiment, ['wasm:all']);
}
