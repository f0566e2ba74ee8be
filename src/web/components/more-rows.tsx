/** What a list leaves out, said with how much it comes to; a click shows more of it. */
import type { Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { percent } from '../../report/text/numbers.js';
import { whole } from './numbers.js';

interface MoreRowsProps {
  /** How many rows there are. */
  readonly rows: number;
  /** How many of them are shown; a click adds to it. */
  readonly shown: Signal<number>;
  /** What the others come to, of what; null where that means nothing. */
  readonly share: readonly [part: number, of: number] | null;
  /** "types" */
  readonly word: string;
}

/** Rows that a click adds. */
const STEP = 100;

export function MoreRows({ rows, shown, share, word }: MoreRowsProps): VNode | null {
  const more = rows - shown.value;
  if (more <= 0) return null;
  const part = share === null ? '' : `, ${percent(...share)}`;
  return (
    <p class="more">
      and {whole(more)} more {word}
      {part}{' '}
      <button
        type="button"
        onClick={() => {
          shown.value += STEP;
        }}
      >
        show {more > STEP ? `${STEP} of them` : 'them'}
      </button>
    </p>
  );
}
