/** A command to paste, with a button that copies it. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { printable } from '../../report/text/style.js';

/** How long the button says that it is done. */
const SAID_MS = 1600;

export function CopyLine({ line: given }: { readonly line: string }): VNode {
  // What is pasted into a terminal must not hold what a terminal obeys.
  const line = printable(given);
  const state = useSignal<'copy' | 'copied' | 'no'>('copy');
  const copy = async (): Promise<void> => {
    state.value = (await copied(line)) ? 'copied' : 'no';
    setTimeout(() => {
      state.value = 'copy';
    }, SAID_MS);
  };
  return (
    <span class="copy-line">
      <code>{line}</code>
      <button type="button" onClick={() => void copy()} aria-label={`Copy: ${line}`}>
        {state.value === 'copied' ? 'Copied' : state.value === 'no' ? 'Select it by hand' : 'Copy'}
      </button>
      <span class="spoken" role="status">
        {state.value === 'copied' ? 'Copied' : ''}
      </span>
    </span>
  );
}

export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No permission, or a page from the disk of a browser that gives it none: the older way.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
