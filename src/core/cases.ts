/** Statements to measure, and the TOML files that hold many of them. */
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { PyallocsError } from './errors.js';

export interface Case {
  /** Unique in its file; null for a statement of the command line. */
  readonly id: string | null;
  readonly statement: string;
  readonly setup: string;
}

const casesFile = z.strictObject({
  case: z
    .array(
      z.strictObject({
        id: z.string().min(1).optional(),
        statement: z.string().refine((text) => text.trim() !== '', 'is empty'),
        setup: z.string().default(''),
      }),
    )
    .min(1),
});

/** Parses a cases file: [[case]] tables with id, statement and setup. `path` is for error sentences only. */
export function parseCases(text: string, path: string): Case[] {
  const parsed = casesFile.safeParse(parseToml(text, path));
  if (!parsed.success) {
    throw new PyallocsError(
      'bad-cases',
      `${path} is not a cases file: ${issueSentence(parsed.error)}. It holds [[case]] tables with statement, and id and setup if wanted.`,
    );
  }
  const cases = parsed.data.case.map(({ id, statement, setup }) => ({ id: id ?? null, statement, setup }));
  const ids = cases.map(({ id }) => id).filter((id) => id !== null);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined)
    throw new PyallocsError('bad-cases', `${path} has two cases with the id ${JSON.stringify(twice)}`);
  return cases;
}

/** Parses TOML; what is wrong with it is told with its place. */
export function parseToml(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const reason = cause.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '');
    throw new PyallocsError('bad-toml', `${path} is not TOML: line ${cause.line}, column ${cause.column}: ${reason}`, {
      cause,
    });
  }
}

/** The first thing a schema found wrong: "case.0.statement: is empty". */
export function issueSentence(error: z.ZodError): string {
  const issue = error.issues[0];
  const place = issue?.path.join('.');
  return place ? `${place}: ${issue?.message}` : (issue?.message ?? 'unknown');
}
