/** A source file with what its lines came to: line by line, the instructions of each, the types of each instruction. */
import type { Excerpts } from '../../report/html/source-excerpts.js';
import { printable } from '../../report/text/style.js';
import { KINDS } from '../components/kind.js';
import { type Group, groupSamples } from './groups.js';
import type { Profile } from './profile.js';

export interface SourceInstruction {
  readonly function: string;
  /** In bytes. */
  readonly offset: number;
  readonly opcode: string;
  readonly argument: string;
  readonly value: number;
  readonly byKind: Float64Array;
  readonly types: readonly Group[];
}

export interface SourceLine {
  /** Counted from 1; 0: of instructions without a line. */
  readonly line: number;
  /** null: the text is not in this page. */
  readonly text: string | null;
  readonly value: number;
  readonly byKind: Float64Array;
  readonly instructions: readonly SourceInstruction[];
}

/** Lines that were left out, or how many. */
export interface SourceGap {
  readonly skipped: number;
}

export interface SamplesToGroup {
  readonly values: Float64Array;
  readonly kinds: Uint8Array;
  readonly locations: Int32Array;
}

/** The lines with events, and those around them whose text there is, in the order of the file. */
export function sourceLines(
  profile: Profile,
  file: string,
  { values, kinds, locations }: SamplesToGroup,
  excerpts: Excerpts | undefined,
): (SourceLine | SourceGap)[] {
  const samplesAt = samplesByLocation(profile, file, values, locations);
  const lines = new Map<number, SourceInstruction[]>();
  for (const [location, samples] of samplesAt) {
    const line = profile.locations.line[location] ?? 0;
    const instruction = instructionOf(profile, location, samples, values, kinds);
    const known = lines.get(line);
    if (known === undefined) lines.set(line, [instruction]);
    else known.push(instruction);
  }
  const texts = new Map((excerpts ?? []).flatMap((part) => part.lines.map((text, i) => [part.firstLine + i, text])));
  const numbers = [...new Set([...texts.keys(), ...lines.keys()])].filter((n) => n > 0).sort((a, b) => a - b);
  const rows: (SourceLine | SourceGap)[] = [];
  let last = 0;
  for (const number of numbers) {
    if (number > last + 1) rows.push({ skipped: number - last - 1 });
    rows.push(lineOf(number, texts.get(number) ?? null, lines.get(number) ?? []));
    last = number;
  }
  const without = lines.get(0);
  return without === undefined ? rows : [...rows, lineOf(0, null, without)];
}

function samplesByLocation(
  { locations: { code }, codes }: Profile,
  file: string,
  values: Float64Array,
  locations: Int32Array,
): Map<number, number[]> {
  const inFile = Uint8Array.from(codes, (one) => (one.file === file ? 1 : 0));
  const found = new Map<number, number[]>();
  for (let i = 0; i < values.length; i++) {
    const location = locations[i] ?? -1;
    if (values[i] === 0 || location < 0 || inFile[code[location] ?? 0] === 0) continue;
    const known = found.get(location);
    if (known === undefined) found.set(location, [i]);
    else known.push(i);
  }
  return found;
}

function instructionOf(
  { codes, locations, strings, samples: { type } }: Profile,
  location: number,
  samples: readonly number[],
  values: Float64Array,
  kinds: Uint8Array,
): SourceInstruction {
  const types = groupSamples(
    Float64Array.from(samples, (i) => values[i] ?? 0),
    Uint8Array.from(samples, (i) => kinds[i] ?? 0),
    Int32Array.from(samples, (i) => type[i] ?? 0),
  );
  return {
    function: codes[locations.code[location] ?? 0]?.name ?? '',
    offset: locations.offset[location] ?? 0,
    opcode: strings[locations.opcode[location] ?? 0] ?? '',
    argument: strings[locations.argument[location] ?? 0] ?? '',
    ...together(types),
    types,
  };
}

function lineOf(line: number, text: string | null, instructions: readonly SourceInstruction[]): SourceLine {
  const ordered = [...instructions].sort((a, b) =>
    a.function < b.function ? -1 : a.function > b.function ? 1 : a.offset - b.offset,
  );
  return { line, text: text === null ? null : printable(text), ...together(ordered), instructions: ordered };
}

function together(parts: readonly { readonly value: number; readonly byKind: Float64Array }[]): {
  value: number;
  byKind: Float64Array;
} {
  const byKind = new Float64Array(KINDS.length);
  let value = 0;
  for (const part of parts) {
    value += part.value;
    for (let k = 0; k < byKind.length; k++) byKind[k] = (byKind[k] ?? 0) + (part.byKind[k] ?? 0);
  }
  return { value, byKind };
}
