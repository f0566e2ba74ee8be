/** Changes values of a TOML text in place: comments, blanks, line ends and all other values stay as they are. */
import { mapToml, samePath, startsWith, type TomlHeader, type TomlMap, type TomlPath } from './toml-text.js';

/**
 * The text with this value there. `value` is TOML. A table that is not there yet is made: a [header] of its own at the end
 * of the table around it if `header` says how many keys of the path it has, otherwise as part of the value.
 */
export function setTomlValue(text: string, path: TomlPath, value: string, header: number | null = null): string {
  const map = mapToml(text);
  const there = map.pairs.find((pair) => samePath(pair.path, path));
  if (there !== undefined) return spliced(text, there.from, there.to, value);
  for (let length = path.length - 1; length >= 0; length--) {
    const table = path.slice(0, length);
    const rest = path.slice(length);
    const inline = inlineAt(map, table);
    if (inline !== undefined) return intoInline(text, map, table, inline, rest, value);
    const dotted = map.pairs.findLast(
      (pair) =>
        !pair.inline &&
        pair.path.length > length &&
        startsWith(pair.path, table) &&
        length > ownerOf(map, pair.key).length,
    );
    if (dotted !== undefined) {
      const owner = ownerOf(map, dotted.key);
      return afterLine(text, dotted.to, `${keys(path.slice(owner.length))} = ${value}`, indentOf(text, dotted.key));
    }
    const found = map.headers.find((one) => samePath(one.path, table));
    if (found === undefined && length > 0) continue;
    if (header !== null && header > length) return withHeader(text, map, path, value, header);
    return intoTable(text, map, found, rest, value);
  }
  throw new Error(`internal error: no place in the TOML for ${JSON.stringify(path)}`);
}

const spliced = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to);

/** The range of an inline table. */
function inlineAt(map: TomlMap, path: TomlPath): { readonly from: number; readonly to: number } | undefined {
  return [...map.pairs, ...map.elements].find((one) => samePath(one.path, path));
}

/** The table whose header stands above an offset. */
function ownerOf(map: TomlMap, offset: number): TomlPath {
  return map.headers.findLast(({ from }) => from < offset)?.path ?? [];
}

/** `rest`: what of the path is not there yet. */
function intoInline(
  text: string,
  map: TomlMap,
  table: TomlPath,
  { from }: { readonly from: number },
  rest: TomlPath,
  value: string,
): string {
  const inside = map.pairs.filter(
    (pair) => pair.inline && pair.path.length > table.length && startsWith(pair.path, table) && pair.key > from,
  );
  // Where keys have dots, so must a further one: a table is not made twice.
  const dotted = inside.some(({ path }) => startsWith(path, [...table, rest[0] ?? '']));
  const [key, inner] = dotted ? [keys(rest), value] : nested(rest, value);
  if (inside.length > 0) {
    const end = Math.max(...inside.map(({ to }) => to));
    return spliced(text, end, end, `, ${key} = ${inner}`);
  }
  const blank = /^\s*/.exec(text.slice(from + 1))?.[0] ?? '';
  return spliced(text, from + 1, from + 1 + blank.length, ` ${key} = ${inner} `);
}

/** Below the last key of a table, or below its header. The table without a header is the start of the file. */
function intoTable(text: string, map: TomlMap, header: TomlHeader | undefined, rest: TomlPath, value: string): string {
  const next = map.headers.find(({ from }) => from > (header?.from ?? -1))?.from ?? text.length;
  const last = map.pairs.findLast((pair) => !pair.inline && pair.key > (header?.from ?? -1) && pair.key < next);
  const line = `${keys(rest)} = ${value}`;
  if (last !== undefined) return afterLine(text, last.to, line, indentOf(text, last.key));
  if (header !== undefined) return afterLine(text, header.to, line, indentOf(text, header.from));
  return `${line}${lineEnd(text)}${text}`;
}

/** A table of its own, behind everything that the table around it has. */
function withHeader(text: string, map: TomlMap, path: TomlPath, value: string, length: number): string {
  const outer = path.slice(0, 1 + path.findLastIndex((part) => typeof part === 'number'));
  const inside = [
    ...map.headers.filter((one) => startsWith(one.path, outer)).map(({ to }) => to),
    ...map.pairs.filter((one) => startsWith(one.path, outer)).map(({ to }) => to),
  ];
  const end = lineEnd(text);
  const title = `[${keys(path.slice(0, length).filter((part) => typeof part === 'string'))}]`;
  return afterLine(text, Math.max(0, ...inside), `${end}${title}${end}${keys(path.slice(length))} = ${value}`, '');
}

/** Behind the line, with its comment, in which a value ends. */
function afterLine(text: string, offset: number, line: string, indent: string): string {
  const end = text.indexOf('\n', offset);
  if (end === -1) return `${text}${lineEnd(text)}${indent}${line}${lineEnd(text)}`;
  return spliced(text, end + 1, end + 1, `${indent}${line}${lineEnd(text)}`);
}

const indentOf = (text: string, offset: number): string => {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0] ?? '';
};

/** That of the file. */
const lineEnd = (text: string): string => (/\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n');

/** The first key, and the value with the others as tables around it. */
function nested([first, ...rest]: TomlPath, value: string): readonly [string, string] {
  return [keys([first ?? '']), rest.reduceRight((inner: string, key) => `{ ${keys([key])} = ${inner} }`, value)];
}

/** a."3.14".b */
export function keys(path: TomlPath): string {
  return path.map((part) => (/^[\w-]+$/.test(String(part)) ? String(part) : quoted(String(part)))).join('.');
}

/** A basic string. */
export function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}
