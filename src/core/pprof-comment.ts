/**
 * What pprof has no place for: a JSON object in a comment of the profile. It begins with `#`, so that `go tool pprof` does not
 * print it above each of its reports.
 *
 * The number behind the @ grows when a reader of the former version would misread the file; fields may be added without.
 */
import { z } from 'zod';
import { issueSentence } from './cases.js';
import type { Recording } from './recording.js';
import { countsSchema, exitSchema, interpreterSchema, processSchema, programWarningSchema } from './result-files.js';

export const RECORDING_VERSION = 1;
const MARK = '#{"schema":"pyallocs/recording@';

/** What the profile itself does not hold. */
export interface PprofComment extends Omit<Recording, 'codes' | 'locations' | 'samples'> {
  /** The texts of instructions. */
  readonly words: readonly string[];
  /** By location: the index of its opcode, and of its argument, in words. */
  readonly opcodes: readonly number[];
  readonly arguments: readonly number[];
  /** Locations without a line. In pprof that is line 0, which Python has too: RESUME of a module (3.11). */
  readonly lineless: readonly number[];
  /** Entries of the string table that UTF-8 cannot hold, or that a decoder would trim, and what they are. */
  readonly strings: readonly (readonly [index: number, text: string])[];
  /** What was written, so that a file which another program filtered is not taken for the whole. */
  readonly written: { readonly codes: number; readonly samples: number; readonly sums: readonly number[] };
}

const index = z.number().int().nonnegative();

const commentSchema: z.ZodType<PprofComment> = z.object({
  command: z.array(z.string()),
  folder: z.string(),
  interpreter: interpreterSchema,
  exit: exitSchema,
  outcome: z.enum(['exact', 'varying']),
  why: programWarningSchema.nullable(),
  warnings: z.array(programWarningSchema),
  seconds: z.number().nonnegative(),
  total: countsSchema,
  processes: z.array(processSchema),
  stacks: z.enum(['none', 'folded', 'full']),
  live: z.boolean(),
  approximate: z.boolean(),
  sources: z.array(z.object({ file: z.string(), sha256: z.string().nullable() })),
  words: z.array(z.string()),
  opcodes: z.array(index),
  arguments: z.array(index),
  lineless: z.array(index),
  strings: z.array(z.tuple([index, z.string()])),
  written: z.object({ codes: index, samples: index, sums: z.array(z.number()) }),
});

/** The comment found in a file, or what is wrong with it. */
export type CommentRead =
  | { readonly state: 'read'; readonly comment: PprofComment }
  | { readonly state: 'absent' }
  | { readonly state: 'other-version'; readonly version: number; readonly newer: boolean }
  | { readonly state: 'damaged'; readonly why: string };

export function writeComment(comment: PprofComment): string {
  // Written out, so that the bytes do not depend on the order in which a recording was put together.
  const { command, folder, interpreter, exit, outcome, why, warnings, seconds, total, processes } = comment;
  const { stacks, live, approximate, sources, words, opcodes, lineless, strings, written } = comment;
  const about = { command, folder, interpreter, exit, outcome, why, warnings, seconds, total, processes };
  const sites = { stacks, live, approximate, sources, words, opcodes, arguments: comment.arguments, lineless, strings };
  return `#${JSON.stringify({ schema: `pyallocs/recording@${RECORDING_VERSION}`, ...about, ...sites, written })}`;
}

export function readComment(comments: readonly string[]): CommentRead {
  const text = comments.find((comment) => comment.startsWith(MARK));
  if (text === undefined) return { state: 'absent' };
  const version = Number(/^\d{1,9}(?=")/.exec(text.slice(MARK.length))?.[0]);
  if (!(version >= 1)) return { state: 'damaged', why: 'it has no version' };
  if (version !== RECORDING_VERSION) return { state: 'other-version', version, newer: version > RECORDING_VERSION };
  let value: unknown;
  try {
    value = JSON.parse(text.slice(1));
  } catch {
    return { state: 'damaged', why: 'its comment is not JSON' };
  }
  const parsed = commentSchema.safeParse(value);
  if (!parsed.success) return { state: 'damaged', why: issueSentence(parsed.error) };
  return { state: 'read', comment: parsed.data };
}
