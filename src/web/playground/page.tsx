/** The playground. */
import type { VNode } from 'preact';
import { ThemeToggle } from '../components/theme.js';
import { CodePanel } from './code/code-panel.js';
import { ExampleNote } from './gallery/example-note.js';
import { Gallery } from './gallery/gallery.js';
import { Limits } from './limits.js';
import { Results } from './results/results.js';
import { Loads } from './run/loads.js';
import { RunBar } from './run/run-bar.js';
import { ShareMenu } from './share/share-menu.js';
import type { PlaygroundState } from './state.js';

export function Page({ state }: { readonly state: PlaygroundState }): VNode {
  return (
    <>
      <header class="head">
        <div>
          <h1>How often does this Python allocate?</h1>
          <p class="note">
            Paste Python; see what each line and bytecode instruction creates, and who serves the memory. It runs in
            this page, on CPython itself.
          </p>
        </div>
        <nav aria-label="This page">
          <a href="#examples">Examples</a>
          <ShareMenu state={state} />
          <ThemeToggle />
        </nav>
      </header>
      <main>
        <ExampleNote state={state} />
        <div class="bench">
          <section class="code" aria-label="Code">
            <RunBar state={state} />
            <CodePanel state={state} />
            <Loads state={state} />
          </section>
          <Results state={state} />
        </div>
        <Gallery state={state} />
        <Limits />
      </main>
    </>
  );
}
