/**
 * What the instructions of recorded code objects are. Their copies are taken while a program runs; afterwards the same
 * interpreter is asked, by python/instructions.py, which also says how copies and sources are matched.
 */
import { z } from 'zod';
import { EXIT, PyallocsError } from '../core/errors.js';
import type { ProgramWarning } from '../core/program.js';
import { binaryText } from './binary-text.js';
import type { OpcodeTables } from './opcodes.js';

/** A code object as it stood in memory. */
export interface CodeCopy {
  /** co_filename. A byte that is no UTF-8 is a lone surrogate, as Python has it (PEP 383). */
  readonly file: string;
  /** co_qualname; before 3.11 co_name. */
  readonly name: string;
  /** co_firstlineno */
  readonly firstLine: number;
  /** The code, specialised as it may be, with what stands in its inline caches. */
  readonly code: Uint8Array;
  /** co_linetable; before 3.10 co_lnotab. */
  readonly lineTable: Uint8Array;
  /** co_names */
  readonly names: readonly string[];
  /** The instructions asked for, in bytes from the beginning of the code. */
  readonly offsets: readonly number[];
}

export interface InstructionText {
  /** Where the instruction begins, as dis numbers it: an offset may point at its inline cache, or at a prefix of it. */
  readonly start: number;
  /** null: none, or not known. */
  readonly line: number | null;
  /** Counted from 1, in bytes of UTF-8; null: none, not known, and always before 3.11. */
  readonly column: number | null;
  /** "BINARY_OP"; never a specialised form. "" where it is not known. */
  readonly opcode: string;
  /** "+", "json.dumps", "to 24", at most 80 characters; "" where it has none or needs a source that is gone. */
  readonly argument: string;
}

/** What was found out of one code object. */
export interface CodeText {
  /** Its source was found and compiles to the same code. */
  readonly matched: boolean;
  /** One for each offset asked for, in that order. */
  readonly instructions: readonly InstructionText[];
}

export interface InstructionQuestion {
  readonly codes: readonly CodeCopy[];
  /** Where relative file names start: the folder in which the program was started. */
  readonly folder: string;
  /** Of -O and -OO; 0 is tried as well. */
  readonly optimize?: 0 | 1 | 2;
  /** Sources that are no files, by what the code objects call them: "<string>" for `-c`. */
  readonly sources?: Readonly<Record<string, string>>;
  /** false: no source is compiled, so that no code object matches. */
  readonly compile?: boolean;
}

export interface InstructionAnswer {
  /** One for each code object, in the order of the question. */
  readonly texts: readonly CodeText[];
  /** Why there is less than there could be. */
  readonly warning: ProgramWarning | null;
}

/** Seconds that an interpreter may take to answer: it compiles some megabytes in one. */
export const ANSWER_TIMEOUT = 60;

/** The request as python/instructions.py reads it. `opcodes`: null where the interpreter is asked for them itself. */
export function encodeQuestion(question: InstructionQuestion, opcodes: OpcodeTables | null): string {
  const { codes, folder, optimize = 0, sources = {}, compile = true } = question;
  return JSON.stringify({
    codes: codes.map((copy) => ({ ...copy, code: base64(copy.code), lineTable: base64(copy.lineTable) })),
    folder,
    opcodes,
    optimize,
    sources,
    compile,
  });
}

const base64 = (bytes: Uint8Array): string => btoa(binaryText(bytes));

const instruction = z.object({
  offset: z.int(),
  start: z.int(),
  line: z.int().nullable(),
  column: z.int().nullable(),
  opcode: z.string(),
  argument: z.string(),
});
const answerSchema = z.union([
  z.object({ error: z.string() }),
  z.object({ codes: z.array(z.object({ matched: z.boolean(), instructions: z.array(instruction) })) }),
]);

/** The answer of python/instructions.py. Throws PyallocsError when it is none, or one to another question. */
export function decodeAnswer(text: string, { codes }: InstructionQuestion): readonly CodeText[] {
  const answer = parsed(text);
  if ('error' in answer) throw unreadable(answer.error);
  const fits =
    answer.codes.length === codes.length &&
    codes.every(({ offsets }, i) => {
      const told = answer.codes[i]?.instructions;
      return told?.length === offsets.length && offsets.every((offset, k) => told[k]?.offset === offset);
    });
  if (!fits) throw unreadable('it is the answer to another question');
  return answer.codes.map(({ matched, instructions }) => ({
    matched,
    instructions: instructions.map(({ start, line, column, opcode, argument }) => ({
      start,
      line,
      column,
      opcode,
      argument,
    })),
  }));
}

function parsed(text: string): z.infer<typeof answerSchema> {
  try {
    return answerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable('it cannot be read', cause);
  }
}

function unreadable(why: string, cause?: unknown): PyallocsError {
  const message = `what an interpreter said of its instructions is of no use: ${why}`;
  return new PyallocsError('instructions', message, { exitCode: EXIT.internal, cause });
}

/** What is known of instructions when nobody can be asked: where they are. */
export function withoutText({ codes }: InstructionQuestion): readonly CodeText[] {
  return codes.map(({ offsets }) => ({
    matched: false,
    instructions: offsets.map((start) => ({ start, line: null, column: null, opcode: '', argument: '' })),
  }));
}

/** What one attempt to ask came to: an answer, or why there is none. */
export type Attempt = { readonly text: string } | { readonly why: string };

/**
 * Asks; an interpreter that does not survive the sources is asked once more, without them. Never fails: what cannot be
 * said is left empty, with a warning.
 */
export async function askInstructions(
  question: InstructionQuestion,
  ask: (question: InstructionQuestion) => Promise<Attempt>,
): Promise<InstructionAnswer> {
  if (question.codes.length === 0) return { texts: [], warning: null };
  const first = await attempt(question, ask);
  if (!('why' in first)) return { texts: first, warning: null };
  const second = await attempt({ ...question, compile: false }, ask);
  if (!('why' in second)) {
    const message = `the sources could not be compiled again (${first.why}): instructions have no names of variables and no constants`;
    return { texts: second, warning: { code: 'no-arguments', message } };
  }
  const message = `the interpreter could not be asked for its instructions (${second.why}): they have neither a line nor a name`;
  return { texts: withoutText(question), warning: { code: 'no-instructions', message } };
}

async function attempt(
  question: InstructionQuestion,
  ask: (question: InstructionQuestion) => Promise<Attempt>,
): Promise<readonly CodeText[] | { readonly why: string }> {
  const answer = await ask(question);
  if ('why' in answer) return answer;
  try {
    return decodeAnswer(answer.text, question);
  } catch (error) {
    if (!(error instanceof PyallocsError)) throw error;
    return { why: error.message };
  }
}
