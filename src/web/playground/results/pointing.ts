/** What a row of a table lights up in the code: while it is pointed at or focused, or until it is pressed again. */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import type { Highlight, PlaygroundState } from '../state.js';

export interface Pointing {
  readonly pinned: Signal<Highlight | null>;
  /** null: it is left. */
  readonly point: (at: Highlight | null) => void;
  /** Pressed: pinned, or no longer. */
  readonly pin: (at: Highlight) => void;
}

export function usePointing({ highlight }: PlaygroundState): Pointing {
  const pinned = useSignal<Highlight | null>(null);
  // Other code was put in.
  useSignalEffect(() => {
    if (highlight.value === null) pinned.value = null;
  });
  return {
    pinned,
    point: (at) => {
      highlight.value = at ?? pinned.peek();
    },
    pin: (at) => {
      pinned.value = sameHighlight(pinned.peek(), at) ? null : at;
      highlight.value = pinned.peek();
    },
  };
}

export function sameHighlight(a: Highlight | null, b: Highlight): boolean {
  if (a === null) return false;
  return a.kind === 'type' ? b.kind === 'type' && a.type === b.type : b.kind === 'origin' && a.origin === b.origin;
}
