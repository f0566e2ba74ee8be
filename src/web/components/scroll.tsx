/** A box of its own for what may be wider than the page; it can be reached and scrolled by keyboard. */
import type { ComponentChildren, VNode } from 'preact';

interface ScrollProps {
  /** What it holds, for a screen reader. */
  readonly label: string;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function Scroll({ label, class: more, children }: ScrollProps): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be in the reach of the keyboard
    <section class={`scroll ${more ?? ''}`} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
