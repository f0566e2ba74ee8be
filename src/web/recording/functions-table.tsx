/** The flame graph as a table: functions, with what they made themselves and with all they called. */
import { type Signal, useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { percent } from '../../report/text/numbers.js';
import { byFrame } from '../components/icicle.js';
import { MoreRows } from '../components/more-rows.js';
import { amount, whole } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import { showLine } from './source-section.js';
import type { PageState } from './state.js';

const FIRST_ROWS = 25;

type Column = 'own' | 'total';

export function FunctionsTable({ state }: { readonly state: PageState }): VNode {
  const { frames, calls, matches, measure, selected, profile } = state;
  const sort = useSignal<Column>(profile.about.stacks === 'none' ? 'own' : 'total');
  const shown = useSignal(FIRST_ROWS);
  const { list } = frames.value;
  const sums = byFrame(calls.value, list.length);
  const by = sums[sort.value];
  const rows = list
    .map((_, frame) => frame)
    .filter((frame) => (sums.total[frame] ?? 0) > 0 && (matches.value === null || matches.value[frame] === 1))
    .sort((a, b) => (by[b] ?? 0) - (by[a] ?? 0) || a - b);
  const { bytes, word } = measure.value;
  const cell = (value: number): VNode => (
    <td class={`number ${value === 0 ? 'zero' : ''}`} title={bytes ? whole(value) : undefined}>
      {value === 0 ? '·' : amount(value, bytes)}
    </td>
  );
  if (rows.length === 0) return <p>No {word} here.</p>;
  return (
    <>
      <Scroll label={`Functions by ${word}`}>
        <table class="functions">
          <thead>
            <tr>
              <th scope="col">function</th>
              <SortHeader column="total" sort={sort} label="with all it called" />
              <th scope="col" class="number share">
                share
              </th>
              <SortHeader column="own" sort={sort} label="its own" />
              <th scope="col">where</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown.value).map((frame) => {
              const { name, place, file, line } = list[frame] ?? { name: '', place: '', file: '', line: 0 };
              return (
                <tr key={frame}>
                  <th scope="row">
                    <code>{name}</code>
                  </th>
                  {cell(sums.total[frame] ?? 0)}
                  <td class="number share">{percent(by[frame] ?? 0, selected.value)}</td>
                  {cell(sums.own[frame] ?? 0)}
                  <td class="path">
                    {file === '' ? (
                      place
                    ) : (
                      <button type="button" class="name" title={file} onClick={() => showLine(state, file, line)}>
                        {place}
                      </button>
                    )}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
      <MoreRows rows={rows.length} shown={shown} share={null} word="functions" />
    </>
  );
}

interface SortHeaderProps {
  readonly column: Column;
  readonly sort: Signal<Column>;
  readonly label: string;
}

function SortHeader({ column, sort, label }: SortHeaderProps): VNode {
  const sorted = sort.value === column;
  return (
    <th scope="col" class="number" aria-sort={sorted ? 'descending' : 'none'}>
      <button
        type="button"
        class="name"
        onClick={() => {
          sort.value = column;
        }}
      >
        {label}
        {sorted ? ' ▾' : ''}
      </button>
    </th>
  );
}
