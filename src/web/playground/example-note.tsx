/** Above the code: which question of the gallery it answers, what the study says of it; or what was wrong with a link. */
import type { VNode } from 'preact';
import { claimText } from '../../report/text/study-words.js';
import { type Example, exampleQuestion, exampleShared, GALLERY } from './gallery-data.js';
import { linkProblem } from './link.js';
import { sameQuestion } from './question.js';
import { hasStudy } from './site.js';
import { type PlaygroundState, show } from './state.js';
import { Ticked } from './ticked.js';

const ID = 'shown-example';

/** The example whose code stands in the editor, as it is in the gallery; null: none. */
export function shownExample(state: PlaygroundState): Example | null {
  const question = state.question.value;
  return GALLERY.examples.find((example) => sameQuestion(exampleQuestion(example), question)) ?? null;
}

/** Leads the eye and the keyboard to the example that was opened. */
export function turnToExample(): void {
  requestAnimationFrame(() => {
    const note = document.getElementById(ID);
    note?.scrollIntoView({ block: 'start' });
    note?.focus({ preventScroll: true });
  });
}

export function ExampleNote({ state }: { readonly state: PlaygroundState }): VNode | null {
  const problem = linkProblem.value;
  if (problem !== null) {
    return (
      <p class="link-problem notices" role="alert">
        {problem}
      </p>
    );
  }
  const example = shownExample(state);
  if (example === null) return null;
  const { id, question, title, shows, category, claims } = example;
  const compared = GALLERY.examples.find((other) => other.id === example.compares);
  return (
    <section id={ID} class="example-note" tabIndex={-1} aria-label="Example">
      <h2>
        <Ticked text={question ?? title} />
      </h2>
      <p>{shows}</p>
      {claims.map((claim) => (
        <p key={claim.id} class="note">
          People say: <Ticked text={claimText(claim)} />
          {hasStudy.value ? (
            <>
              {' '}
              (<a href={`study/#${claim.id}`}>what the study found</a>)
            </>
          ) : null}
        </p>
      ))}
      <p class="note links">
        {compared === undefined ? null : (
          <span>
            Compare with <Compared example={compared} state={state} />
          </span>
        )}
        {hasStudy.value && category !== null ? (
          <a href={`study/#${id}`}>This example in the study, with what other methods say of it</a>
        ) : null}
      </p>
    </section>
  );
}

/** Leads there without running: what was measured of this one stays in sight until then. */
function Compared({ example, state }: { readonly example: Example; readonly state: PlaygroundState }): VNode {
  return (
    <a
      href={`#example=${example.id}`}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        event.stopPropagation();
        show(state, exampleShared({ ...example, versions: [] }, state.versions.value));
      }}
    >
      <Ticked text={example.question ?? example.title} />
    </a>
  );
}
