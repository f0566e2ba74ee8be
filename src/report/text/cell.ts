/** One result as a few signs with counts: the cell of a matrix, the same in every table and report. */
import { assertUnreachable } from '../../core/assert.js';
import { type Counts, ORIGINS } from '../../core/counts.js';
import type { CaseResult, GrowthPoint } from '../../core/outcome.js';
import { integer, list, perOperation, plural } from './numbers.js';
import type { Mark, Style } from './style.js';

interface Part {
  readonly mark: Mark;
  readonly count: number;
}

/** What a cell shows of counts: creations by origin, buffers, resizes; what is zero is left out. */
export function cellParts(counts: Counts): Part[] {
  const all: Part[] = [
    ...ORIGINS.map((origin) => ({ mark: origin, count: counts.creations[origin] })),
    { mark: 'buffer', count: counts.buffers.total },
    { mark: 'resize', count: counts.resizes },
  ];
  return all.filter(({ count }) => count !== 0);
}

/** `bold`: whether it differs from the version to the left. */
export function resultCell(result: CaseResult | undefined, style: Style, bold = false): string {
  if (result === undefined) return style.paint('unseen', style.sign('unseen'));
  switch (result.outcome) {
    case 'failed':
    case 'refused':
      return style.paint('inexact', result.outcome);
    case 'exact':
    case 'varying':
      break;
    default:
      return assertUnreachable(result);
  }
  const inexact = result.outcome === 'varying' ? `${style.sign('inexact')} ` : '';
  if (result.perOp === null) return inexact + style.paint('resize', 'grows');
  return inexact + resultCountsCell(result.perOp, style, bold);
}

/** The same of counts alone; null: there are none. */
export function resultCountsCell(counts: Counts | null, style: Style, bold = false): string {
  if (counts === null) return style.paint('unseen', style.sign('unseen'));
  const signs = cellParts(counts).map(({ mark, count }) => {
    const text = `${style.sign(mark)}${style.ascii ? '' : ' '}${perOperation(count)}`;
    return style.paint(mark, bold ? style.bold(text) : text);
  });
  return signs.join(' ') || style.paint('nothing', style.sign('nothing'));
}

/** Whether two cells show the same. */
export function sameCell(a: CaseResult | undefined, b: CaseResult | undefined): boolean {
  const text = (result: CaseResult | undefined): string =>
    result === undefined || !('perOp' in result) || result.perOp === null
      ? String(result?.outcome)
      : JSON.stringify(cellParts(result.perOp));
  return text(a) === text(b);
}

/** "1 buffer and 27 resizes in the first 1,000 executions, 5 resizes in the next 1,000" */
export function growthSentence(growth: readonly GrowthPoint[], difference: Counts): string {
  const first = growth[0];
  if (first === undefined) return '';
  const n = integer(first.executions);
  return `${eventsInWords(first.counts)} in the first ${n} executions, ${eventsInWords(difference)} in the next ${n}`;
}

/** "2 objects, 1 buffer and 27 resizes"; "nothing" */
export function eventsInWords(counts: Counts): string {
  return list(eventWords(counts)) || 'nothing';
}

/** The parts of that: one per kind of event that there was. */
export function eventWords(counts: Counts): string[] {
  const { creations, buffers, resizes } = counts;
  const kinds: [number, string][] = [
    [creations.total, 'object'],
    [buffers.total, 'buffer'],
    [resizes, 'resize'],
  ];
  return kinds.filter(([count]) => count !== 0).map(([count, word]) => plural(count, word));
}
