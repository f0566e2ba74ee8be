/** What opens and closes. Its content is made when it is first opened, and it opens when the address names it. */
import { useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useRef } from 'preact/hooks';
import { target } from './hash.js';

interface DisclosureProps {
  /** What the address names it by. */
  readonly id?: string;
  readonly class?: string;
  readonly summary: ComponentChildren;
  readonly open?: boolean;
  readonly content: () => ComponentChildren;
}

export function Disclosure({ id, class: more, summary, open = false, content }: DisclosureProps): VNode {
  const opened = useSignal(open);
  const element = useRef<HTMLDetailsElement>(null);
  useSignalEffect(() => {
    if (id === undefined || target.value !== id) return;
    opened.value = true;
    // After what it holds is there.
    requestAnimationFrame(() => element.current?.scrollIntoView());
  });
  return (
    <details
      ref={element}
      id={id}
      class={more}
      open={opened.value}
      onToggle={(event) => {
        opened.value = event.currentTarget.open;
      }}
    >
      <summary>{summary}</summary>
      {opened.value ? content() : null}
    </details>
  );
}
