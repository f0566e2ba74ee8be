/** Times: the table that people quote, as it is stated, as it comes out with constants, and with operands that do not fold. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { time } from '../../report/text/numbers.js';
import { type PerformanceRow, performanceRows, ratioText } from '../../report/text/performance.js';
import { benchCommandLine } from '../../report/text/study-words.js';
import { oneLine, printable } from '../../report/text/style.js';
import { CopyLine } from '../components/copy-line.js';
import { STYLE } from '../components/kind.js';
import { Scroll } from '../components/scroll.js';
import type { PageState } from './state.js';
import { VerdictMark } from './verdict-mark.js';

export function PerformanceSection({ state }: { readonly state: PageState }): VNode | null {
  const { study, reference, nameOf } = state;
  const timed = study.interpreters.filter(({ id }) => performanceRows(study, id).length > 0);
  const chosen = useSignal(timed.find(({ id }) => id === reference?.id)?.id ?? timed[0]?.id ?? '');
  if (timed.length === 0) return null;
  const rows = performanceRows(study, chosen.value);
  const first = rows.find(({ experiment }) => experiment !== null)?.experiment ?? null;
  return (
    <section aria-labelledby="performance">
      <h2 id="performance">Time, as stated and as corrected</h2>
      <p class="note">
        Multiples of the time of a string concatenation. As stated: timed with constants, the loop included. Corrected:
        with operands that the compiler cannot fold, the loop taken off. Medians of runs in which nothing was counted.
      </p>
      <p class="controls">
        <label>
          Version{' '}
          <select
            value={chosen.value}
            onChange={(event) => {
              chosen.value = event.currentTarget.value;
            }}
          >
            {timed.map(({ id }) => (
              <option key={id} value={id}>
                {nameOf(id)}
              </option>
            ))}
          </select>
        </label>
      </p>
      <Scroll label="Times">
        <table class="times">
          <thead>
            <tr>
              <th scope="col">operation</th>
              {['stated', 'measured as stated', 'corrected', 'time as stated', 'time corrected'].map((title) => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ))}
              <th scope="col">verdict</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.claim.id} row={row} />
            ))}
          </tbody>
        </table>
      </Scroll>
      {first === null ? null : (
        <p class="again">
          <CopyLine line={benchCommandLine(first, [chosen.value])} />
        </p>
      )}
    </section>
  );
}

function Row({ row }: { readonly row: PerformanceRow }): VNode {
  const { claim, verdict, experiment } = row;
  return (
    <tr>
      <th scope="row">
        <a href={`#${claim.id}`}>{printable(experiment?.title ?? claim.text)}</a>{' '}
        {experiment === null ? null : <code class="setup">{oneLine(experiment.statement, 40, STYLE)}</code>}
      </th>
      {[row.stated, row.asStated, row.corrected].map((value, i) => (
        <td key={i} class="number">
          {ratioText(value)}
        </td>
      ))}
      {[row.nsAsStated, row.nsCorrected].map((value, i) => (
        <td key={i} class="number">
          {value === null ? '–' : time(value)}
        </td>
      ))}
      <td>
        <VerdictMark verdict={verdict.verdict} />
      </td>
    </tr>
  );
}
