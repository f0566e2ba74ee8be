/** Text in which `code` stands between backticks. */
import type { VNode } from 'preact';
import { printable } from '../../report/text/style.js';

export function Ticked({ text }: { readonly text: string }): VNode {
  const parts = printable(text).split('`');
  return <>{parts.map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part))}</>;
}
