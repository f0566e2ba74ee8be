/** What the shown version allocates, by type. A row that is pointed at lights up the lines where it happens. */
import { useSignal } from '@preact/signals';
import { Fragment, type VNode } from 'preact';
import { BUFFER_ROW, type TypeCounts } from '../../../core/counts.js';
import { perOperation } from '../../../report/text/numbers.js';
import { printable } from '../../../report/text/style.js';
import { CountsCell, MarkSign } from '../../components/counts-cell.js';
import { MoreRows } from '../../components/more-rows.js';
import { thin } from '../../components/numbers.js';
import { Scroll } from '../../components/scroll.js';
import type { Answer } from '../answer.js';
import type { Highlight, PlaygroundState } from '../state.js';
import type { Counted } from './counted.js';
import { type Pointing, sameHighlight } from './pointing.js';
import { typesOnLine } from './types-on-line.js';
import { sizeText } from './version-columns.js';

const FIRST_ROWS = 12;

interface TypesPanelProps {
  readonly answer: Answer;
  readonly counted: Counted;
  readonly state: PlaygroundState;
  readonly pointing: Pointing;
}

export function TypesPanel({ answer, counted, state, pointing }: TypesPanelProps): VNode | null {
  const shown = useSignal(FIRST_ROWS);
  const { byType, counts } = counted;
  if (byType.length === 0) return null;
  const line = state.line.value;
  const marked = typesOnLine(answer.instructions, line);
  const buffers = byType.filter(({ type }) => type === BUFFER_ROW);
  const types = byType.filter(({ type }) => type !== BUFFER_ROW);
  const rest = types.slice(shown.value).reduce((sum, { creations }) => sum + creations.total, 0);
  return (
    <section class="panel" aria-labelledby="types">
      <h2 id="types">By type, {counted.of}</h2>
      <Scroll label="Types">
        <table class="types">
          <thead>
            <tr>
              <th scope="col">type</th>
              <th scope="col">allocates</th>
              <th scope="col" class="number">
                requests
              </th>
              <th scope="col" class="number">
                asked for
              </th>
            </tr>
          </thead>
          <tbody>
            {[...types.slice(0, shown.value), ...buffers].map((row) => (
              <Row key={row.type} row={row} marked={marked.has(row.type)} moved={counted.moved} pointing={pointing} />
            ))}
          </tbody>
        </table>
      </Scroll>
      <MoreRows rows={types.length} shown={shown} share={[rest, counts.creations.total]} word="types" />
      {marked.size === 0 || line === null ? null : (
        <p class="note">
          Marked: what line {line.line}
          {line.text === 'setup' ? ' of the setup' : ''} allocates.
        </p>
      )}
    </section>
  );
}

interface RowProps {
  readonly row: TypeCounts;
  readonly marked: boolean;
  readonly moved: ReadonlySet<string>;
  readonly pointing: Pointing;
}

function Row({ row, marked, moved, pointing: { pinned, point, pin } }: RowProps): VNode {
  const { type, requests, bytes } = row;
  const about = (field: string): string => (moved.has(field) ? '≈\u00a0' : '');
  const at: Highlight = { kind: 'type', type };
  return (
    <tr class={marked ? 'marked' : ''} onMouseEnter={() => point(at)} onMouseLeave={() => point(null)}>
      <th scope="row">
        <button
          type="button"
          class="name"
          title="Light up the lines where it happens"
          aria-pressed={sameHighlight(pinned.value, at)}
          onClick={() => pin(at)}
          onFocus={() => point(at)}
          onBlur={() => point(null)}
        >
          {type === BUFFER_ROW ? 'buffers' : <TypeName name={printable(type)} />}
        </button>
        {marked ? <span class="spoken">, on the chosen line</span> : null}
      </th>
      <td>
        {moved.has('creations') ? (
          <>
            <MarkSign mark="inexact" />{' '}
          </>
        ) : null}
        <CountsCell counts={row} />
      </td>
      <Amount text={about('requests') + thin(perOperation(requests))} zero={requests === 0} />
      <Amount text={about('bytes') + sizeText(bytes)} zero={bytes === 0} title={`${thin(perOperation(bytes))} bytes`} />
    </tr>
  );
}

/** It may be broken behind its underscores and points. */
function TypeName({ name }: { readonly name: string }): VNode {
  return (
    <code>
      {name.split(/(?<=[_.])/).map((part, i) => (
        <Fragment key={`${i} ${part}`}>
          {i === 0 ? null : <wbr />}
          {part}
        </Fragment>
      ))}
    </code>
  );
}

interface AmountProps {
  readonly text: string;
  readonly zero: boolean;
  readonly title?: string;
}

function Amount({ text, zero, title }: AmountProps): VNode {
  if (zero) {
    return (
      <td class="number zero">
        <span aria-hidden="true">·</span>
        <span class="spoken">0</span>
      </td>
    );
  }
  return (
    <td class="number" title={title}>
      {text}
    </td>
  );
}
