/** Options that several commands share, and how their values are read. */
import { InvalidArgumentError, Option } from 'commander';

/** Collects a repeated option. */
export const collect = (value: string, before: string[]): string[] => [...before, value];

export function positiveInteger(value: string): number {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < 1 || number > 1e9)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1,000,000,000.');
  return number;
}

export function seconds(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number <= 86_400))
    throw new InvalidArgumentError('It must be a number of seconds, more than 0 and at most 86,400.');
  return number;
}

export const pythonOption = (fallback: string): Option =>
  new Option(
    '-p, --python <which>',
    `interpreters: 3.14, wasm:3.14, NAME=3.14, all; repeatable, comma-separated (default: ${fallback})`,
  )
    .argParser(collect)
    .default([], '');

export const pathOption = (): Option =>
  new Option('--path <folder>', 'one more folder to import from, after the current one (repeatable)')
    .argParser(collect)
    .default([], '');

export const timeoutOption = (): Option =>
  new Option('--timeout <seconds>', 'give up on a case after this time').argParser(seconds).default(30);

export const jsonOption = (): Option => new Option('--json', 'print the result as JSON, and nothing else');

export const outputOption = (): Option => new Option('-o, --output <file>', 'also write the JSON to a file');
