/** What came of the question, version by version. */
import type { VNode } from 'preact';
import type { PlaygroundState } from './state.js';

export function Results({ state }: { readonly state: PlaygroundState }): VNode {
  return <div>{state.mode.value}</div>;
}
