/** What CPython's source says of a bound: never what is measured. */
import { z } from 'zod';
import { minorNumber, minorVersion } from '../core/interpreter.js';
import type { LimitOnInterpreter } from '../core/study.js';

export interface SourceRow {
  /** From this version on. */
  readonly since: string;
  /** Left out: there is no such thing. */
  readonly value?: number | string | undefined;
  readonly file: string;
  /** What sets the measured number apart from it. */
  readonly because?: string | undefined;
  /** It was not read. */
  readonly unread?: true | undefined;
}

export const sourceRow: z.ZodType<SourceRow> = z.strictObject({
  since: z.string().regex(/^3\.\d+$/),
  value: z.union([z.number(), z.string()]).optional(),
  file: z.string().min(1),
  because: z.string().optional(),
  unread: z.literal(true).optional(),
});

/** What it says of one version. `because`: what sets the measured number apart from it, where that is known. */
export function sourceFor(
  rows: readonly SourceRow[],
  version: string,
): Pick<LimitOnInterpreter, 'source' | 'sourceNote'> & { readonly because: string | null } {
  const said = rows.findLast(({ since }) => minorNumber(since) <= minorNumber(version));
  if (said === undefined) return { source: null, sourceNote: 'not read', because: 'the source was not read' };
  const place = `${said.file}, ${minorVersion(version)}`;
  if (said.unread) return { source: null, sourceNote: `${place}: not read`, because: 'the source was not read' };
  const because = said.because ?? null;
  return said.value === undefined
    ? { source: null, sourceNote: `${place}: there is none`, because }
    : { source: said.value, sourceNote: place, because };
}
