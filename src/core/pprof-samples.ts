/**
 * The samples of a recording as those of a pprof profile, and back. There are hundreds of thousands of them, so there are no
 * objects between a sample and its bytes.
 *
 *     0x12 length    a Sample:
 *       0x0a length    ids of locations, the innermost first; absent where the stack is empty
 *       0x12 length    a value for each measure
 *       0x1a length    a Label, several times: 0x08 key, then 0x10 text or 0x18 number
 *
 * Other writers may give ids and values one by one: 0x08 id, 0x10 value.
 */
import { ORIGINS, type Origin } from './counts.js';
import { entryOf } from './maps.js';
import { count, counted, Damage, reference, textAt } from './pprof-check.js';
import { numberAt, WireWriter, wireSize } from './pprof-numbers.js';
import { liveValuesOf, type Measure, SAMPLE_FIELDS, type Sample, valuesOf } from './recording.js';

const SAMPLE = 0x12;
const STACK = 0x0a;
const VALUES = 0x12;
const ID = 0x08;
const VALUE = 0x10;
const LABEL = 0x1a;
const KEY = 0x08;
const TEXT = 0x10;
const NUMBER = 0x18;

/** Samples, and the sums of each measure over all of them. */
interface Summed<T> {
  readonly samples: T;
  readonly sums: readonly number[];
}

/** `text`: the index of a text in the string table. */
export function encodeSamples(
  samples: readonly Sample[],
  measures: readonly Measure[],
  text: (of: string) => number,
): Summed<Uint8Array> {
  const labels = new LabelWriter(text);
  const out = new WireWriter();
  const sums = measures.map(() => 0);
  const numbers = measures.map(() => 0);
  for (const sample of samples) {
    let stackSize = 0;
    for (const location of sample.stack) stackSize += wireSize(location + 1);
    let valuesSize = 0;
    for (let i = 0; i < measures.length; i++) {
      const value = counted(sample.values[measures[i] as Measure] ?? 0);
      numbers[i] = value;
      sums[i] = (sums[i] ?? 0) + value;
      valuesSize += wireSize(value);
    }
    const stackField = stackSize === 0 ? 0 : 1 + wireSize(stackSize) + stackSize;
    const labelFields = labels.of(sample);
    out.field(SAMPLE, stackField + 1 + wireSize(valuesSize) + valuesSize + labels.size);
    if (stackSize > 0) {
      out.field(STACK, stackSize);
      for (const location of sample.stack) out.number(location + 1);
    }
    out.field(VALUES, valuesSize);
    for (const value of numbers) out.number(value);
    for (const label of labelFields) out.bytes(label);
  }
  return { samples: out.written(), sums };
}

/** Labels as bytes, each made once. */
class LabelWriter {
  /** Of the labels that were asked for last. */
  size = 0;
  readonly #text: (of: string) => number;
  readonly #made = new Map<string, Map<string | number, Uint8Array>>();

  constructor(text: (of: string) => number) {
    this.#text = text;
  }

  of({ type, origin, thread, region, pid }: Sample): readonly Uint8Array[] {
    const labels = [this.#label('thread', thread), this.#label('pid', pid)];
    if (type !== null) labels.push(this.#label('type', type));
    if (origin !== null) labels.push(this.#label('origin', origin));
    if (region !== null) labels.push(this.#label('region', region));
    this.size = 0;
    for (const { length } of labels) this.size += length;
    return labels;
  }

  #label(key: string, value: string | number): Uint8Array {
    const values = entryOf(this.#made, key, () => new Map<string | number, Uint8Array>());
    return entryOf(values, value, () => {
      const name = this.#text(key);
      const [tag, number] = typeof value === 'string' ? [TEXT, this.#text(value)] : [NUMBER, counted(value)];
      const out = new WireWriter();
      // A number that is 0 is not written, as everywhere in this format.
      out.field(LABEL, 1 + wireSize(name) + (number === 0 ? 0 : 1 + wireSize(number)));
      out.field(KEY, name);
      if (number !== 0) out.field(tag, number);
      return out.written();
    });
  }
}

/** What samples refer to. */
interface Referred {
  readonly measures: readonly Measure[];
  /** How many there are. */
  readonly locations: number;
  readonly strings: readonly string[];
}

/** Reads the samples of a profile whose outermost message is sound. Throws Damage. */
export function decodeSamples(
  bytes: Uint8Array,
  ranges: readonly (readonly [from: number, to: number])[],
  referred: Referred,
): Summed<Sample[]> {
  const reader = new SampleReader(bytes, referred);
  const samples: Sample[] = [];
  for (const [from, to] of ranges) reader.read(from, to, samples);
  return { samples, sums: reader.sums };
}

type LabelKey = 'type' | 'origin' | 'thread' | 'region' | 'pid';
const LABEL_KEYS: readonly LabelKey[] = ['type', 'origin', 'thread', 'region', 'pid'];

class SampleReader {
  readonly sums: number[];
  readonly #bytes: Uint8Array;
  readonly #measures: readonly Measure[];
  readonly #locations: number;
  readonly #strings: readonly string[];
  readonly #values: number[];
  readonly #valuesOf: typeof valuesOf;
  /** By the index of the text. */
  readonly #keys: LabelKey[] = [];
  readonly #origins: Origin[] = [];
  #at = 0;
  /** Labels of the sample that is read. */
  #type: string | null = null;
  #origin: Origin | null = null;
  #thread: string | null = null;
  #region: string | null = null;
  #pid = -1;

  constructor(bytes: Uint8Array, { measures, locations, strings }: Referred) {
    this.#bytes = bytes;
    this.#measures = measures;
    this.#locations = locations;
    this.#strings = strings;
    this.sums = measures.map(() => 0);
    this.#values = measures.map(() => 0);
    this.#valuesOf = measures.length > SAMPLE_FIELDS.length ? liveValuesOf : valuesOf;
  }

  /** Samples that stand one behind the other. */
  read(from: number, to: number, into: Sample[]): void {
    this.#at = from;
    while (this.#at < to) {
      this.#at++; // the tag, which is that of a sample
      into.push(this.#sample(this.#end(to)));
    }
  }

  #sample(end: number): Sample {
    const stack: number[] = [];
    let values = 0;
    this.#type = this.#origin = this.#thread = this.#region = null;
    this.#pid = -1;
    while (this.#at < end) {
      switch (this.#bytes[this.#at++]) {
        case STACK:
          for (const to = this.#end(end); this.#at < to; )
            stack.push(reference(this.#number(to), this.#locations, 'a sample'));
          break;
        case VALUES:
          for (const to = this.#end(end); this.#at < to; ) this.#values[values++] = count(this.#number(to));
          break;
        case ID:
          stack.push(reference(this.#number(end), this.#locations, 'a sample'));
          break;
        case VALUE:
          this.#values[values++] = count(this.#number(end));
          break;
        case LABEL:
          this.#label(this.#end(end));
          break;
        default:
          throw new Damage('a sample has a field that pyallocs does not write');
      }
    }
    if (values !== this.#measures.length) throw new Damage('a sample has too few values');
    if (this.#thread === null || this.#pid < 0) throw new Damage('a sample has no thread or no process');
    for (let i = 0; i < values; i++) this.sums[i] = (this.sums[i] ?? 0) + (this.#values[i] ?? 0);
    return {
      stack,
      type: this.#type,
      origin: this.#origin,
      thread: this.#thread,
      region: this.#region,
      pid: this.#pid,
      values: this.#valuesOf(this.#values),
    };
  }

  #label(end: number): void {
    let [key, text, number] = [0, 0, 0];
    while (this.#at < end) {
      const tag = this.#bytes[this.#at++];
      const value = this.#number(end);
      if (tag === KEY) key = value;
      else if (tag === TEXT) text = value;
      else if (tag === NUMBER) number = value;
      else throw new Damage('a label has a field that pyallocs does not write');
    }
    switch (this.#keys[key] ?? this.#newKey(key)) {
      case 'type':
        this.#type = textAt(this.#strings, text, 'a label');
        break;
      case 'origin':
        this.#origin = this.#origins[text] ?? this.#newOrigin(text);
        break;
      case 'thread':
        this.#thread = textAt(this.#strings, text, 'a label');
        break;
      case 'region':
        this.#region = textAt(this.#strings, text, 'a label');
        break;
      case 'pid':
        this.#pid = count(number);
        break;
    }
  }

  #newKey(index: number): LabelKey {
    const name = textAt(this.#strings, index, 'a label');
    const key = LABEL_KEYS.find((one) => one === name);
    if (key === undefined) throw new Damage('a sample has a label that pyallocs does not write');
    this.#keys[index] = key;
    return key;
  }

  #newOrigin(index: number): Origin {
    const name = textAt(this.#strings, index, 'a label');
    const origin = ORIGINS.find((one) => one === name);
    if (origin === undefined) throw new Damage('a sample has an origin that there is not');
    this.#origins[index] = origin;
    return origin;
  }

  /** Reads a length: where what has it ends. */
  #end(within: number): number {
    const size = this.#number(within);
    if (size > within - this.#at) throw new Damage('a sample is cut off');
    return this.#at + size;
  }

  #number(end: number): number {
    const first = this.#bytes[this.#at] ?? 0;
    if (first < 0x80 && this.#at < end) {
      this.#at++;
      return first;
    }
    const from = this.#at;
    while (this.#at < end && (this.#bytes[this.#at] ?? 0) >= 0x80) this.#at++;
    if (this.#at >= end) throw new Damage('a number in a sample is cut off');
    this.#at++;
    return numberAt(this.#bytes, from);
  }
}
