/** Advice that follows from the counts: what costs nothing, what freelists serve, what asks the allocator every time. */
import type { VNode } from 'preact';
import { COSTS, type Cost } from '../../core/study-advice.js';
import { adviceRows } from '../../report/text/advice.js';
import { COST_WORDS, versionName } from '../../report/text/study-words.js';
import { oneLine, printable } from '../../report/text/style.js';
import { Disclosure } from '../components/disclosure.js';
import { STYLE } from '../components/kind.js';
import type { PageState } from './state.js';

const STATEMENT_WIDTH = 60;

export function AdviceSection({ state }: { readonly state: PageState }): VNode | null {
  const { study, reference, versionsOf } = state;
  if (reference === null || study.experiments.length === 0) return null;
  const rows = adviceRows(study, reference.id);
  const group = (cost: Cost): VNode | null => {
    const members = rows.filter((row) => row.cost === cost);
    if (members.length === 0) return null;
    return (
      <Disclosure
        key={cost}
        class="advice"
        open
        summary={
          <>
            <b>{COST_WORDS[cost].title}</b> <span class="note">{members.length}</span>
          </>
        }
        content={() => (
          <ul class="short columns">
            {members.map(({ experiment, others }) => (
              <li key={experiment.id}>
                <a href={`#${experiment.id}`}>{printable(experiment.title)}</a>{' '}
                <code class="setup">{oneLine(experiment.statement, STATEMENT_WIDTH, STYLE)}</code>
                {others.map(({ cost, on }) => (
                  <span key={cost} class="note">
                    {' '}
                    {versionsOf(on)}: {COST_WORDS[cost].short}.
                  </span>
                ))}
              </li>
            ))}
          </ul>
        )}
      />
    );
  };
  return (
    <section aria-labelledby="advice">
      <h2 id="advice">What to expect of a statement</h2>
      <p class="note">
        By what it asks of the allocator on {versionName(reference)}, measured; where another version differs, it says
        so.
      </p>
      {COSTS.map(group)}
    </section>
  );
}
