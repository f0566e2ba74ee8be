/** The funnel of the shown version. A row that names who served something lights up the lines where it happened. */
import type { VNode } from 'preact';
import type { Interpreter } from '../../../core/interpreter.js';
import { type FunnelRow, funnelRows } from '../../../report/text/funnel.js';
import { pymallocFootnote } from '../../../report/text/interpreter.js';
import { perOperation } from '../../../report/text/numbers.js';
import { Funnel } from '../../components/funnel.js';
import { STYLE } from '../../components/kind.js';
import { thin } from '../../components/numbers.js';
import type { Highlight } from '../state.js';
import type { Counted } from './counted.js';
import type { Pointing } from './pointing.js';

type Field = FunnelRow['field'];

const ORIGIN_OF: Readonly<Partial<Record<Field, (Highlight & { readonly kind: 'origin' })['origin']>>> = {
  freelist: 'freelist',
  pymalloc: 'pymalloc',
  malloc: 'malloc',
  foreign: 'foreign',
  buffers: 'buffer',
};

interface FunnelPanelProps {
  readonly counted: Counted;
  readonly interpreter: Interpreter;
  readonly pointing: Pointing;
}

export function FunnelPanel({ counted, interpreter, pointing }: FunnelPanelProps): VNode | null {
  const { pinned, point, pin } = pointing;
  // What this build cannot see is said once, below.
  const rows = funnelRows(counted.counts, interpreter, STYLE).filter(({ count }) => count !== null);
  if (rows.every(({ count }) => count === 0)) return null;
  const origin = pinned.value?.kind === 'origin' ? pinned.value.origin : null;
  const at = (field: Field): Highlight | null => {
    const served = ORIGIN_OF[field];
    return served === undefined ? null : { kind: 'origin', origin: served };
  };
  const choices = rows.filter(({ field, count }) => (count ?? 0) > 0 && field in ORIGIN_OF).map(({ field }) => field);
  const footnote = pymallocFootnote([interpreter]);
  return (
    <section class="panel" aria-labelledby="funnel">
      <h2 id="funnel">From objects to memory, {counted.of}</h2>
      <Funnel
        rows={rows}
        chosen={rows.find(({ field }) => origin !== null && ORIGIN_OF[field] === origin)?.field ?? null}
        choices={new Set(choices)}
        onChoose={(field) => {
          const chosen = at(field);
          if (chosen !== null) pin(chosen);
        }}
        onPoint={(field) => point(field === null ? null : at(field))}
        text={(count, field) => `${counted.moved.has(field) ? '≈\u00a0' : ''}${thin(perOperation(count))}`}
      />
      {footnote === null || counted.counts.requests === 0 ? null : (
        <p class="note">
          {footnote} Sizes are those of {interpreter.bits} bits.
        </p>
      )}
    </section>
  );
}
