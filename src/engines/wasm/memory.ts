/** The linear memory of an interpreter: reading and writing words and text, and putting all of it back as it was. */
export class LinearMemory {
  readonly #memory: WebAssembly.Memory;
  #bytes: Uint8Array = new Uint8Array(0);
  #words: Uint32Array = new Uint32Array(0);

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  /** All bytes. Do not keep it: growing replaces it. */
  get bytes(): Uint8Array {
    this.#refresh();
    return this.#bytes;
  }

  /** All of it as unsigned 32-bit words. Do not keep it: growing replaces it. */
  get words(): Uint32Array {
    this.#refresh();
    return this.#words;
  }

  #refresh(): void {
    if (this.#bytes.buffer === this.#memory.buffer) return;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
  }

  /** The unsigned 32-bit word at an address divisible by four. */
  word(address: number): number {
    return this.words[address >>> 2] ?? 0;
  }

  setWord(address: number, value: number): void {
    this.words[address >>> 2] = value;
  }

  /** `count` unsigned 64-bit numbers from an address divisible by eight. Exact below 2^53. */
  longs(address: number, count: number): number[] {
    return Array.from(new BigUint64Array(this.bytes.buffer as ArrayBuffer, address, count), Number);
  }

  /** The zero-terminated UTF-8 text at an address. */
  text(address: number): string {
    const { bytes } = this;
    let end = address;
    while (bytes[end] !== 0 && end < bytes.length) end++;
    return new TextDecoder().decode(bytes.slice(address, end));
  }

  textOf(address: number, length: number): string {
    return new TextDecoder().decode(this.bytes.slice(address, address + length));
  }

  /** A copy of all of it. */
  save(): Uint8Array {
    return this.bytes.slice();
  }

  /** Puts a copy back. Memory does not shrink: what grew since is set to zero, as it was when it was new. */
  restore(saved: Uint8Array): void {
    const { bytes } = this;
    bytes.set(saved);
    if (bytes.length > saved.length) bytes.fill(0, saved.length);
  }
}
