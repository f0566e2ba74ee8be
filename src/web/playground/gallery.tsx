/** Examples, made from the experiments and claims of the study. */
import type { VNode } from 'preact';
import type { PlaygroundState } from './state.js';

export function Gallery({ state }: { readonly state: PlaygroundState }): VNode {
  return <div>{state.mode.value}</div>;
}
