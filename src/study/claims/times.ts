/** What people conclude from a stopwatch: times relative to a concatenation, of constants and of what must be computed. */
import { BELIEFS, type Claim, confirmed, type Judged, Missing, misleading, refuted } from './claim.js';
import type { Evidence } from './evidence.js';
import { amount } from './words.js';

interface Row {
  readonly key: string;
  readonly text: string;
  readonly figure: number;
  /** As a write-up times it, with constants. */
  readonly stated: string;
  /** With operands that the compiler cannot fold; the same where nothing folds. */
  readonly computed: string;
}

const ROWS: readonly Row[] = [
  { key: 'concat', text: 'string concatenation', figure: 1, stated: 'stated.concat', computed: 'str.concat' },
  { key: 'int-large', text: 'large-int addition', figure: 1, stated: 'stated.int-large', computed: 'int.add-large' },
  { key: 'int-small', text: 'small-int addition', figure: 1.01, stated: 'stated.int-small', computed: 'int.add-small' },
  { key: 'tuple', text: 'tuple', figure: 1.01, stated: 'stated.tuple', computed: 'computed.tuple' },
  {
    key: 'dict-insert',
    text: 'dict insert',
    figure: 2.63,
    stated: 'stated.dict-insert',
    computed: 'stated.dict-insert',
  },
  { key: 'append', text: 'list append', figure: 3.53, stated: 'stated.append', computed: 'stated.append' },
  {
    key: 'list-literal',
    text: 'list literal',
    figure: 3.99,
    stated: 'stated.list-literal',
    computed: 'computed.list-literal',
  },
  { key: 'call', text: 'function call', figure: 4.36, stated: 'stated.call', computed: 'stated.call' },
  { key: 'method', text: 'method call', figure: 4.64, stated: 'stated.method', computed: 'stated.method' },
  { key: 'fstring', text: 'f-string', figure: 8.17, stated: 'str.fstring', computed: 'str.fstring' },
];

const BASE = { stated: 'stated.concat', computed: 'str.concat' } as const;
/** How far a measured ratio may lie from a figure and still be it. */
const TOLERANCE = 0.25;

const near = (ratio: number, figure: number): boolean => Math.abs(ratio - figure) <= TOLERANCE * figure;

function judge({ figure, stated, computed }: Pick<Row, 'figure' | 'stated' | 'computed'>, evidence: Evidence): Judged {
  const [statedTime, statedBase] = [evidence.time(stated), evidence.time(BASE.stated)];
  const [time, base] = [evidence.time(computed), evidence.time(BASE.computed)];
  if (base.net <= 0) throw new Missing('a concatenation is not slower than the empty loop here');
  const folded = evidence.folded(stated);
  const baseFolded = evidence.folded(BASE.stated);
  const asStated = statedTime.withLoop / statedBase.withLoop;
  const corrected = time.net / base.net;
  const numbers = {
    claimed: figure,
    asStated: Number(asStated.toFixed(2)),
    corrected: Number(corrected.toFixed(2)),
    nsAsStated: Number(statedTime.withLoop.toFixed(1)),
    nsOfStatedConcatenation: Number(statedBase.withLoop.toFixed(1)),
    nsOfEmptyLoop: Number(statedTime.loop.toFixed(1)),
    nsCorrected: Number(time.net.toFixed(1)),
    nsOfConcatenation: Number(base.net.toFixed(1)),
    folded,
    concatenationFolded: baseFolded,
  };
  const both = `${ratio(asStated)} as stated and ${ratio(corrected)} when all is computed`;
  const what = folded
    ? 'the compiler computes it and the concatenation beforehand, so two empty loops are compared'
    : 'the compiler computes the concatenation beforehand, so an empty loop is what it is compared with';
  if (near(asStated, figure) && (folded || baseFolded)) return misleading(`Measured ${both}: ${what}.`, numbers);
  if (near(corrected, figure)) return confirmed(`Measured ${both}, as the figure says.`, numbers);
  return refuted(`Measured ${both}${baseFolded ? `; as stated, ${what}` : ''}.`, numbers);
}

const ratio = (value: number): string => value.toFixed(2);

const times = { source: 'study', belief: BELIEFS.times, restsOn: 'time' } as const;

export const TIME_CLAIMS: readonly Claim[] = [
  ...ROWS.map(
    (row): Claim => ({
      ...times,
      id: `perf.table.${row.key}`,
      text: `relative time of ${row.key === 'tuple' ? 'a tuple' : row.text}: ${row.figure.toFixed(2)}`,
      experiments: [...new Set([row.stated, row.computed, BASE.stated, BASE.computed])],
      judge: (evidence) => judge(row, evidence),
    }),
  ),
  {
    ...times,
    id: 'str.fstring-8x',
    text: 'an f-string takes 8.17 times as long as a concatenation',
    experiments: ['str.fstring', BASE.stated, BASE.computed],
    judge: (evidence) => judge({ figure: 8.17, stated: 'str.fstring', computed: 'str.fstring' }, evidence),
  },
  {
    source: 'study',
    belief: BELIEFS.bottleneck,
    restsOn: 'time',
    id: 'bottleneck',
    text: 'in typical programs allocation is rarely the bottleneck',
    experiments: [],
    programs: true,
    judge: (evidence) => {
      const programs = evidence.programs();
      const shares = programs.map(({ share }) => share).sort((a, b) => a - b);
      const median = shares[Math.floor(shares.length / 2)] ?? 0;
      const most = shares.at(-1) ?? 0;
      const over = shares.filter((share) => share > HALF).length;
      const numbers = {
        programs: programs.length,
        medianShare: Number(median.toFixed(3)),
        largestShare: Number(most.toFixed(3)),
        overHalf: over,
      };
      const found = `Creating and releasing objects takes an estimated ${amount(Math.round(median * 100))} % of the run time of the median of ${programs.length} programs, ${amount(Math.round(most * 100))} % at most`;
      if (over <= programs.length / 10) return confirmed(`${found}.`, numbers);
      const many = `, and more than half in ${over}`;
      return over > programs.length / 2
        ? refuted(`${found}${many}.`, numbers)
        : misleading(`${found}${many}: not so rarely.`, numbers);
    },
  },
];

/** A bottleneck takes more than this share of the run time. */
const HALF = 0.5;
