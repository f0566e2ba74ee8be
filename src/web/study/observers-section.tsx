/** What watching a function does to what it allocates. */
import type { VNode } from 'preact';
import { perOperation, signed } from '../../report/text/numbers.js';
import { printable } from '../../report/text/style.js';
import { CountsCell, MarkSign } from '../components/counts-cell.js';
import { thin } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import type { PageState } from './state.js';

export function ObserversSection({
  state: { study, nameOf, versionsOf },
}: {
  readonly state: PageState;
}): VNode | null {
  const { observers } = study;
  if (observers.length === 0) return null;
  const alone = observers.find(({ id }) => id === 'none');
  const notes = observers.flatMap(({ title, results }) => {
    const found = new Map<string, string[]>();
    for (const { note, interpreter } of results)
      if (note !== null) found.set(note, [...(found.get(note) ?? []), interpreter]);
    return [...found].map(([note, on]) => ({ title, note, on }));
  });
  return (
    <section aria-labelledby="observers">
      <h2 id="observers">What watching does to the counts</h2>
      <p class="note">
        One call of the same function, counted while another tool watches it. The difference to nobody watching stands
        below each count.
      </p>
      <Scroll label="Observers">
        <table class="observers">
          <thead>
            <tr>
              <th scope="col">who watches</th>
              {study.interpreters.map(({ id }) => (
                <th key={id} scope="col">
                  {nameOf(id)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {observers.map(({ id, title, results }) => (
              <tr key={id}>
                <th scope="row">{printable(title)}</th>
                {study.interpreters.map((interpreter) => {
                  const counts = results.find((one) => one.interpreter === interpreter.id)?.perCall ?? null;
                  const base = alone?.results.find((one) => one.interpreter === interpreter.id)?.perCall ?? null;
                  const more = counts === null || base === null ? 0 : counts.creations.total - base.creations.total;
                  return (
                    <td key={interpreter.id}>
                      {counts === null ? <MarkSign mark="unseen" /> : <CountsCell counts={counts} />}
                      {more === 0 ? null : (
                        <span class="source-says">{thin(signed(more, perOperation)).replace('-', '−')} objects</span>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <ul class="short notes">
        {notes.map(({ title, note, on }) => (
          <li key={`${title} ${note}`}>
            {printable(title)}, {versionsOf(on)}: {printable(note)}
          </li>
        ))}
      </ul>
    </section>
  );
}
