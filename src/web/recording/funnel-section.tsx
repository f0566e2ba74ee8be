/** The funnel of the whole recording. Choosing a row of it filters what stands below. */
import type { VNode } from 'preact';
import { type FunnelRow, funnelRows } from '../../report/text/funnel.js';
import { pymallocFootnote } from '../../report/text/interpreter.js';
import { Funnel } from '../components/funnel.js';
import { STYLE } from '../components/kind.js';
import type { KindFilter } from './measure.js';
import type { PageState } from './state.js';

type RowField = FunnelRow['field'];

/** Rows that name who served something, and what is then measured. The others stand for all of a measure. */
const KINDS_OF: Readonly<Partial<Record<RowField, readonly [KindFilter, 'creations' | 'requests']>>> = {
  freelist: ['freelist', 'creations'],
  pymalloc: ['pymalloc', 'creations'],
  malloc: ['malloc', 'creations'],
  foreign: ['foreign', 'creations'],
  buffers: ['buffer', 'requests'],
  system: ['system', 'requests'],
};

export function FunnelSection({ state }: { readonly state: PageState }): VNode | null {
  const { profile, filter, field } = state;
  const { total, interpreter } = profile.about;
  const rows = funnelRows(total, interpreter, STYLE);
  if (rows.every(({ count }) => count === 0 || count === null)) return null;
  const { kind } = filter.value;
  const chosen = rows.find((row) => kind !== null && KINDS_OF[row.field]?.[0] === kind)?.field ?? null;
  const all: readonly RowField[] = ['creations', 'requests'];
  const some = rows.filter(({ field: row, count }) => (count ?? 0) > 0 && (row in KINDS_OF || all.includes(row)));
  const choose = (row: RowField): void => {
    const of = KINDS_OF[row];
    const next = of === undefined || of[0] === kind ? null : of[0];
    field.value = of === undefined ? (row === 'requests' ? 'requests' : 'creations') : of[1];
    filter.value = { ...filter.value, kind: next };
  };
  const whole = kind === null ? all.find((one) => one === field.value) : undefined;
  const footnote = pymallocFootnote([interpreter]);
  return (
    <section aria-labelledby="funnel">
      <h2 id="funnel">From objects to memory</h2>
      <Funnel
        rows={rows}
        chosen={chosen ?? whole ?? null}
        choices={new Set(some.map((row) => row.field))}
        onChoose={choose}
      />
      {footnote === null ? null : <p class="note">{footnote}</p>}
    </section>
  );
}
