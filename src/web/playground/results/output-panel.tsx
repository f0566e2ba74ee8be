/** What the program printed: as text and nothing else, the two streams apart. */
import type { VNode } from 'preact';
import { printable } from '../../../report/text/style.js';
import { whole } from '../../components/numbers.js';
import { Scroll } from '../../components/scroll.js';
import type { Output } from '../answer.js';
import { joinedParts } from './output-parts.js';

export function OutputPanel({ output }: { readonly output: Output }): VNode {
  const parts = joinedParts(output);
  if (parts.length === 0) return <p class="note">The program printed nothing.</p>;
  const kept = parts.reduce((sum, { text }) => sum + text.length, 0);
  const labelled = parts.some(({ stream }) => stream === 'error');
  return (
    <section class="panel" aria-labelledby="output">
      <h2 id="output">What it printed</h2>
      <Scroll label="What the program printed" class={labelled ? 'output labelled' : 'output'}>
        {parts.map(({ stream, text }, i) => (
          <div key={i} class={`printed ${stream}`}>
            {labelled ? <span class="stream">{stream === 'error' ? 'stderr' : 'stdout'}</span> : null}
            <code>{printable(text.replace(/\n$/, ''))}</code>
          </div>
        ))}
      </Scroll>
      {output.cut ? <p class="note">Cut: the page keeps the first {whole(kept)} characters.</p> : null}
    </section>
  );
}
