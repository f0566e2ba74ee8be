/** Allocations against the number of executions: asked for by a button, as it takes runs of its own. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { hasNumbers } from '../../../core/outcome.js';
import { list } from '../../../report/text/numbers.js';
import { Choice } from '../../components/choice.js';
import { Disclosure } from '../../components/disclosure.js';
import { whole } from '../../components/numbers.js';
import { Scroll } from '../../components/scroll.js';
import { askGrowth } from '../actions.js';
import { EXECUTIONS, type Growth } from '../growth.js';
import type { PlaygroundState } from '../state.js';
import { asSentence } from './answer-words.js';
import { GrowthChart } from './growth-chart.js';
import { firstPlotted, growthLines, PLOTTED, PLOTTED_WORDS, type Plotted, plottedValue } from './growth-series.js';

export function GrowthPanel({ state }: { readonly state: PlaygroundState }): VNode | null {
  const chosen = useSignal<Plotted | null>(null);
  const asking = useSignal(false);
  const { asked, answers, growth, running, stale } = state;
  const counted = [...answers.value.values()].some(
    ({ mode, result }) => mode === 'statement' && hasNumbers(result as never),
  );
  if (asked.value?.mode !== 'statement' || !counted) return null;
  const plot = async (): Promise<void> => {
    asking.value = true;
    try {
      await askGrowth(state);
    } finally {
      asking.value = false;
    }
  };
  const come = growth.value;
  const plotted = chosen.value ?? firstPlotted(come);
  return (
    <section class="panel" aria-labelledby="growth">
      <h2 id="growth">Allocations against n</h2>
      <p class="note">
        Runs of n executions, each from a fresh setup and not warmed up: a line that rises as steep as n costs the same
        each time; a flat one costs only the first time.
      </p>
      <div class="run-row">
        {asking.value ? (
          <button type="button" onClick={() => state.interpreters.cancel()}>
            Cancel
          </button>
        ) : (
          <button type="button" disabled={running.value || stale.value} onClick={() => void plot()}>
            {come.size > 0 ? 'Plot again' : 'Plot allocations against n'}
          </button>
        )}
        {come.size > 0 ? (
          <Choice
            label="What is plotted"
            value={plotted}
            options={PLOTTED.map((one) => [one, PLOTTED_WORDS[one]])}
            onChoose={(one) => {
              chosen.value = one;
            }}
          />
        ) : null}
        <span role="status" class="note">
          {asking.value ? `Counting: ${come.size} of ${state.versions.value.length} versions` : ''}
        </span>
      </div>
      {come.size > 0 ? <Plot growth={come} plotted={plotted} /> : null}
    </section>
  );
}

function Plot({ growth, plotted }: { readonly growth: ReadonlyMap<string, Growth>; readonly plotted: Plotted }): VNode {
  const lines = growthLines(growth, plotted);
  const failed = [...growth].flatMap(([version, one]) => (one.outcome === 'counted' ? [] : [{ version, ...one }]));
  const word = PLOTTED_WORDS[plotted];
  const ends = lines.map(({ name, points }) => {
    const last = points.at(-1);
    return last === undefined ? name : `${name}: ${whole(last.value)} in ${whole(last.executions)} executions`;
  });
  return (
    <>
      {lines.length === 0 ? null : (
        <GrowthChart
          title={`${word.charAt(0).toUpperCase()}${word.slice(1)} in n executions`}
          description={ends.join('; ')}
          yLabel={`${word}, logarithmic`}
          lines={lines}
        />
      )}
      {failed.map(({ version, message }) => (
        <p key={version} class="trouble">
          {version}: {asSentence(message)}
        </p>
      ))}
      {lines.length === 0 ? null : <Disclosure summary="The numbers" content={() => <Numbers growth={growth} />} />}
    </>
  );
}

function Numbers({ growth }: { readonly growth: ReadonlyMap<string, Growth> }): VNode {
  const counted = [...growth].flatMap(([version, one]) =>
    one.outcome === 'counted' ? [{ version, points: one.points }] : [],
  );
  return (
    <Scroll label={`Counts of runs of ${list(EXECUTIONS.map(whole))} executions`}>
      <table class="growth-numbers">
        <thead>
          <tr>
            <th scope="col">version</th>
            <th scope="col">counted</th>
            {EXECUTIONS.map((n) => (
              <th key={n} scope="col" class="number">
                n = {whole(n)}
              </th>
            ))}
          </tr>
        </thead>
        {counted.map(({ version, points }) => (
          <tbody key={version}>
            {PLOTTED.map((one, i) => (
              <tr key={one}>
                {i === 0 ? (
                  <th scope="rowgroup" rowSpan={PLOTTED.length}>
                    {version}
                  </th>
                ) : null}
                <th scope="row">{PLOTTED_WORDS[one]}</th>
                {EXECUTIONS.map((n) => {
                  const point = points.find(({ executions }) => executions === n);
                  return (
                    <td key={n} class={point === undefined ? 'number unseen' : 'number'}>
                      {point === undefined ? '–' : whole(plottedValue(point.counts, one))}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </Scroll>
  );
}
