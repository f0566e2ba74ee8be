/** Run and cancel, the mode, and the versions with what is loaded of them. */
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import '../../components/choice.css';
import { Choice } from '../../components/choice.js';
import { cancel, run } from '../actions.js';
import { spokenAnswer } from '../results/answer-words.js';
import { useLiveRun } from './live-run.js';
import './run-bar.css';
import type { PlaygroundState } from '../state.js';
import { VersionChooser } from './version-chooser.js';

export function RunBar({ state }: { readonly state: PlaygroundState }): VNode {
  useLiveRun(state);
  useRunKey(state);
  return (
    <div class="run-bar">
      <div class="run-row">
        <Choice
          label="What is counted"
          value={state.mode.value}
          options={[
            ['statement', 'Statement'],
            ['program', 'Program'],
          ]}
          onChoose={(mode) => {
            state.mode.value = mode;
          }}
        />
        <RunButton state={state} />
        <label class="live">
          <input
            type="checkbox"
            checked={state.live.value}
            onChange={(event) => {
              state.live.value = event.currentTarget.checked;
            }}
          />{' '}
          run as I type
        </label>
      </div>
      {state.fromLink.value ? (
        <p class="from-link">This code came with the link. It has not been run: read it, then run it.</p>
      ) : null}
      <VersionChooser state={state} />
      <Spoken state={state} />
    </div>
  );
}

/** One button for both, so that the focus stays where it is. */
function RunButton({ state }: { readonly state: PlaygroundState }): VNode {
  const running = state.running.value;
  return (
    <button
      type="button"
      class={running ? 'run cancel' : 'run'}
      title={running ? 'End what is running' : 'Ctrl+Enter, or ⌘+Enter'}
      onClick={() => (running ? cancel(state) : void run(state))}
    >
      <span aria-hidden="true">{running ? '■' : '▶'}</span> {running ? 'Cancel' : 'Run'}
    </button>
  );
}

/** Ctrl+Enter anywhere on the page; an editor that has done it already says so. */
function useRunKey(state: PlaygroundState): void {
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return;
      event.preventDefault();
      void run(state);
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, [state]);
}

/** What has come in, for those who do not see it. */
function Spoken({ state }: { readonly state: PlaygroundState }): VNode {
  const answers = [...state.answers.value.values()].map(spokenAnswer);
  const left = state.versions.value.filter((version) => !state.answers.value.has(version));
  const counting = state.running.value && left.length > 0 ? `Counting on ${left.join(', ')}.` : '';
  return (
    <p class="spoken" role="status">
      {answers.length === 0 ? counting : `Counted: ${answers.join('; ')}. ${counting}`}
    </p>
  );
}
