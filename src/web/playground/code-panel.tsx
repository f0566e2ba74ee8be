/** The editors: setup and statement, or the program. */
import type { VNode } from 'preact';
import type { PlaygroundState } from './state.js';

export function CodePanel({ state }: { readonly state: PlaygroundState }): VNode {
  return <div>{state.mode.value}</div>;
}
