/** The link to what is shown, and what can be taken away. */
import type { VNode } from 'preact';
import type { PlaygroundState } from './state.js';

export function ShareMenu({ state }: { readonly state: PlaygroundState }): VNode {
  return <div>{state.mode.value}</div>;
}
