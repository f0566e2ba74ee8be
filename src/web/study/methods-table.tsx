/** What four usual methods say of a statement, beside the exact counts, version by version; and why they differ. */
import type { VNode } from 'preact';
import { hasNumbers } from '../../core/outcome.js';
import type { Disagreement, ExperimentResult, MethodsResult, NetTime } from '../../core/study.js';
import { list, perOperation, time } from '../../report/text/numbers.js';
import { oneLine, printable, printableName } from '../../report/text/style.js';
import { ResultCell } from '../components/counts-cell.js';
import { STYLE } from '../components/kind.js';
import { thin, whole } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import type { PageState } from './state.js';

const METHOD_NAMES = { tracemalloc: 'tracemalloc', id: 'id()', dis: 'bytecode', time: 'time' } as const;

const EFFECT_WORDS = {
  folding: 'the compiler folds the operands',
  caching: 'a cache has the object ready',
  freelist: 'a freelist serves it',
  'dead-ids': 'addresses of dead objects are used again',
  netting: 'what is released before the second snapshot is not in it',
  'in-place': 'the object is changed in place',
} as const;

const TYPES_SHOWN = 4;

interface MethodsProps {
  readonly one: ExperimentResult;
  readonly state: PageState;
}

export function MethodsTable({ one, state: { timings, nameOf, versionsOf } }: MethodsProps): VNode {
  const methods = new Map(one.methods.map((each) => [each.interpreter, each]));
  const timed = new Map(
    (timings?.experiments ?? []).filter(({ id }) => id === one.id).map((each) => [each.interpreter, each]),
  );
  const unfolded = [...timed.values()].find((each) => each.unfolded !== null)?.unfolded ?? null;
  const [asked, clocked] = [methods.size > 0, timed.size > 0];
  return (
    <>
      <Scroll label="Methods side by side">
        <table class="methods">
          <thead>
            <tr>
              <th scope="col">version</th>
              <th scope="col">exact, per execution</th>
              <th scope="col">of which types</th>
              {asked ? (
                <>
                  <th scope="col" class="number" title="Blocks and bytes alive after, less those before">
                    tracemalloc: net blocks, bytes
                  </th>
                  <th scope="col" class="number" title="How many of the results had an address of their own">
                    id(): kept, dropped
                  </th>
                </>
              ) : null}
              {clocked ? (
                <>
                  <th scope="col" class="number">
                    time
                  </th>
                  {unfolded === null ? null : (
                    <th scope="col" class="number">
                      not folded
                    </th>
                  )}
                </>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {one.results.map((result) => {
              const { id } = result.interpreter;
              const { tracemalloc, ids } = methods.get(id) ?? { tracemalloc: null, ids: null };
              const clock = timed.get(id);
              return (
                <tr key={id}>
                  <th scope="row">{nameOf(id)}</th>
                  <td class="costs">
                    <ResultCell result={result} />
                  </td>
                  <td>{hasNumbers(result) ? typesOf(result) : ''}</td>
                  {asked ? (
                    <>
                      <td class="number">
                        {tracemalloc === null
                          ? '–'
                          : `${whole(tracemalloc.blocks)}, ${whole(tracemalloc.bytes)} in ${whole(tracemalloc.executions)}`}
                      </td>
                      <td class="number">
                        {ids === null ? '–' : `${whole(ids.kept)}, ${whole(ids.dropped)} of ${whole(ids.results)}`}
                      </td>
                    </>
                  ) : null}
                  {clocked ? (
                    <>
                      <Time net={clock?.time ?? null} />
                      {unfolded === null ? null : <Time net={clock?.unfolded?.time ?? null} />}
                    </>
                  ) : null}
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
      {unfolded === null ? null : (
        <p class="note">
          Not folded: <code>{printable(unfolded.statement)}</code>
          {unfolded.setup.trim() === '' ? null : (
            <>
              {' '}
              with <code>{oneLine(unfolded.setup, 80, STYLE)}</code>
            </>
          )}
          . Times are medians, the loop taken off; the range stands in the tooltip.
        </p>
      )}
      <Disagreements methods={one.methods} versionsOf={versionsOf} />
    </>
  );
}

function Time({ net }: { readonly net: NetTime | null }): VNode {
  if (net === null) return <td class="number">–</td>;
  const range = `${time(net.minNs)} to ${time(net.maxNs)} in ${net.runs} runs`;
  return (
    <td class="number" title={range}>
      {time(net.medianNs)}
    </td>
  );
}

function typesOf({
  byType,
  iterations,
}: Parameters<typeof hasNumbers>[0] & { readonly outcome: 'exact' | 'varying' }): string {
  const made = byType.filter(({ creations }) => creations.total > 0);
  const shown = made
    .slice(0, TYPES_SHOWN)
    .map(({ type, creations }) => `${thin(perOperation(creations.total / iterations))} ${printableName(type)}`);
  return list(made.length > TYPES_SHOWN ? [...shown, `${made.length - TYPES_SHOWN} more types`] : shown);
}

interface DisagreementsProps {
  readonly methods: readonly MethodsResult[];
  readonly versionsOf: PageState['versionsOf'];
}

/** Each once, with the versions it holds for. */
function Disagreements({ methods, versionsOf }: DisagreementsProps): VNode | null {
  const found = new Map<string, { readonly of: Disagreement; readonly on: string[] }>();
  for (const { interpreter, disagreements } of methods) {
    for (const of of disagreements) {
      const key = `${of.method} ${of.effect} ${of.sentence}`;
      const entry = found.get(key) ?? { of, on: [] };
      entry.on.push(interpreter);
      found.set(key, entry);
    }
  }
  if (found.size === 0) return null;
  return (
    <ul class="short disagreements">
      {[...found].map(([key, { of, on }]) => (
        <li key={key}>
          <b>{METHOD_NAMES[of.method]}</b> misleads: {EFFECT_WORDS[of.effect]}. {thin(printable(of.sentence))}{' '}
          <span class="note">{versionsOf(on)}</span>
        </li>
      ))}
    </ul>
  );
}
