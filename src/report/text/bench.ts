/** The text of a bench result. A pure function: colours and width are given. */
import type { BenchCase, BenchResult } from '../../core/bench.js';
import { BUFFER_ROW, type TypeCounts } from '../../core/counts.js';
import { type Interpreter, interpreterName } from '../../core/interpreter.js';
import { type CaseResult, hasNumbers, type TimePerOp } from '../../core/outcome.js';
import { growthSentence } from './cell.js';
import { columnName } from './changes.js';
import { failureLines } from './failure.js';
import { funnelLines } from './funnel.js';
import { interpretersLine, pymallocFootnote } from './interpreter.js';
import { type MatrixColumn, type MatrixRow, matrixChangeLines, matrixLines } from './matrix.js';
import { integer, list, perOperation, time } from './numbers.js';
import { oneLine, printable, type Style } from './style.js';
import { type Column, tableLines, wrap } from './table.js';

type Numbers = CaseResult & { readonly outcome: 'exact' | 'varying' };

/** Ends without a line break. */
export function formatBench(result: BenchResult, style: Style): string {
  const interpreters = interpretersOf(result);
  const lines = [style.bold(interpretersLine(interpreters))];
  const several = result.cases.length > 1;
  if (several && interpreters.length === 1)
    lines.push('', ...tableOfCases(result.cases, style), ...remarks(result, style));
  else for (const one of result.cases) lines.push('', ...caseLines(one, style));
  if (several || interpreters.length > 1) lines.push(...matrixPart(result, interpreters, style));
  const measured = result.cases.some(({ results }) => results.some(hasNumbers));
  const footnote = measured ? pymallocFootnote(interpreters) : null;
  if (footnote !== null) lines.push('', ...wrap(footnote, style.width).map((line) => style.dim(line)));
  return lines.join('\n');
}

function interpretersOf(result: BenchResult): Interpreter[] {
  const all = new Map<string, Interpreter>();
  for (const { results } of result.cases) for (const { interpreter } of results) all.set(interpreter.id, interpreter);
  return [...all.values()];
}

function caseLines(one: BenchCase, style: Style): string[] {
  const lines = [...heading(one, style), ''];
  const measured = one.results.filter(hasNumbers);
  if (measured.length > 0) lines.push(...tableOfInterpreters(measured, style));
  lines.push(...remarksOf(one.results, style));
  const [only] = measured;
  if (only !== undefined && one.results.length === 1) {
    const growth = only.growth === null ? '' : 'the second ';
    const of = `${growth}${integer(only.iterations)} ${only.iterations === 1 ? 'execution' : 'executions'}`;
    lines.push('', ...funnelLines(only.counts, only.interpreter, of.charAt(0).toUpperCase() + of.slice(1), style));
  }
  return lines;
}

function heading({ id, statement, setup }: BenchCase, style: Style): string[] {
  const name = id === null ? '' : `${style.dim(`${printable(id)}  `)}`;
  const text = printable(statement.trim()).split('\n');
  const shown = text.length > 8 ? [...text.slice(0, 7), `… (${text.length} lines)`] : text;
  const lines = shown.map((line) => oneLineKeepingIndent(line, style.width - 2));
  const after = setup.trim() === '' ? '' : style.dim(`   setup: ${oneLine(setup, Math.max(20, style.width - 40))}`);
  return lines.map((line, i) => `${i === 0 ? name : ''}${style.bold(line)}${i === lines.length - 1 ? after : ''}`);
}

function oneLineKeepingIndent(line: string, width: number): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  return indent + oneLine(line, Math.max(10, width - indent.length));
}

const NUMBER_COLUMNS = ['objects', 'freelist', 'pymalloc', 'malloc', 'buffers', 'resizes', 'bytes', 'time'] as const;

/** The columns and cells that say what one execution costs. A column that no result needs is left out. */
function costTable(
  results: readonly Numbers[],
  titles: readonly string[],
  names: readonly (readonly string[])[],
  style: Style,
): string[] {
  const withTime = results.some(({ timePerOp }) => timePerOp !== null);
  const withPymalloc = results.some(({ interpreter }) => interpreter.pymalloc);
  const shown = NUMBER_COLUMNS.filter((name) => (name !== 'time' || withTime) && (name !== 'pymalloc' || withPymalloc));
  const marks = {
    freelist: 'freelist',
    pymalloc: 'pymalloc',
    malloc: 'malloc',
    buffers: 'buffer',
    resizes: 'resize',
  } as const;
  const title = (name: (typeof NUMBER_COLUMNS)[number]): string => {
    const mark = name in marks ? marks[name as keyof typeof marks] : null;
    return mark === null ? (name === 'time' ? 'time/op' : name) : style.paint(mark, `${style.sign(mark)} ${name}`);
  };
  const columns: Column[] = [
    ...titles.map((text) => ({ title: text, align: 'left' as const })),
    ...shown.map((name) => ({ title: title(name), align: 'right' as const })),
    { title: 'types', align: 'left' },
  ];
  const rows = results.map((result, i) => {
    const per = (n: number): string => number(n, result, style);
    const { creations, buffers, resizes, bytes } = result.counts;
    const cell: Record<(typeof NUMBER_COLUMNS)[number], string> = {
      objects: per(creations.total),
      freelist: per(creations.freelist),
      pymalloc: result.interpreter.pymalloc ? per(creations.pymalloc) : style.sign('unseen'),
      malloc: per(creations.malloc),
      buffers: per(buffers.total),
      resizes: per(resizes),
      bytes: per(bytes),
      time: timeCell(result.timePerOp, style),
    };
    return [...(names[i] ?? []), ...shown.map((name) => cell[name]), types(result)];
  });
  return tableLines(columns, rows).map((line) => cut(line, style.width));
}

/** A count per execution; · for zero; of a growing statement, the counts of the second n executions. */
function number(count: number, result: Numbers, style: Style): string {
  if (count === 0) return style.paint('nothing', style.sign('nothing'));
  const inexact = result.outcome === 'varying' ? `${style.sign('inexact')}` : '';
  return (
    inexact +
    (result.steady ? perOperation(count / result.iterations) : `${integer(count)}/${integer(result.iterations)}`)
  );
}

function timeCell(timed: TimePerOp | null, style: Style): string {
  return timed === null ? style.sign('unseen') : time(timed.medianNs);
}

/** "2 float, 1 tuple" */
function types({ byType, iterations }: Numbers): string {
  const created = byType.filter(({ creations, type }: TypeCounts) => creations.total > 0 && type !== BUFFER_ROW);
  const words = created.map((row) => `${perOperation(row.creations.total / iterations)} ${printable(row.type)}`);
  return words.length > 4 ? `${words.slice(0, 4).join(', ')} and ${words.length - 4} more` : words.join(', ');
}

function cut(line: string, width: number): string {
  return line.includes('\u001b')
    ? line
    : [...line].length <= width
      ? line
      : `${[...line].slice(0, width - 1).join('')}…`;
}

function tableOfInterpreters(results: readonly Numbers[], style: Style): string[] {
  const names = results.map(({ interpreter }) => [interpreterName(interpreter)]);
  return costTable(results, [''], names, style);
}

function tableOfCases(cases: readonly BenchCase[], style: Style): string[] {
  const measured = cases.flatMap((one) => one.results.filter(hasNumbers).map((result) => ({ one, result })));
  if (measured.length === 0) return [];
  const names = measured.map(({ one }) => [oneLine(one.id ?? one.statement, 34)]);
  return costTable(
    measured.map(({ result }) => result),
    [''],
    names,
    style,
  );
}

/** Growth in words, failures, and how the time was measured. */
function remarksOf(results: readonly CaseResult[], style: Style): string[] {
  const growth = results.filter(hasNumbers).flatMap((result) => {
    if (result.growth === null) return [];
    return [{ name: columnName(result), sentence: growthSentence(result.growth, result.counts) }];
  });
  const sentences = new Map<string, string[]>();
  for (const { name, sentence } of growth) sentences.set(sentence, [...(sentences.get(sentence) ?? []), name]);
  const lines = [...sentences].map(([sentence, names]) => `The cost is not constant on ${list(names)}: ${sentence}.`);
  const timed = results.find((result) => hasNumbers(result) && result.timePerOp !== null);
  if (timed !== undefined && hasNumbers(timed) && timed.timePerOp !== null) {
    const where = timed.interpreter.engine === 'wasm' ? 'WebAssembly, not native code' : 'native code';
    const runs = `median of ${timed.timePerOp.runs} runs without hooks, the loop included`;
    lines.push(`time/op: ${runs}; ${where}.`);
  }
  const failures = failureLines(results);
  const words = lines.flatMap((line) => wrap(line, style.width).map((part) => style.dim(part)));
  return [...(words.length > 0 ? ['', ...words] : []), ...failures.map((line) => ` ${line}`)];
}

function remarks(result: BenchResult, style: Style): string[] {
  return result.cases.flatMap((one) => {
    const lines = remarksOf(one.results, style).filter((line) => line !== '');
    return lines.length === 0
      ? []
      : [` ${style.bold(oneLine(one.id ?? one.statement, 60))}`, ...lines.map((line) => `  ${line}`)];
  });
}

function matrixPart(result: BenchResult, interpreters: readonly Interpreter[], style: Style): string[] {
  const columns: MatrixColumn[] = interpreters.map((i) => ({ id: i.id, title: columnName({ interpreter: i }) }));
  const rows: MatrixRow[] = result.cases.map((one) => ({
    label: one.id ?? one.statement,
    results: new Map(one.results.map((r) => [r.interpreter.id, r])),
  }));
  const changes = matrixChangeLines(rows, columns, style);
  return ['', ...matrixLines(rows, columns, style), ...(changes.length > 0 ? ['', ...changes] : [])];
}
