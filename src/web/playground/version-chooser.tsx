/** Which versions are asked, what is loaded of each, and which of them stands beside the lines. */
import type { VNode } from 'preact';
import { unwrap } from '../../core/assert.js';
import { Choice } from '../components/choice.js';
import type { Status } from './interpreters.js';
import { loadedText, statusSign } from './loading-words.js';
import { type PlaygroundState, toggleVersion, VERSIONS } from './state.js';

export function VersionChooser({ state }: { readonly state: PlaygroundState }): VNode {
  const { versions, shown, interpreters } = state;
  const chosen = versions.value;
  return (
    <>
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
      <Loads status={interpreters.status.value} chosen={chosen} />
    </>
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

interface LoadsProps {
  readonly status: ReadonlyMap<string, Status>;
  readonly chosen: readonly string[];
}

/** What takes its time, and what went wrong. */
function Loads({ status, chosen }: LoadsProps): VNode | null {
  const told = VERSIONS.filter((version) => {
    const one = status.get(version)?.status;
    return one === 'loading' || one === 'unavailable' || (one === 'waiting' && chosen.includes(version));
  });
  if (told.length === 0) return null;
  return (
    <ul class="loads">
      {told.map((version) => (
        <li key={version}>
          <Load version={version} status={unwrap(status.get(version), 'a status of each that is told')} />
        </li>
      ))}
    </ul>
  );
}

function Load({ version, status }: { readonly version: string; readonly status: Status }): VNode {
  if (status.status === 'unavailable') {
    return (
      <span class="notices">
        {version} cannot be used: {status.why}
      </span>
    );
  }
  if (status.status !== 'loading') return <span class="note">{version} is loaded next</span>;
  const { loaded, total } = status;
  const id = `load-${version}`;
  return (
    <>
      <span id={id}>
        {version}: {loadedText(loaded, total)}
      </span>
      {total === null ? (
        <progress aria-labelledby={id} />
      ) : (
        <progress aria-labelledby={id} value={Math.min(loaded, total)} max={total} />
      )}
    </>
  );
}
