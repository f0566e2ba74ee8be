/**
 * A recording as a pprof profile, and back. (The gzip around it is not done here.)
 *
 *     ValueType  creations/count, requests/count, … bytes/bytes: the fields of SampleValues, in their order
 *     Sample     a Sample; labels type, origin, thread, region (each absent where it is null) and pid
 *     Location   a Location; id = its index + 1, address = id of its function << 24 | offset
 *     Function   a Code; id = its index + 1, start_line = first line, a system name that no other has
 *     Mapping    one, the interpreter, so that no tool looks for names elsewhere
 *     comment    all the rest, as JSON: pprof-comment.ts
 *
 * The format: github.com/google/pprof/blob/main/proto/profile.proto. Equal recordings become equal bytes: there is no clock in
 * it, and time_nanos is left out.
 */
import {
  Label,
  Line,
  Mapping,
  Function as PprofFunction,
  Location as PprofLocation,
  Sample as PprofSample,
  Profile,
  StringTable,
  ValueType,
} from 'pprof-format';
import { unwrap } from './assert.js';
import { ORIGINS, type Origin } from './counts.js';
import { PyallocsError } from './errors.js';
import { interpreterName } from './interpreter.js';
import { type PprofComment, RECORDING_VERSION, readComment, writeComment } from './pprof-comment.js';
import { checkWire } from './pprof-wire.js';
import {
  type Code,
  LIVE_FIELDS,
  type LiveField,
  type Location,
  type Recording,
  SAMPLE_FIELDS,
  type Sample,
  type SampleField,
} from './recording.js';

/** A measure of samples; those of a live recording only are absent from others. */
export type Measure = SampleField | LiveField;

/** The measures that a recording has, in the order of their sample types. */
export function measuresOf({ live }: Pick<Recording, 'live'>): readonly Measure[] {
  return live ? [...SAMPLE_FIELDS, ...LIVE_FIELDS] : SAMPLE_FIELDS;
}

/** As pprof calls it: "resize_bytes". */
const typeName = (measure: Measure): string => measure.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
export const isBytes = (measure: Measure): boolean => /bytes$/i.test(measure);

/** Room for the offset in an address. Above it stands the number of the code, which also makes it unique. */
const OFFSETS = 2 ** 24;

/** The whole recording. */
export function encodePprof(recording: Recording): Uint8Array {
  const measures = measuresOf(recording);
  const table = new StringTable();
  const parts = encodeParts(recording, measures, table);
  const { codes, locations, samples, ...about } = recording;
  const words = new Words();
  const comment: PprofComment = {
    ...about,
    opcodes: locations.map(({ opcode }) => words.index(opcode)),
    arguments: locations.map(({ argument }) => words.index(argument)),
    words: words.all,
    lineless: locations.flatMap(({ line }, i) => (line === null ? [i] : [])),
    strings: table.strings.flatMap((text, i) => (survives(text) ? [] : [[i, text] as [number, string]])),
    written: { codes: codes.length, samples: samples.length, sums: sumsOf(samples, measures) },
  };
  return encode(recording, table, parts, [writeComment(comment)]);
}

/** One measure of it, for tools that show the first sample type only. It cannot be read back. */
export function encodePprofOf(recording: Recording, measure: Measure): Uint8Array {
  const table = new StringTable();
  const samples = recording.samples.filter((sample) => sample.values[measure] !== 0);
  return encode(recording, table, encodeParts({ ...recording, samples }, [measure], table), []);
}

type Parts = Pick<Profile, 'sampleType' | 'sample' | 'location' | 'function'>;

function encode(recording: Recording, table: StringTable, parts: Parts, comments: readonly string[]): Uint8Array {
  const { interpreter, seconds, outcome, why } = recording;
  const name = interpreterName(interpreter);
  const about = outcome === 'exact' ? `pyallocs, ${name}` : `pyallocs, ${name}, not exact: ${why?.message ?? ''}`;
  const mapping = new Mapping({
    id: 1,
    memoryLimit: OFFSETS * (recording.codes.length + 1),
    filename: table.dedup(interpreter.path ?? interpreter.id),
    hasFunctions: true,
    hasFilenames: true,
    hasLineNumbers: true,
    hasInlineFrames: true,
  });
  const profile = new Profile({
    ...parts,
    mapping: [mapping],
    stringTable: table,
    durationNanos: Math.round(seconds * 1e9),
    comment: [about, ...comments].map((comment) => table.dedup(comment)),
    defaultSampleType: unwrap(parts.sampleType[0], 'a profile has a sample type').type,
  });
  return profile.encode();
}

function encodeParts(
  { codes, locations, samples }: Pick<Recording, 'codes' | 'locations' | 'samples'>,
  measures: readonly Measure[],
  table: StringTable,
): Parts {
  const text = (of: string): number => table.dedup(of);
  const sampleType = measures.map(
    (measure) => new ValueType({ type: text(typeName(measure)), unit: text(isBytes(measure) ? 'bytes' : 'count') }),
  );
  const known = new Map<string, Label>();
  const label = (key: string, value: string): Label => {
    const id = `${key}=${value}`;
    const found = known.get(id) ?? new Label({ key: text(key), str: text(value) });
    known.set(id, found);
    return found;
  };
  const pids = new Map<number, Label>();
  const pidLabel = (pid: number): Label => {
    const found = pids.get(pid) ?? new Label({ key: text('pid'), num: counted(pid) });
    pids.set(pid, found);
    return found;
  };
  const sample = samples.map(({ stack, type, origin, thread, region, pid, values }) => {
    const labels = [label('thread', thread), pidLabel(pid)];
    if (type !== null) labels.push(label('type', type));
    if (origin !== null) labels.push(label('origin', origin));
    if (region !== null) labels.push(label('region', region));
    const value = measures.map((measure) => counted(values[measure] ?? 0));
    return new PprofSample({ locationId: stack.map((location) => location + 1), value, label: labels });
  });
  const location = locations.map(
    ({ code, offset, line, column }, i) =>
      new PprofLocation({
        id: i + 1,
        mappingId: 1,
        address: counted(code + 1) * OFFSETS + counted(offset),
        line: [new Line({ functionId: code + 1, line: line ?? 0, column: column ?? 0 })],
      }),
  );
  const systemNames = new Set<string>();
  const functions = codes.map(({ name, file, firstLine }, i) => {
    const place = `${name} (${file}:${firstLine})`;
    const systemName = systemNames.has(place) ? `${place} #${i + 1}` : place;
    systemNames.add(systemName);
    const names = { name: text(name), systemName: text(systemName), filename: text(file) };
    return new PprofFunction({ id: i + 1, ...names, startLine: firstLine });
  });
  return { sampleType, sample, location, function: functions };
}

/** Distinct texts and their indexes. */
class Words {
  readonly all: string[] = [];
  readonly #indexes = new Map<string, number>();

  index(word: string): number {
    const index = this.#indexes.get(word) ?? this.all.push(word) - 1;
    this.#indexes.set(word, index);
    return index;
  }
}

/** Whether text is the same after UTF-8: no lone surrogate, as Python has them in names of files, and nothing that is trimmed. */
const survives = (text: string): boolean => !/^\ufeff|\p{Surrogate}/u.test(text);

function sumsOf(samples: readonly Sample[], measures: readonly Measure[]): number[] {
  return measures.map((measure) => samples.reduce((sum, { values }) => sum + (values[measure] ?? 0), 0));
}

/** A number that the library writes as it is. */
function counted(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`internal error: ${value} cannot be recorded`);
  return value;
}

const HOW = 'recordings are written by pyallocs record';

/** Reads what encodePprof wrote. `path` is for error sentences only. */
export function decodePprof(bytes: Uint8Array, path = 'the file'): Recording {
  if (bytes.length === 0) throw notARecording(`${path} is empty; ${HOW}`);
  const wire = checkWire(bytes);
  if (wire === 'foreign') throw notARecording(`${path} is no recording: it does not hold pprof data; ${HOW}`);
  if (wire === 'cut') throw truncated(path);
  try {
    // Not as a Buffer: taking parts of those is slow.
    return decoded(Profile.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)), path);
  } catch (cause) {
    if (cause instanceof PyallocsError) throw cause;
    const why = cause instanceof Damage ? cause.message : 'a part of it cannot be read';
    const sentence = `${path} is no whole recording: it was damaged, or changed by another program (${why}); record it again`;
    throw new PyallocsError('damaged-recording', sentence, { cause });
  }
}

function decoded(profile: Profile, path: string): Recording {
  const strings = profile.stringTable.strings;
  const comments = profile.comment.map((index) => at(strings, index, 'a comment'));
  const read = readComment(comments);
  switch (read.state) {
    case 'read':
      if (profile.defaultSampleType === 0) throw truncated(path);
      return whole(profile, read.comment);
    case 'absent':
      if (endIsMissing(profile)) throw truncated(path);
      throw notARecording(`${path} is a pprof profile that pyallocs did not record; ${HOW}`);
    case 'other-version':
      throw notARecording(
        `${path} is a recording of version ${read.version}, and this pyallocs reads version ${RECORDING_VERSION}: use ${read.newer ? 'a newer pyallocs' : 'the pyallocs that wrote it'}`,
      );
    case 'damaged':
      throw new Damage(read.why);
  }
}

/** Of a profile that was cut between two of its fields: texts, comments and the default sample type come last. */
function endIsMissing({ sampleType, stringTable, defaultSampleType }: Profile): boolean {
  const first = stringTable.strings[Number(sampleType[0]?.type)];
  return defaultSampleType === 0 && (first === undefined || first === SAMPLE_FIELDS[0]);
}

function whole(profile: Profile, comment: PprofComment): Recording {
  const { words, opcodes, arguments: args, lineless, strings: exact, written, ...about } = comment;
  const strings = [...profile.stringTable.strings];
  for (const [index, text] of exact) {
    at(strings, index, 'the comment');
    strings[index] = text;
  }
  const text = (index: number | bigint, where: string): string => at(strings, index, where);
  const measures = measuresOf(about);
  const names = profile.sampleType.map(({ type }) => text(type, 'a sample type'));
  if (names.join() !== measures.map(typeName).join()) throw new Damage(`its sample types are ${names.join(', ')}`);

  if (profile.function.length !== written.codes) throw new Damage('some functions are missing');
  const codes = profile.function.map(({ id, name, filename, startLine }, i): Code => {
    if (Number(id) !== i + 1) throw new Damage('its functions have other numbers');
    return { name: text(name, 'a function'), file: text(filename, 'a function'), firstLine: signed(startLine) };
  });

  const withoutLine = new Set(lineless);
  const size = profile.location.length;
  if (opcodes.length !== size || args.length !== size) throw new Damage('some locations are missing');
  const locations = profile.location.map(({ id, address, line }, i): Location => {
    const [place] = line;
    if (Number(id) !== i + 1 || place === undefined || line.length !== 1)
      throw new Damage('its locations have other numbers');
    const code = reference(place.functionId, codes.length, 'a location');
    return {
      code,
      offset: count(count(address) - (code + 1) * OFFSETS),
      line: withoutLine.has(i) ? null : signed(place.line),
      column: count(place.column) || null,
      opcode: at(words, opcodes[i] ?? -1, 'a location'),
      argument: at(words, args[i] ?? -1, 'a location'),
    };
  });

  const samples = profile.sample.map((sample): Sample => {
    if (sample.value.length !== measures.length) throw new Damage('a sample has too few values');
    const values = Object.fromEntries(measures.map((measure, i) => [measure, count(sample.value[i] ?? -1)]));
    const stack = sample.locationId.map((location) => reference(location, locations.length, 'a sample'));
    return { stack, ...labelsOf(sample, text), values: values as Sample['values'] };
  });
  const sums = sumsOf(samples, measures);
  if (samples.length !== written.samples || sums.some((sum, i) => sum !== written.sums[i]))
    throw new Damage('some samples are missing');
  return { ...about, codes, locations, samples };
}

type Labels = Pick<Sample, 'type' | 'origin' | 'thread' | 'region' | 'pid'>;

function labelsOf({ label }: PprofSample, text: (index: number | bigint, where: string) => string): Labels {
  let [type, region]: (string | null)[] = [null, null];
  let origin: Origin | null = null;
  let thread: string | undefined;
  let pid: number | undefined;
  for (const { key, str, num } of label) {
    const name = text(key, 'a label');
    if (name === 'type') type = text(str, 'a label');
    else if (name === 'region') region = text(str, 'a label');
    else if (name === 'thread') thread = text(str, 'a label');
    else if (name === 'pid') pid = count(num);
    else if (name === 'origin') {
      const value = text(str, 'a label');
      origin = ORIGINS.find((one) => one === value) ?? null;
      if (origin === null) throw new Damage('a sample has an origin that there is not');
    } else throw new Damage('a sample has a label that pyallocs does not write');
  }
  if (thread === undefined || pid === undefined) throw new Damage('a sample has no thread or no process');
  return { type: type ?? null, origin, thread, region: region ?? null, pid };
}

/** What a file that was written by pyallocs does not have. */
class Damage extends Error {}

function at<T>(list: readonly T[], index: number | bigint, where: string): T {
  const found = list[Number(index)];
  if (found === undefined) throw new Damage(`${where} refers to text that is not there`);
  return found;
}

/** The index of what is meant by an id. */
function reference(id: number | bigint, size: number, where: string): number {
  const index = Number(id) - 1;
  if (!(index >= 0 && index < size)) throw new Damage(`${where} refers to what is not there`);
  return index;
}

function count(value: number | bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new Damage('a number is out of range');
  return number;
}

/** Of an int64 that was read as unsigned. */
function signed(value: number | bigint): number {
  const number = Number(typeof value === 'bigint' ? BigInt.asIntN(64, value) : value);
  if (!Number.isSafeInteger(number)) throw new Damage('a number is out of range');
  return number;
}

const notARecording = (sentence: string): PyallocsError => new PyallocsError('not-a-recording', sentence);

const truncated = (path: string): PyallocsError =>
  new PyallocsError('damaged-recording', `${path} is truncated: its end is missing; record it again, or copy it again`);
