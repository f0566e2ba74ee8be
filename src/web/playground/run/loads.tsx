/** What takes its time to be loaded, and what could not be. Below the editors: they stay where they are when it comes and goes. */
import type { VNode } from 'preact';
import { list } from '../../../report/text/numbers.js';
import { type PlaygroundState, VERSIONS } from '../state.js';
import type { Status } from '../worker/interpreters.js';
import { loadedText } from './loading-words.js';

export function Loads({ state }: { readonly state: PlaygroundState }): VNode | null {
  const all = state.interpreters.status.value;
  const told = VERSIONS.flatMap((version) => {
    const status = all.get(version);
    return status?.status === 'loading' || status?.status === 'unavailable' ? [{ version, status }] : [];
  });
  const waiting = state.versions.value.filter((version) => all.get(version)?.status === 'waiting');
  if (told.length === 0 && waiting.length === 0) return null;
  return (
    <ul class="loads">
      {told.map(({ version, status }) => (
        <li key={version}>
          {status.status === 'loading' ? (
            <Loading version={version} status={status} />
          ) : (
            <span class="notices">
              {version} cannot be used: {status.why}
            </span>
          )}
        </li>
      ))}
      {waiting.length === 0 ? null : (
        <li key="waiting" class="note">
          Loaded next: {list(waiting)}
        </li>
      )}
    </ul>
  );
}

interface LoadingProps {
  readonly version: string;
  readonly status: Status & { readonly status: 'loading' };
}

function Loading({ version, status: { loaded, total } }: LoadingProps): VNode {
  const id = `load-${version}`;
  return (
    <>
      <span id={id}>
        {version}: {loadedText(loaded, total)}
      </span>
      <progress aria-labelledby={id} value={Math.min(loaded, total)} max={total} />
    </>
  );
}
