/** The allocation funnel: rows with a bar each on one scale. A row that can be chosen filters what stands below. */
import type { VNode } from 'preact';
import type { FunnelRow } from '../../report/text/funnel.js';
import { signOf } from './kind.js';
import { thin, whole } from './numbers.js';

interface FunnelProps {
  readonly rows: readonly FunnelRow[];
  readonly chosen: FunnelRow['field'] | null;
  /** What can be chosen. */
  readonly choices: ReadonlySet<FunnelRow['field']>;
  readonly onChoose: (field: FunnelRow['field']) => void;
  /** A row that can be chosen is pointed at or focused; null: it is left. */
  readonly onPoint?: (field: FunnelRow['field'] | null) => void;
  /** How a count reads, where it may be a fraction, or not exact. */
  readonly text?: (count: number, field: FunnelRow['field']) => string;
}

export function Funnel({ rows, chosen, choices, onChoose, onPoint, text = whole }: FunnelProps): VNode {
  const largest = Math.max(...rows.map(({ count }) => count ?? 0));
  return (
    <ul class="funnel">
      {rows.map((row) => (
        <li key={row.field} class={isPart(row) ? 'sub' : ''}>
          {choices.has(row.field) ? (
            <button
              type="button"
              aria-pressed={chosen === row.field}
              onClick={() => onChoose(row.field)}
              onMouseEnter={() => onPoint?.(row.field)}
              onMouseLeave={() => onPoint?.(null)}
              onFocus={() => onPoint?.(row.field)}
              onBlur={() => onPoint?.(null)}
            >
              <Row row={row} largest={largest} text={text} />
            </button>
          ) : (
            <div>
              <Row row={row} largest={largest} text={text} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  readonly row: FunnelRow;
  readonly largest: number;
  readonly text: (count: number, field: FunnelRow['field']) => string;
}

function Row({ row, largest, text }: RowProps): VNode {
  const { mark, label, count, note } = row;
  const share = count === null || count === 0 ? 0 : Math.max(0.15, (100 * count) / largest);
  return (
    <>
      <span class="label">
        {mark === null ? null : (
          <span class={`sign ${mark}`} aria-hidden="true">
            {markSign(mark)}{' '}
          </span>
        )}
        {label.trim()}
      </span>
      <span class={count === null ? 'number unseen' : 'number'}>
        {count === null ? <span title="not visible here">–</span> : text(count, row.field)}
      </span>
      <svg class="funnel-bar" aria-hidden="true" height="14" width="100%">
        <rect class={mark ?? 'all'} x="0" y="0" height="14" width={`${share}%`} />
      </svg>
      <span class="note">{thin(note)}</span>
    </>
  );
}

/** Rows that are a part of the one above them. */
function isPart({ mark, field }: FunnelRow): boolean {
  return (mark !== null && mark !== 'buffer') || field === 'pools' || field === 'arenas' || field === 'system';
}

function markSign(mark: NonNullable<FunnelRow['mark']>): string {
  switch (mark) {
    case 'freelist':
    case 'pymalloc':
    case 'malloc':
    case 'foreign':
    case 'buffer':
      return signOf(mark);
    default:
      return '';
  }
}
