/** What a program prints: handed over as it comes, and kept up to a limit. */
import type { Output } from '../answer.js';

type Part = Output['parts'][number];

/** Characters that are kept. */
export const OUTPUT_LIMIT = 100_000;

export class PrintedOutput {
  readonly #told: (part: Part) => void;
  #keeping = false;
  #parts: Part[] = [];
  #length = 0;
  #cut = false;
  #decoders = decoders();

  constructor(told: (part: Part) => void) {
    this.#told = told;
  }

  /** From now on nothing is kept. */
  discard(): void {
    this.#keeping = false;
  }

  /** From now on all is kept, up to the limit. */
  keep(): void {
    this.#keeping = true;
    this.#parts = [];
    this.#length = 0;
    this.#cut = false;
    this.#decoders = decoders();
  }

  write(stream: Part['stream'], bytes: Uint8Array): void {
    if (!this.#keeping || this.#cut) return;
    const text = this.#decoders[stream].decode(bytes, { stream: true });
    const room = OUTPUT_LIMIT - this.#length;
    this.#cut = text.length > room;
    const part = { stream, text: text.slice(0, room) };
    if (part.text === '') return;
    this.#length += part.text.length;
    const last = this.#parts.at(-1);
    if (last?.stream === stream) this.#parts[this.#parts.length - 1] = { stream, text: last.text + part.text };
    else this.#parts.push(part);
    this.#told(part);
  }

  /** What was printed since `keep`. */
  take(): Output {
    this.#keeping = false;
    return { parts: this.#parts, cut: this.#cut };
  }
}

const decoders = (): Readonly<Record<Part['stream'], TextDecoder>> => ({
  out: new TextDecoder(),
  error: new TextDecoder(),
});
