/** Counts of one execution as signs with numbers, as in the matrix of the terminal. */
import type { VNode } from 'preact';
import type { Counts } from '../../core/counts.js';
import type { CaseResult } from '../../core/outcome.js';
import { hasNumbers } from '../../core/outcome.js';
import { cellParts } from '../../report/text/cell.js';
import { perOperation } from '../../report/text/numbers.js';
import type { Mark } from '../../report/text/style.js';
import { STYLE } from './kind.js';
import { thin } from './numbers.js';

const MARK_WORDS: Readonly<Record<Mark, string>> = {
  nothing: 'nothing',
  freelist: 'from a freelist',
  pymalloc: 'from pymalloc',
  malloc: 'from malloc',
  foreign: 'in foreign memory',
  buffer: 'buffers',
  resize: 'resizes',
  unseen: 'not possible in this version',
  inexact: 'not exact',
};

export function MarkSign({ mark }: { readonly mark: Mark }): VNode {
  return (
    <span class={`sign ${mark}`}>
      <span aria-hidden="true">{STYLE.sign(mark)}</span>
      <span class="spoken">{MARK_WORDS[mark]}</span>
    </span>
  );
}

export function CountsCell({ counts }: { readonly counts: Counts }): VNode {
  const parts = cellParts(counts);
  if (parts.length === 0) return <MarkSign mark="nothing" />;
  return (
    <>
      {parts.map(({ mark, count }) => (
        <span key={mark} class="cell-part">
          <MarkSign mark={mark} />
          {'\u00a0'}
          {thin(perOperation(count))}
        </span>
      ))}
    </>
  );
}

/** A result on one interpreter; undefined: it cannot have it. */
export function ResultCell({ result }: { readonly result: CaseResult | undefined }): VNode {
  if (result === undefined) return <MarkSign mark="unseen" />;
  if (!hasNumbers(result)) return <span class="inexact">{result.outcome}</span>;
  return (
    <>
      {result.outcome === 'varying' ? <MarkSign mark="inexact" /> : null}
      {result.perOp === null ? <span class="sign resize">grows</span> : <CountsCell counts={result.perOp} />}
    </>
  );
}
