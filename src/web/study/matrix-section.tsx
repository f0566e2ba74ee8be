/** The version matrix: what each statement costs on each version. Sorted and filtered as the reader likes. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { hasNumbers } from '../../core/outcome.js';
import type { ExperimentResult } from '../../core/study.js';
import { sameCell } from '../../report/text/cell.js';
import { pymallocFootnote } from '../../report/text/interpreter.js';
import { plural } from '../../report/text/numbers.js';
import { studyChanges } from '../../report/text/study.js';
import { CHANGES_NOTE, changeWords } from '../../report/text/study-words.js';
import { oneLine, printable, printableName } from '../../report/text/style.js';
import { MarkSign, ResultCell } from '../components/counts-cell.js';
import { STYLE } from '../components/kind.js';
import { Scroll } from '../components/scroll.js';
import type { PageState } from './state.js';

/** The order of rows: as they stand, by their changes, or by what they cost on an interpreter; most first. */
type Order = 'as they stand' | 'changes' | { readonly interpreter: string };

const LABEL_WIDTH = 60;

export function MatrixSection({ state }: { readonly state: PageState }): VNode | null {
  const { study, nameOf } = state;
  const words = useSignal('');
  const category = useSignal('');
  const differing = useSignal(false);
  const order = useSignal<Order>('as they stand');
  if (study.experiments.length === 0) return null;
  const changes = new Map(study.experiments.map((one) => [one.id, studyChanges(one.results)]));
  const changesOf = (one: ExperimentResult) => changes.get(one.id) ?? [];
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = sorted(
    study.experiments.filter((one) => {
      const text = [one.id, one.title, one.statement, one.setup, ...changesOf(one).map(({ text }) => text)].join(' ');
      return (
        wanted.every((word) => text.toLowerCase().includes(word)) &&
        (category.value === '' || one.category === category.value) &&
        (!differing.value || changesOf(one).length > 0)
      );
    }),
    order.value,
    (one) => changesOf(one).length,
  );
  const sortedBy = (id: string): boolean => typeof order.value === 'object' && order.value.interpreter === id;
  const marks = [
    'freelist',
    ...(study.interpreters.some(({ pymalloc }) => pymalloc) ? ['pymalloc' as const] : []),
    'malloc',
    'buffer',
    'resize',
    'nothing',
    'unseen',
  ] as const;
  return (
    <section aria-labelledby="versions">
      <h2 id="versions">What each statement costs, version by version</h2>
      <p class="note legend">
        Per execution:{' '}
        {marks.map((mark) => (
          <span key={mark}>
            <MarkSign mark={mark} /> {LEGEND[mark]}
          </span>
        ))}
      </p>
      <Steps state={state} />
      <p class="note">{CHANGES_NOTE}</p>
      <search class="controls">
        <label>
          Filter{' '}
          <input
            type="search"
            placeholder="int, append, freelist …"
            value={words.value}
            onInput={(event) => {
              words.value = event.currentTarget.value;
            }}
          />
        </label>
        <label>
          Category{' '}
          <select
            value={category.value}
            onChange={(event) => {
              category.value = event.currentTarget.value;
            }}
          >
            <option value="">all</option>
            {study.categories.map((one) => (
              <option key={one.category} value={one.category}>
                {printable(one.title)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={differing.value}
            onChange={(event) => {
              differing.value = event.currentTarget.checked;
            }}
          />{' '}
          only what differs between versions
        </label>
        <span role="status">
          {rows.length === study.experiments.length
            ? plural(rows.length, 'statement')
            : `${rows.length} of ${plural(study.experiments.length, 'statement')}`}
        </span>
      </search>
      <Scroll label="Matrix of versions" class="tall">
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col" aria-sort={order.value === 'as they stand' ? 'other' : undefined}>
                <button
                  type="button"
                  class="name"
                  aria-pressed={order.value === 'as they stand'}
                  onClick={() => {
                    order.value = 'as they stand';
                  }}
                >
                  statement
                </button>
              </th>
              {study.interpreters.map(({ id }) => (
                <th key={id} scope="col" aria-sort={sortedBy(id) ? 'descending' : undefined}>
                  <button
                    type="button"
                    class="name"
                    title="What asks the allocator most, first"
                    aria-pressed={sortedBy(id)}
                    onClick={() => {
                      order.value = { interpreter: id };
                    }}
                  >
                    {nameOf(id)}
                  </button>
                </th>
              ))}
              <th scope="col" aria-sort={order.value === 'changes' ? 'descending' : undefined}>
                <button
                  type="button"
                  class="name"
                  aria-pressed={order.value === 'changes'}
                  onClick={() => {
                    order.value = 'changes';
                  }}
                >
                  changes
                </button>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((one) => (
              <Row key={one.id} one={one} changes={changesOf(one)} state={state} />
            ))}
          </tbody>
        </table>
      </Scroll>
      {rows.length === 0 ? <p>No statement fits the filter.</p> : null}
      <p class="note">{pymallocFootnote(study.interpreters)}</p>
    </section>
  );
}

const LEGEND = {
  freelist: 'object from a freelist',
  pymalloc: 'object from pymalloc',
  malloc: 'object from malloc',
  buffer: 'buffer: a request that becomes no object',
  resize: 'resize',
  nothing: 'nothing',
  unseen: 'not possible in this version',
} as const;

interface RowProps {
  readonly one: ExperimentResult;
  readonly changes: ReturnType<typeof studyChanges>;
  readonly state: PageState;
}

function Row({ one, changes, state: { study, nameOf } }: RowProps): VNode {
  const results = new Map(one.results.map((result) => [result.interpreter.id, result]));
  const changed = new Set(changes.map(({ id }) => id));
  return (
    <tr>
      <th scope="row">
        <a href={`#${one.id}`} title={printable(one.title)}>
          <code>{oneLine(one.statement, LABEL_WIDTH, STYLE)}</code>
        </a>
        {one.setup.trim() === '' ? null : <code class="setup">{oneLine(one.setup, LABEL_WIDTH, STYLE)}</code>}
      </th>
      {study.interpreters.map(({ id }, i) => {
        const result = results.get(id);
        const left = results.get(study.interpreters[i - 1]?.id ?? '');
        const differs = changed.has(id) && !sameCell(left, result);
        const types =
          result !== undefined && hasNumbers(result)
            ? result.byType.filter(({ creations }) => creations.total > 0).map(({ type }) => printableName(type))
            : [];
        return (
          <td key={id} class={differs ? 'changed' : ''} title={types.join(', ') || undefined}>
            <ResultCell result={result} />
          </td>
        );
      })}
      <td class="changes">
        {changes.map(({ id, text }) => (
          <span key={id}>
            <b>{nameOf(id)}</b> {text}
          </span>
        ))}
      </td>
    </tr>
  );
}

/** "3.13 → 3.14: ints come from a freelist", newest first. */
function Steps({ state: { steps } }: { readonly state: PageState }): VNode | null {
  const told = [...steps].reverse();
  if (told.length === 0) return null;
  return (
    <dl class="steps">
      {told.map(({ title, changes }) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{changes.length === 0 ? 'no count differs' : changeWords(changes).join('; ')}</dd>
        </div>
      ))}
    </dl>
  );
}

function sorted(
  rows: readonly ExperimentResult[],
  order: Order,
  changes: (one: ExperimentResult) => number,
): readonly ExperimentResult[] {
  if (order === 'as they stand') return rows;
  const weight = (one: ExperimentResult): number => {
    if (order === 'changes') return changes(one);
    const result = one.results.find(({ interpreter }) => interpreter.id === order.interpreter);
    if (result === undefined || !hasNumbers(result)) return -1;
    const { requests, resizes, creations } = result.counts;
    return (requests + resizes + creations.total / 1e6) / result.iterations;
  };
  return [...rows].sort((a, b) => weight(b) - weight(a));
}
