/**
 * Where the values of a TOML text stand, for sentences with a line and for changes that keep everything else as it is.
 * The text has been parsed before: only what is TOML is understood here.
 */

/** Keys, and numbers for the elements of arrays: ["case", 0, "limits", "creations"]. */
export type TomlPath = readonly (string | number)[];

/** A key with its value. */
export interface TomlPair {
  readonly path: TomlPath;
  /** Offsets: of the first character of the key, of the value, and behind it. */
  readonly key: number;
  readonly from: number;
  readonly to: number;
  /** Whether it stands in an inline table, and not on a line of its own. */
  readonly inline: boolean;
}

/** [a.b] or [[a.b]] */
export interface TomlHeader {
  readonly path: TomlPath;
  readonly from: number;
  /** Behind its last bracket. */
  readonly to: number;
}

export interface TomlMap {
  readonly pairs: readonly TomlPair[];
  readonly headers: readonly TomlHeader[];
  /** Inline tables that are elements of arrays. */
  readonly elements: readonly TomlPair[];
}

export function mapToml(text: string): TomlMap {
  return new Scanner(text).scan();
}

export const samePath = (a: TomlPath, b: TomlPath): boolean => a.length === b.length && startsWith(a, b);

export const startsWith = (path: TomlPath, start: TomlPath): boolean =>
  path.length >= start.length && start.every((part, i) => part === path[i]);

/** From 1. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** The line where a value stands, or else where the nearest table around it begins; null: it is nowhere. */
export function lineOf(text: string, map: TomlMap, path: TomlPath): number | null {
  for (let length = path.length; length > 0; length--) {
    const wanted = path.slice(0, length);
    const all = [...map.pairs.map(({ path, key }) => ({ path, from: key })), ...map.headers, ...map.elements].filter(
      (one) => startsWith(one.path, wanted),
    );
    const exact = all.find((one) => one.path.length === length);
    if (exact !== undefined) return lineAt(text, exact.from);
    if (all.length > 0) return lineAt(text, Math.min(...all.map(({ from }) => from)));
  }
  return null;
}

class Scanner {
  readonly #text: string;
  readonly #pairs: TomlPair[] = [];
  readonly #headers: TomlHeader[] = [];
  readonly #elements: TomlPair[] = [];
  /** How many elements each array of tables has, by its path. */
  readonly #tables = new Map<string, number>();
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): TomlMap {
    if (this.#text.startsWith('\ufeff')) this.#at++;
    let table: TomlPath = [];
    for (this.#skip(true); this.#at < this.#text.length; this.#skip(true)) {
      if (this.#peek() === '[') table = this.#header();
      else this.#pair(table, false);
    }
    return { pairs: this.#pairs, headers: this.#headers, elements: this.#elements };
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  /** Passes blanks; with `lines`, line breaks and comments too. */
  #skip(lines: boolean): void {
    for (;;) {
      const c = this.#peek();
      if (c === ' ' || c === '\t' || (lines && (c === '\n' || c === '\r'))) this.#at++;
      else if (lines && c === '#') this.#at = this.#lineEnd();
      else return;
    }
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end === -1 ? this.#text.length : end;
  }

  #header(): TomlPath {
    const from = this.#at;
    const array = this.#text.startsWith('[[', from);
    this.#at += array ? 2 : 1;
    const keys = this.#keys();
    this.#at += array ? 2 : 1;
    const path = this.#resolved(keys, array);
    this.#headers.push({ path, from, to: this.#at });
    return path;
  }

  /** With the number of the element that a header means: the last of each array, or a new one. */
  #resolved(keys: readonly string[], array: boolean): TomlPath {
    let path: TomlPath = [];
    keys.forEach((key, i) => {
      path = [...path, key];
      const id = JSON.stringify(path);
      const count = this.#tables.get(id);
      if (array && i === keys.length - 1) {
        this.#tables.set(id, (count ?? 0) + 1);
        path = [...path, count ?? 0];
      } else if (count !== undefined) path = [...path, count - 1];
    });
    return path;
  }

  #pair(table: TomlPath, inline: boolean): void {
    const key = this.#at;
    const path = [...table, ...this.#keys()];
    this.#at++; // =
    this.#skip(false);
    const from = this.#at;
    const place = this.#pairs.length;
    this.#value(path);
    this.#pairs.splice(place, 0, { path, key, from, to: this.#at, inline });
  }

  /** A key with dots, and the blanks after it. */
  #keys(): string[] {
    const keys: string[] = [];
    do {
      if (keys.length > 0) this.#at++; // .
      this.#skip(false);
      keys.push(this.#key());
      this.#skip(false);
    } while (this.#peek() === '.');
    return keys;
  }

  #key(): string {
    const from = this.#at;
    const quote = this.#peek();
    if (quote === '"' || quote === "'") {
      this.#string();
      const inside = this.#text.slice(from + 1, this.#at - 1);
      return quote === '"' ? unescaped(inside) : inside;
    }
    while (/[\w-]/.test(this.#peek())) this.#at++;
    return this.#text.slice(from, this.#at);
  }

  #value(path: TomlPath): void {
    const c = this.#peek();
    if (c === '"' || c === "'") this.#string();
    else if (c === '[') this.#array(path);
    else if (c === '{') this.#inlineTable(path);
    else {
      while (this.#at < this.#text.length && !/[,\]}#\r\n]/.test(this.#peek())) this.#at++;
      while (/[ \t]/.test(this.#text[this.#at - 1] ?? '')) this.#at--;
    }
  }

  #string(): void {
    const quote = this.#peek();
    const long = this.#text.startsWith(quote.repeat(3), this.#at);
    const end = long ? quote.repeat(3) : quote;
    this.#at += end.length;
    while (this.#at < this.#text.length && !this.#text.startsWith(end, this.#at))
      this.#at += quote === '"' && this.#peek() === '\\' ? 2 : 1;
    this.#at += end.length;
    // Up to two quotes may stand in front of those that close it.
    for (let more = 0; long && more < 2 && this.#peek() === quote; more++) this.#at++;
  }

  #array(path: TomlPath): void {
    this.#at++;
    for (let i = 0; ; ) {
      this.#skip(true);
      const c = this.#peek();
      if (c === ']' || c === '') break;
      if (c === ',') {
        this.#at++;
        continue;
      }
      const from = this.#at;
      const element = [...path, i++];
      this.#value(element);
      if (c === '{') this.#elements.push({ path: element, key: from, from, to: this.#at, inline: true });
    }
    this.#at++;
  }

  #inlineTable(path: TomlPath): void {
    this.#at++;
    for (;;) {
      this.#skip(true);
      const c = this.#peek();
      if (c === '}' || c === '') break;
      if (c === ',') this.#at++;
      else this.#pair(path, true);
    }
    this.#at++;
  }
}

/** A basic string without its quotes. */
function unescaped(text: string): string {
  const short: Readonly<Record<string, string>> = { b: '\b', t: '\t', n: '\n', f: '\f', r: '\r', e: '\u001b' };
  return text.replace(/\\(?:x([\dA-Fa-f]{2})|u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|(.))/g, (_, x, u, U, other) => {
    const code = x ?? u ?? U;
    return code === undefined ? (short[other] ?? other) : String.fromCodePoint(Number.parseInt(code, 16));
  });
}
