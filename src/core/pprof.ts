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
  Line,
  Mapping,
  Function as PprofFunction,
  Location as PprofLocation,
  Profile,
  StringTable,
  ValueType,
} from 'pprof-format';
import { unwrap } from './assert.js';
import { PyallocsError } from './errors.js';
import { interpreterName } from './interpreter.js';
import { count, counted, Damage, reference, signed, textAt } from './pprof-check.js';
import { type PprofComment, RECORDING_VERSION, readComment, writeComment } from './pprof-comment.js';
import { wireSize } from './pprof-numbers.js';
import { decodeSamples, encodeSamples } from './pprof-samples.js';
import { checkWire, splitSamples } from './pprof-wire.js';
import { type Code, LIVE_FIELDS, type Location, type Measure, type Recording, SAMPLE_FIELDS } from './recording.js';

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
    written: { codes: codes.length, samples: samples.length, sums: parts.sums },
  };
  return encode(recording, table, parts, [writeComment(comment)]);
}

/** One measure of it, for tools that show the first sample type only. It cannot be read back. */
export function encodePprofOf(recording: Recording, measure: Measure): Uint8Array {
  const table = new StringTable();
  const samples = recording.samples.filter((sample) => sample.values[measure] !== 0);
  return encode(recording, table, encodeParts({ ...recording, samples }, [measure], table), []);
}

interface Parts extends Pick<Profile, 'sampleType' | 'location' | 'function'> {
  /** As bytes. */
  readonly samples: Uint8Array;
  /** Of each measure. */
  readonly sums: readonly number[];
}

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
  const { sampleType, location, function: functions, samples } = parts;
  const profile = new Profile({
    sampleType,
    location,
    function: functions,
    mapping: [mapping],
    stringTable: table,
    durationNanos: Math.round(seconds * 1e9),
    comment: [about, ...comments].map((comment) => table.dedup(comment)),
    defaultSampleType: unwrap(sampleType[0], 'a profile has a sample type').type,
  });
  // Samples stand between the sample types and all the rest.
  const rest = profile.encode();
  const head = sampleType.reduce((size, { length }) => size + 1 + wireSize(length) + length, 0);
  const whole = new Uint8Array(rest.length + samples.length);
  whole.set(rest.subarray(0, head));
  whole.set(samples, head);
  whole.set(rest.subarray(head), head + samples.length);
  return whole;
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
  const encoded = encodeSamples(samples, measures, text);
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
  return { sampleType, location, function: functions, ...encoded };
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

const HOW = 'recordings are written by pyallocs record';

/** Reads what encodePprof wrote. `path` is for error sentences only. */
export function decodePprof(bytes: Uint8Array, path = 'the file'): Recording {
  if (bytes.length === 0) throw notARecording(`${path} is empty; ${HOW}`);
  const wire = checkWire(bytes);
  if (wire === 'foreign') throw notARecording(`${path} is no recording: it does not hold pprof data; ${HOW}`);
  if (wire === 'cut') throw truncated(path);
  try {
    return decoded(bytes, path);
  } catch (cause) {
    if (cause instanceof PyallocsError) throw cause;
    const why = cause instanceof Damage ? cause.message : 'a part of it cannot be read';
    const sentence = `${path} is no whole recording: it was damaged, or changed by another program (${why}); record it again`;
    throw new PyallocsError('damaged-recording', sentence, { cause });
  }
}

function decoded(bytes: Uint8Array, path: string): Recording {
  const { samples, rest } = splitSamples(bytes);
  const profile = Profile.decode(rest);
  const strings = profile.stringTable.strings;
  const comments = profile.comment.map((index) => textAt(strings, index, 'a comment'));
  const read = readComment(comments);
  switch (read.state) {
    case 'read':
      if (profile.defaultSampleType === 0) throw truncated(path);
      return whole(profile, read.comment, (referred) => decodeSamples(bytes, samples, referred));
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

function whole(
  profile: Profile,
  comment: PprofComment,
  samplesOf: (referred: Parameters<typeof decodeSamples>[2]) => ReturnType<typeof decodeSamples>,
): Recording {
  const { words, opcodes, arguments: args, lineless, strings: exact, written, ...about } = comment;
  const strings = [...profile.stringTable.strings];
  for (const [index, text] of exact) {
    textAt(strings, index, 'the comment');
    strings[index] = text;
  }
  const text = (index: number | bigint, where: string): string => textAt(strings, index, where);
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
      opcode: textAt(words, opcodes[i] ?? -1, 'a location'),
      argument: textAt(words, args[i] ?? -1, 'a location'),
    };
  });

  const { samples, sums } = samplesOf({ measures, locations: locations.length, strings });
  if (samples.length !== written.samples || sums.some((sum, i) => sum !== written.sums[i]))
    throw new Damage('some samples are missing');
  return { ...about, codes, locations, samples };
}

const notARecording = (sentence: string): PyallocsError => new PyallocsError('not-a-recording', sentence);

const truncated = (path: string): PyallocsError =>
  new PyallocsError('damaged-recording', `${path} is truncated: its end is missing; record it again, or copy it again`);
