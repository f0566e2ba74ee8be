/** Options that several commands share, and how their values are read. */
import { InvalidArgumentError, Option } from 'commander';

/** Collects a repeated option. */
export const collect = (value: string, before: string[]): string[] => [...before, value];

/** Collects a repeated option whose values may hold several names, with commas between them. */
export const collectNames = (value: string, before: string[]): string[] => [
  ...before,
  ...value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
];

export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || number > 1e9)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1,000,000,000.');
  return number;
}

/** Of lines to show around others. */
export function lineCount(value: string): number {
  if (!/^\d{1,6}$/.test(value)) throw new InvalidArgumentError('It must be a whole number from 0 to 999,999.');
  return Number(value);
}

export function seconds(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number <= 86_400))
    throw new InvalidArgumentError('It must be a number of seconds, more than 0 and at most 86,400.');
  return number;
}

/** What PYTHONHASHSEED takes. */
export function hashSeed(value: string): number {
  const number = Number(value);
  if (!/^\d{1,10}$/.test(value) || number > 4_294_967_295)
    throw new InvalidArgumentError('It must be a whole number from 0 to 4294967295.');
  return number;
}

export const pythonOption = (fallback: string): Option =>
  new Option(
    '-p, --python <which>',
    'interpreters, repeatable or comma-separated: 3.14 (installed here, or else embedded), wasm:3.14, native:3.12, a path or command, NAME=any of these, all, wasm:all, native:all',
  )
    .argParser(collect)
    .default([], fallback);

export const pathOption = (): Option =>
  new Option('--path <folder>', 'one more folder to import from, after the current one (repeatable)')
    .argParser(collect)
    .default([], 'none');

export const timeoutOption = (): Option =>
  new Option('--timeout <seconds>', 'give up on a case after this time').argParser(seconds).default(30);

/** Of a program, which may run as long as it likes. */
export const programTimeoutOption = (): Option =>
  new Option('--timeout <seconds>', 'end the program after this time (default: never)').argParser(seconds);

export const jsonOption = (what = 'print the result as JSON, and nothing else'): Option => new Option('--json', what);

export const outputOption = (): Option => new Option('-o, --output <file>', 'also write the JSON to a file');
