/** A category: its experiments, each opening to what the usual methods say beside the exact counts. */
import type { VNode } from 'preact';
import { hasNumbers } from '../../core/outcome.js';
import type { CategoryAbout, ExperimentResult } from '../../core/study.js';
import { failureLines } from '../../report/text/failure.js';
import { plural } from '../../report/text/numbers.js';
import { growthWords, studyChanges } from '../../report/text/study.js';
import { benchCommandLine } from '../../report/text/study-words.js';
import { oneLine, printable } from '../../report/text/style.js';
import { CopyLine } from '../components/copy-line.js';
import { ResultCell } from '../components/counts-cell.js';
import { Disclosure } from '../components/disclosure.js';
import { STYLE } from '../components/kind.js';
import { thin } from '../components/numbers.js';
import { Bytecode } from './bytecode.js';
import { MethodsTable } from './methods-table.js';
import { PlaygroundLink } from './playground-link.js';
import type { PageState } from './state.js';

const STATEMENT_WIDTH = 70;

interface CategoryProps {
  readonly state: PageState;
  readonly about: CategoryAbout;
}

export function CategorySection({ state, about: { category, title, question } }: CategoryProps): VNode {
  const experiments = state.study.experiments.filter((one) => one.category === category);
  const disagreeing = experiments.filter(({ methods }) =>
    methods.some(({ disagreements }) => disagreements.length > 0),
  ).length;
  return (
    <section aria-labelledby={category}>
      <h2 id={category}>{printable(title)}</h2>
      <p class="note">
        {printable(question)}
        {disagreeing === 0
          ? ''
          : ` In ${disagreeing} of ${plural(experiments.length, 'statement')} a usual method says something else than the exact counts.`}
      </p>
      {experiments.map((one) => (
        <Disclosure
          key={one.id}
          id={one.id}
          class="experiment"
          summary={<Summary one={one} state={state} />}
          content={() => <Experiment one={one} state={state} />}
        />
      ))}
    </section>
  );
}

function Summary({ one, state: { reference } }: { readonly one: ExperimentResult; readonly state: PageState }): VNode {
  const result = one.results.find(({ interpreter }) => interpreter.id === reference?.id) ?? one.results.at(-1);
  return (
    <span class="summary">
      <span class="what">{printable(one.title)}</span>
      <code>{oneLine(one.statement, STATEMENT_WIDTH, STYLE)}</code>
      <span class="costs">
        <ResultCell result={result} />
      </span>
    </span>
  );
}

function Experiment({ one, state }: { readonly one: ExperimentResult; readonly state: PageState }): VNode {
  const { study } = state;
  const changes = studyChanges(one.results);
  const growth = growthWords(one);
  const failures = failureLines(one.results);
  const compared = study.experiments.find(({ id }) => id === one.compares);
  const folded = [
    ...new Set(
      one.results.flatMap((result) => (hasNumbers(result) ? result.warnings.map(({ message }) => message) : [])),
    ),
  ];
  return (
    <div class="opened">
      <p>{printable(one.shows)}</p>
      <pre>
        {one.setup.trim() === '' ? null : <span class="setup">{`${printable(one.setup.trim())}\n`}</span>}
        {printable(one.statement)}
      </pre>
      <p class="again">
        <CopyLine line={benchCommandLine(one, study.interpreters.map(({ id }) => id).slice(0, 20))} />
      </p>
      <p class="note">
        <PlaygroundLink id={one.id} />
        {compared === undefined ? null : (
          <>
            {' '}
            Compare with <a href={`#${compared.id}`}>{printable(compared.title)}</a>.
          </>
        )}
      </p>
      {changes.length + growth.length + failures.length + folded.length === 0 ? null : (
        <ul class="short">
          {changes.map(({ interpreter, text }) => (
            <li key={interpreter}>
              <b>{interpreter}</b> {text}
            </li>
          ))}
          {growth.map(({ versions, sentence }) => (
            <li key={versions}>
              <b>{printable(versions)}</b> {thin(sentence)}
            </li>
          ))}
          {failures.map((line) => (
            <li key={line} class="inexact-line">
              {line}
            </li>
          ))}
          {folded.map((message) => (
            <li key={message}>{printable(message)}</li>
          ))}
        </ul>
      )}
      <MethodsTable one={one} state={state} />
      <Bytecode one={one} state={state} />
    </div>
  );
}
