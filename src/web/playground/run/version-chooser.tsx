/** Which versions are asked, which of them are loaded, and which one stands beside the lines. */
import type { VNode } from 'preact';
import { Choice } from '../../components/choice.js';
import { type PlaygroundState, toggleVersion, VERSIONS } from '../state.js';
import { statusSign } from './loading-words.js';

export function VersionChooser({ state }: { readonly state: PlaygroundState }): VNode {
  const { versions, shown } = state;
  const chosen = versions.value;
  return (
    <div class="run-row">
      <fieldset class="versions">
        <legend>On CPython</legend>
        {VERSIONS.map((version) => (
          <Toggle key={version} version={version} state={state} />
        ))}
      </fieldset>
      {chosen.length > 1 ? (
        <div class="beside">
          <span aria-hidden="true">Beside the lines</span>
          <Choice
            label="Version whose counts stand beside the lines"
            value={shown.value}
            options={chosen.map((version) => [version, version])}
            onChoose={(version) => {
              shown.value = version;
            }}
          />
        </div>
      ) : null}
    </div>
  );
}

function Toggle({ version, state }: { readonly version: string; readonly state: PlaygroundState }): VNode {
  const status = state.interpreters.status.value.get(version);
  const pressed = state.versions.value.includes(version);
  const only = pressed && state.versions.value.length === 1;
  const { sign, word } = statusSign(status);
  return (
    <button
      type="button"
      aria-pressed={pressed}
      title={only ? 'One version is always chosen' : undefined}
      onClick={() => {
        toggleVersion(state, version);
        if (state.versions.value.includes(version)) state.interpreters.prepare(version);
      }}
    >
      {version}
      <span class={`load ${status?.status ?? 'absent'}`} aria-hidden="true">
        {sign}
      </span>
      <span class="spoken">{word}</span>
    </button>
  );
}
