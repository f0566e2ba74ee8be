/** "○ 12  ◐ 3": values by who served them, the sign before each. */
import type { VNode } from 'preact';
import { type ByKind, KIND_WORDS, KINDS, type Kind, signOf } from './kind.js';
import { amount } from './numbers.js';

export function Sign({ kind }: { readonly kind: Kind }): VNode {
  return (
    <span class={`sign ${kind}`}>
      <span aria-hidden="true">{signOf(kind)}</span>
      <span class="spoken">{KIND_WORDS[kind]}</span>
    </span>
  );
}

export function KindCounts({ values, bytes }: { readonly values: ByKind; readonly bytes: boolean }): VNode {
  return (
    <span class="kind-counts">
      {KINDS.map((kind, i) => {
        const value = values[i] ?? 0;
        return value > 0 && kind !== 'other' ? (
          <span key={kind} title={KIND_WORDS[kind]}>
            <Sign kind={kind} /> {amount(value, bytes)}
          </span>
        ) : null;
      })}
    </span>
  );
}
