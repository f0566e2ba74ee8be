/** Run and cancel, the mode, and the versions with what is loaded of them. */
import type { VNode } from 'preact';
import type { PlaygroundState } from './state.js';

export function RunBar({ state }: { readonly state: PlaygroundState }): VNode {
  return <div>{state.mode.value}</div>;
}
