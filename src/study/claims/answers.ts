/** What is asked of an interpreter for the claims alone: the answers of python/claims.py, and the loops of the blog post. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Evaluated, ProgramRun, ProgramSeries, Session } from '../../engines/engine.js';
import { dataFolder } from '../data.js';

/** How many of some values have the same id when made twice: both alive, and the first gone before the second. */
interface SameIds {
  readonly of: number;
  readonly kept: number;
  readonly dropped: number;
}

/** Blocks alive after a loop that were not before it, as tracemalloc tells. */
interface NetBlocks {
  readonly times: number;
  readonly blocks: number;
}

/** Each opcode with its argument, where it matters. */
export type Listing = readonly (readonly [opcode: string, argument: string | number | null])[];

/** The fields are those of python/claims.py. */
export interface Answers {
  /** Lowest and highest; null: there are none. */
  readonly smallInts: readonly [number, number] | null;
  readonly ids: Readonly<Record<'0-9' | '250-259' | '1000-1009', SameIds>>;
  readonly strings: {
    readonly nameInterned: boolean;
    readonly textInterned: boolean;
    readonly nameShared: boolean;
    readonly textShared: boolean;
    readonly textSharedAcross: boolean;
    readonly runtimeShared: boolean;
    readonly characterShared: boolean;
    readonly internShared: boolean;
  };
  readonly emptyTuple: boolean;
  readonly instructions: Readonly<Record<'addOne' | 'addInts' | 'addStrings' | 'comprehension', Listing>>;
  readonly blocks: Readonly<Record<'plain' | 'slots' | 'tuple' | 'append' | 'insert', NetBlocks>>;
}

const ids = z.object({ of: z.number(), kept: z.number(), dropped: z.number() });
const blocks = z.object({ times: z.number(), blocks: z.number() });
const instructions = z.array(z.tuple([z.string(), z.union([z.string(), z.number(), z.null()])]));

const answers: z.ZodType<Answers> = z.object({
  smallInts: z.tuple([z.number(), z.number()]).nullable(),
  ids: z.object({ '0-9': ids, '250-259': ids, '1000-1009': ids }),
  strings: z.object({
    nameInterned: z.boolean(),
    textInterned: z.boolean(),
    nameShared: z.boolean(),
    textShared: z.boolean(),
    textSharedAcross: z.boolean(),
    runtimeShared: z.boolean(),
    characterShared: z.boolean(),
    internShared: z.boolean(),
  }),
  emptyTuple: z.boolean(),
  instructions: z.object({
    addOne: instructions,
    addInts: instructions,
    addStrings: instructions,
    comprehension: instructions,
  }),
  blocks: z.object({ plain: blocks, slots: blocks, tuple: blocks, append: blocks, insert: blocks }),
});

/** What a program came to, of all types and of ints alone. */
export interface RunCounts {
  readonly creations: number;
  readonly freelist: number;
  readonly requests: number;
  /** Requests that a block of a pool served. */
  readonly pymalloc: number;
  readonly pools: number | null;
  readonly arenas: number | null;
  readonly ints: { readonly creations: number; readonly freelist: number; readonly allocated: number };
}

export type RunName = 'add' | 'print' | 'keep';

/** A value, or a sentence why there is none. */
export type Known<T> = { readonly value: T } | { readonly missing: string };

/** Of one interpreter. */
export interface Special {
  readonly answers: Known<Answers>;
  readonly runs: Readonly<Record<RunName, Known<RunCounts>>>;
}

/** How often the loops of the post turn, in claim_add.py and claim_print.py. */
export const TURNS: number = 100_000;
/** Objects that claim_keep.py keeps, for the ways of memory from the system to an object. */
export const KEPT: number = 100_000;

/** Each in an interpreter as it starts. */
const PROGRAMS: Readonly<Record<RunName, string>> = {
  add: 'claim_add.py',
  print: 'claim_print.py',
  keep: 'claim_keep.py',
};

const QUESTIONS = new URL('../../../python/claims.py', import.meta.url);

/** `timeout`: seconds for each question and each program. The session must be open for time. */
export async function gatherSpecial(session: Session, programs: ProgramSeries, timeout: number): Promise<Special> {
  const said = await session.evaluate(readFileSync(QUESTIONS, 'utf8'), '', timeout);
  const counted = async (name: RunName): Promise<Known<RunCounts>> => {
    const command = [join(dataFolder('programs'), PROGRAMS[name])];
    return runCounts(await programs.run({ command }, { timeout, steady: true, record: null }));
  };
  const { pymalloc } = session.interpreter;
  return {
    answers: known(said),
    runs: {
      add: await counted('add'),
      print: await counted('print'),
      keep: pymalloc ? await counted('keep') : { missing: 'this interpreter was built without pymalloc' },
    },
  };
}

function known(said: Evaluated): Known<Answers> {
  if (said.outcome === 'answered') return { value: answers.parse(JSON.parse(said.text)) };
  return { missing: `the interpreter did not answer: ${said.error.message}` };
}

function runCounts({ result }: ProgramRun): Known<RunCounts> {
  if (result.outcome === 'refused') return { missing: result.reason.message };
  if (result.outcome === 'failed') return { missing: result.error.message };
  if (result.exit.code !== 0) return { missing: `the program ended with exit code ${result.exit.code}` };
  const { counts, byType } = result;
  const ints = byType.find(({ type }) => type === 'int')?.creations;
  return {
    value: {
      creations: counts.creations.total,
      freelist: counts.creations.freelist,
      requests: counts.requests,
      pymalloc: counts.creations.pymalloc + counts.buffers.pymalloc,
      pools: counts.pools,
      arenas: counts.arenas,
      ints: {
        creations: ints?.total ?? 0,
        freelist: ints?.freelist ?? 0,
        allocated: (ints?.pymalloc ?? 0) + (ints?.malloc ?? 0),
      },
    },
  };
}
