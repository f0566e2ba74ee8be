/** The allocation funnel: from objects created to what the system was asked for. */
import type { Counts } from '../../core/counts.js';
import type { Interpreter } from '../../core/interpreter.js';
import { eventWords } from './cell.js';
import { integer, list, percent } from './numbers.js';
import type { Mark, Style } from './style.js';
import { pad } from './table.js';

const LABEL = 18;
const NUMBER = 12;
const NOTE = 26;

interface Row {
  readonly mark: Mark | null;
  readonly label: string;
  /** null: not visible here. */
  readonly count: number | null;
  readonly note: string;
}

/** `of`: what the counts are of, for the sentence: "1,000 executions". */
export function funnelLines(counts: Counts, interpreter: Interpreter, of: string, style: Style): string[] {
  const { creations, buffers } = counts;
  const served = percent(creations.freelist, creations.total);
  const sentence = `${of}: ${
    creations.total === 0
      ? list(['no object created', ...eventWords(counts)])
      : `${integer(creations.total)} ${creations.total === 1 ? 'object' : 'objects'} created, ${served} without asking the allocator`
  }.`;
  const share = (part: number): string => percent(part, creations.total);
  const rows: Row[] = [
    { mark: null, label: 'objects created', count: creations.total, note: '' },
    {
      mark: 'freelist',
      label: 'freelist',
      count: creations.freelist,
      note: join(share(creations.freelist), 'no request'),
    },
    ...(interpreter.pymalloc
      ? [{ mark: 'pymalloc', label: 'pymalloc', count: creations.pymalloc, note: share(creations.pymalloc) } as const]
      : []),
    { mark: 'malloc', label: 'malloc', count: creations.malloc, note: share(creations.malloc) },
    ...(creations.foreign > 0
      ? [
          {
            mark: 'foreign',
            label: 'foreign memory',
            count: creations.foreign,
            note: share(creations.foreign),
          } as const,
        ]
      : []),
    { mark: 'buffer', label: 'buffers', count: buffers.total, note: '' },
    { mark: null, label: '= requests', count: counts.requests, note: '' },
    { mark: null, label: 'new pools', count: counts.pools, note: '' },
    { mark: null, label: 'new arenas', count: counts.arenas, note: '' },
  ];
  const whole = Math.max(...rows.map(({ count }) => count ?? 0));
  const cells = Math.max(8, Math.min(40, style.width - LABEL - NUMBER - NOTE));
  const lines = rows.map((row) => {
    const indent = row.mark !== null && row.mark !== 'buffer' ? '    ' : '  ';
    const sign = row.mark === null ? '' : `${style.paint(row.mark, style.sign(row.mark))} `;
    const label = pad(indent + sign + row.label, LABEL, 'left');
    const number = row.count === null ? style.sign('unseen') : integer(row.count);
    const bar = pad(style.bar(row.count ?? 0, whole, cells), cells, 'left');
    const painted = row.mark === null ? bar : style.paint(row.mark, bar);
    return `${label}${pad(number, NUMBER, 'right')}  ${painted}  ${style.dim(row.note)}`.trimEnd();
  });
  return whole === 0 ? [sentence] : [sentence, '', ...lines];
}

function join(...words: string[]): string {
  return words.filter((word) => word !== '').join('  ');
}
