/** The result of `annotate`: what each line of the source, and each instruction in it, allocates itself. */
import { unwrap } from './assert.js';
import { addCounts, type Counts, type TypeCounts, ZERO } from './counts.js';
import { globMatches, pathMatches } from './glob.js';
import { entryOf } from './maps.js';
import { ProgramFiles } from './program-files.js';
import type { Recording } from './recording.js';
import { type RecordingFacts, recordingFacts } from './report.js';
import { type LiveCounts, Tally, TypedTally } from './tally.js';

/** A source file as it is now. */
export interface SourceText {
  readonly text: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The text of a file, by Code.file; null: there is none any more. */
export type ReadSource = (file: string) => SourceText | null;

/** Counts, and what they are made of. */
interface Counted {
  readonly counts: Counts;
  /** null: not recorded. */
  readonly live: LiveCounts | null;
  readonly byType: readonly TypeCounts[];
}

export interface AnnotatedInstruction extends Counted {
  readonly function: string;
  /** In bytes, as `dis` numbers it. */
  readonly offset: number;
  /** Counted from 1, in bytes of UTF-8; null: not known. */
  readonly column: number | null;
  /** "" where the interpreter was not asked. */
  readonly opcode: string;
  readonly argument: string;
}

export interface AnnotatedLine extends Counted {
  /** null: of instructions without a line. */
  readonly line: number | null;
  /** null: the source is gone, or shorter now. */
  readonly text: string | null;
  /** In the order of functions and offsets. */
  readonly instructions: readonly AnnotatedInstruction[];
}

export interface AnnotatedFile {
  /** From the program's folder on where it lies below it. */
  readonly path: string;
  /** As in Code.file. */
  readonly file: string;
  /** Whether it is the program's own. */
  readonly own: boolean;
  /** The text is not the one that was recorded: it may stand on other lines. */
  readonly changed: boolean;
  /** There is no text: numbers only. */
  readonly gone: boolean;
  readonly counts: Counts;
  readonly live: LiveCounts | null;
  /** Lines with an event, in order; instructions without a line last. */
  readonly lines: readonly AnnotatedLine[];
}

export interface AnnotateResult extends RecordingFacts {
  readonly schema: 'pyallocs/annotate@1';
  /** The program's own first, then by objects created. */
  readonly files: readonly AnnotatedFile[];
  /** What happened outside of any Python code: with it, the files add up to everything recorded. */
  readonly outside: Counts;
}

interface LineSites {
  readonly tally: TypedTally;
  /** By index in the locations. */
  readonly sites: Map<number, TypedTally>;
}

interface FileSites {
  readonly tally: Tally;
  readonly lines: Map<number | null, LineSites>;
}

export function annotate(recording: Recording, readSource: ReadSource): AnnotateResult {
  const { files, outside } = sitesByFile(recording);
  const owners = new ProgramFiles(recording);
  const recorded = new Map(recording.sources.map(({ file, sha256 }) => [file, sha256]));
  const annotated = [...files].map(([file, { tally, lines }]): AnnotatedFile => {
    const now = readSource(file);
    const then = recorded.get(file);
    const changed = now !== null && typeof then === 'string' && then !== now.sha256;
    const text = now === null ? null : sourceLines(now.text);
    return {
      path: owners.pathOf(file),
      file,
      own: owners.ownerOf(file).owner === 'program',
      changed,
      gone: now === null,
      counts: tally.counts(),
      live: tally.live(recording),
      lines: [...lines]
        .sort(([a], [b]) => (a ?? Number.POSITIVE_INFINITY) - (b ?? Number.POSITIVE_INFINITY))
        .map(([line, sites]) => annotatedLine(recording, line, sites, text)),
    };
  });
  annotated.sort(
    (a, b) =>
      Number(b.own) - Number(a.own) ||
      b.counts.creations.total - a.counts.creations.total ||
      b.counts.requests - a.counts.requests ||
      (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
  return {
    schema: 'pyallocs/annotate@1',
    ...recordingFacts(recording),
    files: annotated,
    outside: outside.counts(),
  };
}

/** Lines as Python counts them. */
export const sourceLines = (text: string): readonly string[] => text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);

function sitesByFile({ samples, locations, codes }: Recording): {
  readonly files: ReadonlyMap<string, FileSites>;
  readonly outside: Tally;
} {
  const files = new Map<string, FileSites>();
  const outside = new Tally();
  for (const sample of samples) {
    const [innermost] = sample.stack;
    if (innermost === undefined) {
      outside.add(sample);
      continue;
    }
    const { code, line } = unwrap(locations[innermost], 'the location of a sample exists');
    const { file } = unwrap(codes[code], 'the code of a location exists');
    const inFile = entryOf(files, file, () => ({ tally: new Tally(), lines: new Map() }));
    const onLine = entryOf(inFile.lines, line, () => ({ tally: new TypedTally(), sites: new Map() }));
    inFile.tally.add(sample);
    onLine.tally.add(sample);
    entryOf(onLine.sites, innermost, () => new TypedTally()).add(sample);
  }
  return { files, outside };
}

function annotatedLine(
  recording: Recording,
  line: number | null,
  { tally, sites }: LineSites,
  text: readonly string[] | null,
): AnnotatedLine {
  const instructions = [...sites].map(([index, site]) => {
    const location = unwrap(recording.locations[index], 'the location of a site exists');
    return { code: location.code, location, site };
  });
  instructions.sort((a, b) => a.code - b.code || a.location.offset - b.location.offset);
  return {
    line,
    text: (line === null ? null : text?.[line - 1]) ?? null,
    ...counted(tally, recording),
    instructions: instructions.map(({ code, location, site }) => ({
      function: unwrap(recording.codes[code], 'the code of a location exists').name,
      offset: location.offset,
      column: location.column,
      opcode: location.opcode,
      argument: location.argument,
      ...counted(site, recording),
    })),
  };
}

const counted = (tally: TypedTally, recording: Recording): Counted => ({
  counts: tally.counts(),
  live: tally.live(recording),
  byType: tally.byType(),
});

/** The files that were asked for: by their path, by its end, or by a pattern. None asked for: all. */
export function filesNamed({ files }: AnnotateResult, source: string | null): readonly AnnotatedFile[] {
  if (source === null) return files;
  const whole = files.filter(({ path, file }) => path === source || file === source);
  return whole.length > 0
    ? whole
    : files.filter(({ path, file }) => pathMatches(source, path) || pathMatches(source, file));
}

/**
 * The part of a file that is of one function: by its qualified name, by the last part of it, or by a pattern. null: there is
 * none.
 */
export function functionNamed(file: AnnotatedFile, name: string): AnnotatedFile | null {
  const wanted = (one: string): boolean => globMatches(name, one) || globMatches(`*.${name}`, one);
  const lines = file.lines.flatMap((line) => {
    const instructions = line.instructions.filter((one) => wanted(one.function));
    if (instructions.length === line.instructions.length) return [line];
    const counts = instructions.map((one) => one.counts).reduce(addCounts, ZERO);
    return instructions.length === 0 ? [] : [{ ...line, counts, live: null, instructions }];
  });
  const counts = lines.map((line) => line.counts).reduce(addCounts, ZERO);
  return lines.length === 0 ? null : { ...file, counts, live: null, lines };
}
