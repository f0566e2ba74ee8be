/**
 * The result of `study`: what results.json holds. Date, machine and durations stand elsewhere (run.json, timings.json), so
 * that runs compare equal, but for the verdicts that rest on time.
 */
import type { Counts, TypeCounts } from './counts.js';
import type { Interpreter } from './interpreter.js';
import type { CaseResult } from './outcome.js';
import type { Nanoseconds } from './units.js';

/** The categories of findings, in the order of the report. */
export const CATEGORIES = ['integers', 'strings', 'containers', 'objects', 'calls', 'singletons'] as const;

export type Category = (typeof CATEGORIES)[number];

export interface CategoryAbout {
  readonly category: Category;
  readonly title: string;
  /** What the reader wants to know. */
  readonly question: string;
}

/** What an experiment is, as its file and its results tell it. */
export interface ExperimentAbout {
  readonly id: string;
  readonly category: Category;
  readonly title: string;
  readonly statement: string;
  readonly setup: string;
  /** What it shows, in a sentence or two that hold on every version. */
  readonly shows: string;
  /** The experiment its title compares it with, or null. */
  readonly compares: string | null;
}

export interface ExperimentResult extends ExperimentAbout {
  /** One per interpreter that can have it, in the order of `interpreters`. */
  readonly results: readonly CaseResult[];
  /** What the usual methods say of it, one per interpreter they were asked on, in that order; none with --counts-only. */
  readonly methods: readonly MethodsResult[];
}

/** What the usual methods say of a statement on one interpreter, beside the exact counts. */
export interface MethodsResult {
  /** Its id. */
  readonly interpreter: string;
  /** Between two snapshots: the difference of blocks and bytes that are alive, over all executions. Null: not asked. */
  readonly tracemalloc: { readonly executions: number; readonly blocks: number; readonly bytes: number } | null;
  /** How many of `results` results of the statement's last assigned name differ in id(). Null: it has no result. */
  readonly ids: {
    readonly results: number;
    /** All kept alive until the last. */
    readonly kept: number;
    /** Each dropped before the next, warmed up; the fewest of some rounds, as where a pool of pymalloc ends may add one. */
    readonly dropped: number;
  } | null;
  /** The bytecode of the statement, with what each instruction allocates. Null: it could not be recorded. */
  readonly instructions: readonly MarkedInstruction[] | null;
  /** Where a method says something else than the exact counts, and which effect is at work. */
  readonly disagreements: readonly Disagreement[];
}

/** An instruction of the function that holds the statement, or of a function that the statement calls. */
export interface MarkedInstruction {
  /** Qualified name of the function; '' for that of the statement itself. */
  readonly function: string;
  /** Line of the statement's text, from 1; null for other functions. */
  readonly line: number | null;
  /** In bytes. */
  readonly offset: number;
  readonly opcode: string;
  readonly argument: string;
  /** What the version makes of it after warming up, where it shows that (3.11 and later) and it is another. */
  readonly specialized: string | null;
  /** Per execution of the statement; null: nothing. */
  readonly perOp: Counts | null;
  /** Per execution, the types of what it created, most first. */
  readonly types: readonly { readonly type: string; readonly creations: number }[];
}

export type Method = 'tracemalloc' | 'id' | 'dis' | 'time';

/** Why a method says something else than the exact counts. */
export type Effect = 'folding' | 'caching' | 'freelist' | 'dead-ids' | 'netting' | 'in-place';

export interface Disagreement {
  readonly method: Method;
  readonly effect: Effect;
  /** One plain sentence with the numbers in it. */
  readonly sentence: string;
}

/** How a container grows: what 1 to 10,000 items cost. */
export interface SeriesResult {
  readonly id: string;
  readonly title: string;
  /** "list", "dict": what grows. */
  readonly what: string;
  readonly setup: string;
  /** Adds one item. */
  readonly statement: string;
  readonly shows: string;
  readonly results: readonly SeriesOnInterpreter[];
}

export interface SeriesOnInterpreter {
  readonly interpreter: string;
  /** Why it could not be counted: the lists are empty then. */
  readonly failed?: string;
  /** Numbers of items before each addition that asked for memory or resized a block, up to 10,000; the first hundred. */
  readonly growthPoints: readonly number[];
  /** The costs of having added so many items, from the start: what grows alone, not the items. */
  readonly points: readonly {
    readonly items: number;
    /** Blocks asked for; those of a str, and of a bytearray from 3.15 on, carry an object. */
    readonly buffers: number;
    readonly resizes: number;
    readonly bytes: number;
    readonly resizeBytes: number;
  }[];
}

/** A bound that is measured beside what the source says: of a freelist, a cache, a singleton or pymalloc. */
export interface LimitResult {
  readonly id: string;
  readonly group: 'freelists' | 'caches' | 'singletons' | 'pymalloc';
  readonly title: string;
  /** "objects", "bytes", "blocks": of what the numbers are. */
  readonly unit: string;
  /** How it is measured, in a sentence. */
  readonly how: string;
  readonly results: readonly LimitOnInterpreter[];
}

export interface LimitOnInterpreter {
  readonly interpreter: string;
  /** A number, or a range or list as text; null: this interpreter has none (measured), or cannot be asked (see note). */
  readonly measured: number | string | null;
  /** What CPython's source says for this version; null: it says there is none, or it was not read. */
  readonly source: number | string | null;
  /** File and version of `source`, or why it is null. */
  readonly sourceNote: string;
  /** What sets `measured` apart from `source`, or why there is none; null: nothing to say. */
  readonly note: string | null;
}

/** A whole program: what it is, and what it came to on each interpreter. */
export interface StudyProgram {
  readonly id: string;
  readonly title: string;
  readonly kind: 'cpu' | 'io' | 'text' | 'data' | 'web' | 'async' | 'startup';
  /** What it does, in a sentence, and where it comes from. */
  readonly about: string;
  readonly results: readonly ProgramOnInterpreter[];
}

export type ProgramOnInterpreter =
  | {
      readonly interpreter: string;
      readonly outcome: 'exact' | 'varying';
      /** Why it is varying; null when exact. */
      readonly why: string | null;
      readonly counts: Counts;
      /** Of `counts`: what was made below an import statement. Null: not recorded. */
      readonly imports: Counts | null;
      /** Most creations first; the first ten. */
      readonly byType: readonly TypeCounts[];
      /** How many types there are in all. */
      readonly types: number;
    }
  | { readonly interpreter: string; readonly outcome: 'refused' | 'failed'; readonly message: string };

/** What an observer does to the counts of the same function. */
export interface ObserverResult {
  readonly id: 'none' | 'tracemalloc' | 'profile' | 'trace' | 'monitoring';
  readonly title: string;
  readonly results: readonly {
    readonly interpreter: string;
    /** Of one call of the function; null: this version has no such observer. */
    readonly perCall: Counts | null;
    /** Why it is null, or what happened; null: nothing to say. */
    readonly note: string | null;
  }[];
}

export const VERDICTS = ['confirmed', 'refuted', 'misleading', 'not-testable'] as const;

export type Verdict = (typeof VERDICTS)[number];

export interface ClaimVerdict {
  readonly interpreter: string;
  readonly verdict: Verdict;
  /** One plain sentence. */
  readonly because: string;
  /** The measured numbers it rests on, by name. */
  readonly evidence: Readonly<Record<string, number | string | boolean | null>>;
}

export interface ClaimResult {
  readonly id: string;
  readonly source: 'study' | 'blog';
  readonly text: string;
  /** Claims of one belief stand together. */
  readonly belief: string;
  /** Ids of the experiments, limits, series and programs it rests on. */
  readonly experiments: readonly string[];
  /** Set where the verdict may differ between two runs. */
  readonly restsOn?: 'time';
  readonly verdicts: readonly ClaimVerdict[];
}

export interface StudyResult {
  readonly schema: 'pyallocs/study@1';
  readonly interpreters: readonly Interpreter[];
  /** Interpreters that were asked for and could not be counted, and why. */
  readonly absent: readonly { readonly interpreter: string; readonly message: string }[];
  /** Set when the study was ended before its end: what is there is right, and not all. */
  readonly partial?: true;
  readonly categories: readonly CategoryAbout[];
  readonly experiments: readonly ExperimentResult[];
  readonly series: readonly SeriesResult[];
  readonly limits: readonly LimitResult[];
  readonly programs: readonly StudyProgram[];
  readonly observers: readonly ObserverResult[];
  readonly claims: readonly ClaimResult[];
}

/** Time per execution: the median of `runs` runs, the loop and what surrounds it taken off. May be below zero. */
export interface NetTime {
  readonly medianNs: number;
  readonly minNs: number;
  readonly maxNs: number;
  readonly runs: number;
}

/** timings.json: all that rests on a clock. */
export interface StudyTimings {
  readonly schema: 'pyallocs/timings@1';
  readonly experiments: readonly {
    readonly id: string;
    readonly interpreter: string;
    /** Of the statement as it stands. */
    readonly time: NetTime;
    /** With operands that the compiler cannot fold, and the statement that was timed for it; null: nothing folds. */
    readonly unfolded: { readonly statement: string; readonly setup: string; readonly time: NetTime } | null;
    /** Of the empty loop. */
    readonly loopNs: Nanoseconds;
  }[];
  readonly programs: readonly {
    readonly id: string;
    readonly interpreter: string;
    /** Wall-clock milliseconds of the program without pyallocs, from its first instruction to its last: median and spread. */
    readonly medianMs: number;
    readonly minMs: number;
    readonly maxMs: number;
    readonly runs: number;
    /**
     * Nanoseconds that this interpreter takes for one creation and its release, as measured beside it: of an object that a
     * freelist serves, and of one that an allocator serves. Null: not measured.
     */
    readonly perCreationNs: { readonly freelist: number; readonly allocator: number } | null;
  }[];
}
