/** A verdict with its sign, which needs no colour. */
import type { VNode } from 'preact';
import type { Verdict } from '../../core/study.js';
import { VERDICT_SIGNS, VERDICT_WORDS } from '../../report/text/study-words.js';

export function VerdictMark({ verdict }: { readonly verdict: Verdict }): VNode {
  return (
    <span class={`verdict ${verdict}`}>
      <span aria-hidden="true">{VERDICT_SIGNS[verdict].sign} </span>
      {VERDICT_WORDS[verdict]}
    </span>
  );
}
