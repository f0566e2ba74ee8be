/** What came of the question, version by version: the answer in words, and below it what it is made of. */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { Fragment, type VNode } from 'preact';
import '../../components/chart.css';
import '../../components/funnel.css';
import { minorVersion } from '../../../core/interpreter.js';
import { MarkSign } from '../../components/counts-cell.js';
import type { Answer } from '../answer.js';
import { loadedText } from '../run/loading-words.js';
import { AnswerLine } from './answer-line.js';
import { countedOf } from './counted.js';
import { FunnelPanel } from './funnel-panel.js';
import { GrowthPanel } from './growth-panel.js';
import { OutputPanel } from './output-panel.js';
import { usePointing } from './pointing.js';
import './results.css';
import type { PlaygroundState } from '../state.js';
import { TypesPanel } from './types-panel.js';
import { VersionsTable } from './versions-table.js';

export function Results({ state }: { readonly state: PlaygroundState }): VNode {
  const answers = useHeldAnswers(state);
  if (state.asked.value === null) return <Before state={state} />;
  const answer = answers.get(state.shown.value) ?? null;
  const held = answers !== state.answers.value;
  const stale = state.stale.value;
  return (
    <section class={`results ${stale || held ? 'stale' : ''}`} aria-label="Results" aria-busy={state.running.value}>
      {stale || held ? (
        <p class="stale-note">
          {stale
            ? 'For the code before your changes. Run again to count it as it is.'
            : 'Counting again; this is the answer of the run before.'}
        </p>
      ) : null}
      {answer === null ? <NoAnswer state={state} /> : <AnswerLine answer={answer} state={state} />}
      {answer?.mode === 'program' ? <OutputPanel output={answer.output} /> : null}
      <VersionsTable answers={answers} state={state} />
      {answer === null ? null : <Evidence answer={answer} state={state} />}
      <GrowthPanel state={state} />
    </section>
  );
}

/** While a new run has no answer yet, those of the one before stay, dimmed: the page keeps its height. */
function useHeldAnswers(state: PlaygroundState): ReadonlyMap<string, Answer> {
  const last = useSignal<ReadonlyMap<string, Answer>>(new Map());
  useSignalEffect(() => {
    if (state.answers.value.size > 0) last.value = state.answers.value;
  });
  return useComputed(() => (state.answers.value.size === 0 && state.running.value ? last.value : state.answers.value))
    .value;
}

const SIGNS = [
  { mark: 'freelist', word: 'freelist', means: 'an object in memory that CPython kept of another one: no request' },
  { mark: 'malloc', word: 'malloc', means: 'an object for whose memory the C library was asked' },
  {
    mark: 'buffer',
    word: 'buffer',
    means: 'a request for something inside of an object: the items of a list, the keys of a dict',
  },
  { mark: 'resize', word: 'resize', means: 'a block of memory that is made larger or smaller' },
] as const;

function Before({ state }: { readonly state: PlaygroundState }): VNode {
  const each = state.mode.value === 'statement' ? 'each execution of the statement' : 'the program';
  return (
    <section class="results before" aria-label="Results">
      <p>
        Run the code to see here how many objects {each} creates, of which types, and who serves their memory; and
        beside each line and bytecode instruction, what that one allocates.
      </p>
      <dl class="signs">
        {SIGNS.map(({ mark, word, means }) => (
          <Fragment key={mark}>
            <dt>
              <MarkSign mark={mark} /> {word}
            </dt>
            <dd>{means}</dd>
          </Fragment>
        ))}
      </dl>
      <p class="note">
        Nothing is estimated: the interpreters of this page are CPython itself, and each creation is counted. The first
        run of a version loads it, 5 to 14 MB; after that an answer takes less than a second.
      </p>
    </section>
  );
}

function NoAnswer({ state }: { readonly state: PlaygroundState }): VNode {
  const version = state.shown.value;
  const status = state.interpreters.status.value.get(version);
  const words = (): string => {
    if (status?.status === 'unavailable') return `CPython ${version} cannot be used: ${status.why}`;
    if (!state.running.value)
      return `No answer from CPython ${version}: it was not asked, or its run was ended. Run again.`;
    if (status?.status === 'waiting') return `CPython ${version} is loaded next …`;
    if (status?.status === 'loading') return `Loading CPython ${version}: ${loadedText(status.loaded, status.total)} …`;
    return `Counting on CPython ${version} …`;
  };
  return (
    <div class="panel">
      <h2>CPython {version}</h2>
      <p>{words()}</p>
    </div>
  );
}

function Evidence({ answer, state }: { readonly answer: Answer; readonly state: PlaygroundState }): VNode | null {
  const pointing = usePointing(state);
  const counted = countedOf(answer);
  if (counted === null) return null;
  const { interpreter } = answer.result;
  return (
    <>
      <FunnelPanel counted={counted} interpreter={interpreter} pointing={pointing} />
      <TypesPanel
        key={`${answer.mode} ${minorVersion(interpreter.version)}`}
        answer={answer}
        counted={counted}
        state={state}
        pointing={pointing}
      />
    </>
  );
}
