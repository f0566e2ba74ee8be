/** The code objects that processes recorded, and the instructions of them that are asked for. */
import type { Code } from '../core/recording.js';
import { binaryText } from './binary-text.js';
import type { CopiedCode } from './book.js';
import type { CodeCopy } from './instructions.js';

/** Code objects of all processes, each once, with the instructions that are asked for. */
export class RecordedCodes {
  readonly #codes: { readonly python: string; readonly copy: CopiedCode; readonly offsets: Map<number, number> }[] = [];
  readonly #known = new Map<string, number>();

  /** The index of a code object among all. */
  indexOf(python: string, copy: CopiedCode): number {
    const { file, name, firstLine, bytecode, lineTable, names } = copy;
    const key = JSON.stringify([python, file, name, firstLine, binaryText(bytecode), binaryText(lineTable), names]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.#codes.length);
    return this.#codes.push({ python, copy, offsets: new Map() }) - 1;
  }

  /** Asks for an instruction: its place in the answer. */
  want(code: number, offset: number): number {
    const offsets = this.#codes[code]?.offsets ?? new Map<number, number>();
    const known = offsets.get(offset);
    if (known !== undefined) return known;
    offsets.set(offset, offsets.size);
    return offsets.size - 1;
  }

  /** The instructions of a code object, by their places in the answer. */
  offsets(code: number): readonly number[] {
    return [...(this.#codes[code]?.offsets.keys() ?? [])];
  }

  all(): readonly Code[] {
    return this.#codes.map(({ copy: { file, name, firstLine } }) => ({ file, name, firstLine }));
  }

  /** Those of one version, as python/instructions.py takes them, and the index of each among all. */
  of(python: string): { readonly copies: readonly CodeCopy[]; readonly place: readonly number[] } {
    const place = [...this.#codes.keys()].filter((i) => this.#codes[i]?.python === python);
    const copies = place.flatMap((i) => {
      const code = this.#codes[i];
      if (code === undefined) return [];
      const { bytecode, ...copy } = code.copy;
      return [{ ...copy, code: bytecode, offsets: [...code.offsets.keys()] }];
    });
    return { copies, place };
  }
}
