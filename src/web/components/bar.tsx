/** A bar of parts by who served them. What it shows stands beside it in numbers, so it is hidden from screen readers. */
import type { VNode } from 'preact';
import { type ByKind, KINDS } from './kind.js';

interface BarProps {
  readonly parts: ByKind;
  /** The number that would fill the bar. */
  readonly whole: number;
}

export function Bar({ parts, whole }: BarProps): VNode {
  return (
    <span class="bar" aria-hidden="true">
      {KINDS.map((kind, i) => {
        const part = parts[i] ?? 0;
        // A sliver for what is too small to draw, nothing for nothing.
        return part > 0 ? (
          <span key={kind} class={`part ${kind}`} style={{ width: `max(1px, ${(100 * part) / whole}%)` }} />
        ) : null;
      })}
    </span>
  );
}
