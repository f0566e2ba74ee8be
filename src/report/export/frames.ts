/** Stacks as other tools draw them: frames with a name, the outermost first. */
import { BUFFER_ROW } from '../../core/counts.js';
import type { Code, Location, Measure, Recording, Sample } from '../../core/recording.js';
import { makeStyle, printable } from '../text/style.js';

export interface FrameOptions {
  /** Instructions of one line apart. */
  readonly bytecode: boolean;
  /** What was created or asked for, and from where, as one more frame inside the innermost: "int ○ freelist". */
  readonly types: boolean;
  /** Letters instead of signs. */
  readonly ascii: boolean;
}

export interface Frame {
  /** "load (app.py:4)", with bytecode "load (app.py:4) BINARY_OP + @14". Frames of different names only are different. */
  readonly name: string;
  /** As the interpreter has it; null of a frame that is no code. */
  readonly file: string | null;
  readonly line: number | null;
  /** Counted from 1; with bytecode only. */
  readonly column: number | null;
}

/** A value of a stack; frames by index, the outermost first. */
export interface WeightedStack {
  readonly frames: readonly number[];
  readonly value: number;
}

export const OUTSIDE = '(outside of Python code)';

/** The frames of a recording, each once, and the stack of each sample in them. */
export class FrameTable {
  readonly frames: Frame[] = [];
  readonly #recording: Recording;
  readonly #options: FrameOptions;
  readonly #indexes = new Map<string, number>();
  readonly #ofLocation: readonly number[];

  constructor(recording: Recording, options: FrameOptions) {
    this.#recording = recording;
    this.#options = options;
    this.#ofLocation = recording.locations.map((location) => this.#frameOf(location));
  }

  stackOf(sample: Sample): number[] {
    const frames = sample.stack.map((location) => this.#ofLocation[location] ?? 0).reverse();
    if (frames.length === 0) frames.push(this.#index(bare(OUTSIDE)));
    if (this.#options.types) frames.push(this.#index(bare(this.#contents(sample))));
    return frames;
  }

  /** Stacks that have any of this measure, equal ones together, in the order of their first sample. */
  weigh(measure: Measure): WeightedStack[] {
    const stacks = new Map<string, { readonly frames: number[]; value: number }>();
    for (const sample of this.#recording.samples) {
      const value = sample.values[measure] ?? 0;
      if (value === 0) continue;
      const frames = this.stackOf(sample);
      const key = frames.join();
      const known = stacks.get(key);
      if (known === undefined) stacks.set(key, { frames, value });
      else known.value += value;
    }
    return [...stacks.values()];
  }

  #frameOf(location: Location): number {
    const code = this.#recording.codes[location.code];
    if (code === undefined) return this.#index(bare(OUTSIDE));
    const { bytecode } = this.#options;
    const { line, column } = location;
    const name = `${named(code.name)} (${place(code, line, this.#recording.folder)})`;
    return this.#index({
      name: bytecode ? `${name} ${instruction(location)}` : name,
      file: plain(code.file),
      line,
      column: bytecode ? column : null,
    });
  }

  #contents({ type, origin }: Sample): string {
    const what = named(type ?? BUFFER_ROW);
    if (origin === null) return what;
    const style = makeStyle({ colour: false, ascii: this.#options.ascii, width: 80 });
    return `${what} ${style.sign(origin)} ${origin}`;
  }

  #index(frame: Frame): number {
    const name = frame.name.replaceAll(';', ','); // it separates frames
    const index = this.#indexes.get(name) ?? this.frames.push({ ...frame, name }) - 1;
    this.#indexes.set(name, index);
    return index;
  }
}

const bare = (name: string): Frame => ({ name, file: null, line: null, column: null });

/** A class or function may be without a name; a frame may not. */
const named = (name: string): string => plain(name) || '(no name)';

/** "app.py:4"; files below the folder of the program by their path in it. */
function place({ file }: Code, line: number | null, folder: string): string {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  const short = plain(file.startsWith(prefix) ? file.slice(prefix.length) : file);
  return line === null ? short : `${short}:${line}`;
}

/** "BINARY_OP + @14" */
function instruction({ opcode, argument, offset }: Location): string {
  return [opcode, argument, `@${offset}`].map(plain).filter(Boolean).join(' ');
}

/** Text from a recording, on one line and without control characters. */
export function plain(text: string): string {
  return printable(text)
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
}
