/** `pyallocs record`, and what the readers of recordings say of the file it wrote. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { z } from 'zod';
import { nativeEngine } from '../../src/engines/native/engine.js';
import { BIN, type Ended, folder, type Options, parsed, pyallocs } from '../cli.js';
import { counts } from '../schemas.js';

/** The Pythons of this machine that can be counted. */
export const FOUND: readonly ReturnType<typeof nativeEngine.offers>[number][] = nativeEngine
  .offers()
  .filter(({ refusal }) => refusal === null);

const has = (command: string): boolean =>
  spawnSync(process.execPath, [BIN, command, '--help'], { encoding: 'utf8' }).stdout.includes(
    `Usage: pyallocs ${command}`,
  );

/** Why tests of recordings are skipped; null: they are not. A command that is there and wrong fails them. */
export const SKIPPED: string | null =
  FOUND.length === 0
    ? 'skipped: no Python on this machine can be counted'
    : (['record', 'annotate', 'report']
        .filter((command) => !has(command))
        .map((command) => `skipped: there is no pyallocs ${command} yet`)[0] ?? null);

/** The name of a group of tests, with the reason where it is skipped. */
export const named = (what: string): string => (SKIPPED === null ? what : `${what} (${SKIPPED})`);

const typed = counts.extend({ type: z.string().min(1) });
const instruction = z.object({
  function: z.string(),
  offset: z.number().int().nonnegative(),
  opcode: z.string(),
  argument: z.string(),
  counts,
  byType: z.array(typed),
});
const annotation = z.object({
  schema: z.literal('pyallocs/annotate@1'),
  files: z.array(
    z.object({
      path: z.string(),
      lines: z.array(
        z.object({
          // 0: what a module does before its first line, as CPython has it from 3.11.
          line: z.number().int().nonnegative().nullable(),
          text: z.string().nullable(),
          counts,
          byType: z.array(typed),
          instructions: z.array(instruction),
        }),
      ),
    }),
  ),
});
export type Annotation = z.infer<typeof annotation>;
export type AnnotatedFile = Annotation['files'][number];

interface Rows {
  readonly key: string;
  readonly counts: z.infer<typeof counts>;
  readonly rows?: readonly Rows[] | undefined;
}
const rows: z.ZodType<Rows> = z.lazy(() =>
  z.object({ key: z.string(), counts, rows: z.array(rows).readonly().optional() }),
);
const report = z.object({
  schema: z.literal('pyallocs/report@1'),
  outcome: z.string(),
  total: counts,
  rows: z.array(rows),
});

export interface Recorded {
  readonly file: string;
  readonly ended: Ended;
}

/** Records a program, which must end well; options of pyallocs stand before it. */
export async function record(
  python: string,
  program: readonly string[],
  { before = [], ...options }: Options & { readonly before?: readonly string[] } = {},
): Promise<Recorded> {
  const file = join(folder(), 'recording.pb.gz');
  const ended = await pyallocs(['record', '-p', python, '-o', file, ...before, ...program], options);
  if (!existsSync(file)) throw new Error(`no recording: ${ended.stdout}${ended.stderr}`);
  expect([ended.code, ended.signal], ended.stderr).toEqual([0, null]);
  return { file, ended };
}

export async function annotate({ file }: Recorded): Promise<Annotation> {
  return annotation.parse(parsed(await pyallocs(['annotate', file, '--json'])));
}

/** What `annotate` says of one file, by its name without folders. */
export async function annotateFile(recorded: Recorded, name: string): Promise<AnnotatedFile> {
  const { files } = await annotate(recorded);
  const found = files.filter(({ path }) => basename(path) === name);
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error(`one file named ${name} was expected among ${JSON.stringify(files.map(({ path }) => path))}`);
  }
  return found[0];
}

/** The rows of `report --json`, by key. Nothing about imports is folded. */
export async function reportOf({ file }: Recorded, ...options: string[]): Promise<z.infer<typeof report>> {
  const result = report.parse(parsed(await pyallocs(['report', file, '--json', '--imports', ...options])));
  expect(result.outcome).toBe('exact');
  return result;
}

/** Creations of these types on each line, those of 0 left out: `{ 12: { A: 3 } }`. */
export function creationsByLine(
  { lines }: Pick<AnnotatedFile, 'lines'>,
  types: readonly string[],
): Record<string, Record<string, number>> {
  const found: Record<string, Record<string, number>> = {};
  for (const { line, byType } of lines) {
    for (const { type, creations } of byType) {
      if (!types.includes(type) || creations.total === 0) continue;
      const at = String(line);
      found[at] = { ...found[at], [type]: (found[at]?.[type] ?? 0) + creations.total };
    }
  }
  return found;
}

export const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);
