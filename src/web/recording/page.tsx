/** The page of a recording. */
import type { VNode } from 'preact';
import { DiffSection } from './diff-section.js';
import { FlameSection } from './flame-section.js';
import { FunnelSection } from './funnel-section.js';
import { Heading } from './heading.js';
import { SourceSection } from './source-section.js';
import type { PageState } from './state.js';
import { Toolbar } from './toolbar.js';
import { TypesSection } from './types-section.js';

export function Page({ state }: { readonly state: PageState }): VNode {
  const { profile, before } = state;
  const empty = profile.samples.length === 0 && (before === null || before.samples.length === 0);
  return (
    <>
      <Heading state={state} />
      <main>
        <FunnelSection state={state} />
        {empty ? (
          <p>The recording holds no event: the program allocated nothing from its first instruction to its last.</p>
        ) : (
          <>
            <Toolbar state={state} />
            <DiffSection state={state} />
            <TypesSection state={state} />
            <FlameSection state={state} />
            <SourceSection state={state} />
          </>
        )}
      </main>
      <footer class="note">
        Made by pyallocs. This file holds all it shows, and asks nothing of any network. Counts are of events, exact
        unless marked ≈.
      </footer>
    </>
  );
}
