/** Types by who served their objects. Choosing one filters the rest of the page. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { percent } from '../../report/text/numbers.js';
import { Bar } from '../components/bar.js';
import { KIND_WORDS, KINDS } from '../components/kind.js';
import { Sign } from '../components/kind-counts.js';
import { MoreRows } from '../components/more-rows.js';
import { amount, whole } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import type { Group } from './groups.js';
import type { PageState } from './state.js';

const FIRST_ROWS = 12;

export function TypesSection({ state }: { readonly state: PageState }): VNode {
  const { profile, types, filter, measure } = state;
  const shown = useSignal(FIRST_ROWS);
  const groups = types.value;
  const sum = groups.reduce((all, { value }) => all + value, 0);
  const present = KINDS.map((_, k) => k).filter(
    (k) => KINDS[k] !== 'other' && groups.some(({ byKind }) => (byKind[k] ?? 0) > 0),
  );
  const largest = groups[0]?.value ?? 1;
  const rest = groups.slice(shown.value).reduce((all, { value }) => all + value, 0);
  const { bytes, word } = measure.value;
  const row = ({ of, value, byKind }: Group): VNode => {
    const name = profile.types[of] ?? '';
    const chosen = filter.value.type === name;
    return (
      <tr key={of} class={filter.value.type === null || chosen ? '' : 'faded'}>
        <th scope="row">
          <button
            type="button"
            class="name"
            aria-pressed={chosen}
            onClick={() => {
              filter.value = { ...filter.value, type: chosen ? null : name };
            }}
          >
            <code>{name}</code>
          </button>
        </th>
        <td class="number" title={bytes ? whole(value) : undefined}>
          {amount(value, bytes)}
        </td>
        <td class="number share">{percent(value, sum)}</td>
        <td class="wide">
          <Bar parts={byKind} whole={largest} />
        </td>
        {present.map((k) => (
          <td
            key={k}
            class={`number ${byKind[k] === 0 ? 'zero' : ''}`}
            title={bytes ? whole(byKind[k] ?? 0) : undefined}
          >
            {byKind[k] === 0 ? '·' : amount(byKind[k] ?? 0, bytes)}
          </td>
        ))}
      </tr>
    );
  };
  return (
    <section aria-labelledby="types">
      <h2 id="types">Types</h2>
      <p class="note">Which types, and who served their memory: {word}. A click on a type shows only that one below.</p>
      {groups.length === 0 ? (
        <p>No {word} here.</p>
      ) : (
        <Scroll label="Types">
          <table>
            <thead>
              <tr>
                <th scope="col">type</th>
                <th scope="col" class="number">
                  {word}
                </th>
                <th scope="col" class="number share">
                  share
                </th>
                <td class="wide" />
                {present.map((k) => {
                  const kind = KINDS[k] ?? 'other';
                  return (
                    <th key={kind} scope="col" class="number">
                      <Sign kind={kind} /> <span aria-hidden="true">{KIND_WORDS[kind]}</span>
                    </th>
                  );
                })}
              </tr>
            </thead>
            <tbody>{groups.slice(0, shown.value).map(row)}</tbody>
          </table>
        </Scroll>
      )}
      <MoreRows rows={groups.length} shown={shown} share={[rest, sum]} word="types" />
    </section>
  );
}
