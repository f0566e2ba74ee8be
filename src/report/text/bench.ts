/** The text of a bench result. A pure function: colours and width are given. */
import { unwrap } from '../../core/assert.js';
import type { BenchCase, BenchResult } from '../../core/bench.js';
import { BUFFER_ROW, type TypeCounts } from '../../core/counts.js';
import type { Interpreter } from '../../core/interpreter.js';
import { type CaseResult, hasNumbers, type TimePerOp } from '../../core/outcome.js';
import { growthSentence } from './cell.js';
import { columnName } from './changes.js';
import { failureLines } from './failure.js';
import { funnelLines } from './funnel.js';
import { interpretersLine, pymallocFootnote, shownName } from './interpreter.js';
import { type MatrixColumn, type MatrixRow, matrixChangeLines, matrixLines } from './matrix.js';
import { integer, list, perOperation, time } from './numbers.js';
import { cut, ellipsis, oneLine, printable, type Style, textWidth } from './style.js';
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
    lines.push(
      '',
      ...funnelLines(only.counts, only.interpreter, { of: of.charAt(0).toUpperCase() + of.slice(1) }, style),
    );
  }
  return lines;
}

function heading({ id, statement, setup }: BenchCase, style: Style): string[] {
  const name = id === null ? '' : `${style.dim(`${printable(id)}  `)}`;
  const text = printable(statement.trim()).split('\n');
  const shown = text.length > 8 ? [...text.slice(0, 7), `${ellipsis(style)} (${text.length} lines)`] : text;
  const lines = shown
    .map((line, i) => (i === 0 ? name : '') + style.bold(line))
    .map((line) => cut(line, style.width, style));
  if (setup.trim() === '') return lines;
  const last = lines.at(-1) ?? '';
  const after = style.dim(oneLine(`setup: ${setup.trim()}`, style.width - 3, style));
  const fits = textWidth(last) + 3 + textWidth(after) <= style.width;
  return fits ? [...lines.slice(0, -1), `${last}   ${after}`] : [...lines, `   ${after}`];
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
  const title = (name: (typeof NUMBER_COLUMNS)[number], short: boolean): string => {
    const mark = name in marks ? marks[name as keyof typeof marks] : null;
    if (mark === null) return name === 'time' ? 'time/op' : name;
    return style.paint(mark, short ? style.sign(mark) : `${style.sign(mark)} ${name}`);
  };
  const columns = (short: boolean): Column[] => [
    ...titles.map((text) => ({ title: text, align: 'left' as const })),
    ...shown.map((name) => ({ title: title(name, short), align: 'right' as const })),
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
      bytes: number(bytes, result, style, 'bytes' in result.varies),
      time: timeCell(result.timePerOp, style),
    };
    return [...(names[i] ?? []), ...shown.map((name) => cell[name])];
  });
  const room = style.width - '  types'.length;
  const short = tableLines(columns(false), rows).some((line) => textWidth(line) > room);
  const withTypes = rows.map((row, i) => [...row, types(results[i])]);
  const lines = tableLines([...columns(short), { title: 'types', align: 'left' }], withTypes);
  return lines.map((line) => cut(line, style.width, style));
}

/** A count per execution; · for zero; of a growing statement, the counts of the second n executions. */
function number(count: number, result: Numbers, style: Style, moved = false): string {
  if (count === 0) return style.paint('nothing', style.sign('nothing'));
  const inexact = moved || result.outcome === 'varying' ? style.sign('inexact') : '';
  return (
    inexact +
    (result.steady ? perOperation(count / result.iterations) : `${integer(count)}/${integer(result.iterations)}`)
  );
}

function timeCell(timed: TimePerOp | null, style: Style): string {
  return timed === null ? style.sign('unseen') : time(timed.medianNs, style.ascii);
}

/** "2 float, 1 tuple" */
function types(result: Numbers | undefined): string {
  const { byType, iterations } = unwrap(result, 'a row per result');
  const created = byType.filter(({ creations, type }: TypeCounts) => creations.total > 0 && type !== BUFFER_ROW);
  const words = created.map((row) => `${perOperation(row.creations.total / iterations)} ${printable(row.type)}`);
  return words.length > 4 ? `${words.slice(0, 4).join(', ')} and ${words.length - 4} more` : words.join(', ');
}

function tableOfInterpreters(results: readonly Numbers[], style: Style): string[] {
  const names = results.map(({ interpreter }) => [shownName(interpreter)]);
  return costTable(results, [''], names, style);
}

function tableOfCases(cases: readonly BenchCase[], style: Style): string[] {
  const measured = cases.flatMap((one) => one.results.filter(hasNumbers).map((result) => ({ one, result })));
  if (measured.length === 0) return [];
  const names = measured.map(({ one }) => [oneLine(one.id ?? one.statement, 34, style)]);
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
  const failures = failureLines(results, style.width - 1);
  const words = lines.flatMap((line) => wrap(line, style.width).map((part) => style.dim(part)));
  return [...(words.length > 0 ? ['', ...words] : []), ...failures.map((line) => ` ${line}`)];
}

function remarks(result: BenchResult, style: Style): string[] {
  return result.cases.flatMap((one) => {
    const lines = remarksOf(one.results, style).filter((line) => line !== '');
    return lines.length === 0
      ? []
      : [` ${style.bold(oneLine(one.id ?? one.statement, 60, style))}`, ...lines.map((line) => `  ${line}`)];
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
