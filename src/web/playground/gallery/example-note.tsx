/** Above the code: which question of the gallery it answers, what the study says of it; or what was wrong with a link. */
import type { VNode } from 'preact';
import { plural } from '../../../report/text/numbers.js';
import { claimText } from '../../../report/text/study-words.js';
import { Ticked } from '../../components/ticked.js';
import { run } from '../actions.js';
import { sameQuestion } from '../question.js';
import { linkProblem } from '../share/link.js';
import { hasStudy } from '../share/site.js';
import { type PlaygroundState, show } from '../state.js';
import { type Example, exampleQuestion, exampleShared, GALLERY } from './gallery-data.js';
import { shownExample } from './shown-example.js';

const ID = 'shown-example';

/** Shows an example and runs it: its code is ours. Leads the eye and the keyboard to it. */
export function openExample(example: Example, state: PlaygroundState): void {
  linkProblem.value = null;
  shownExample.value = example;
  show(state, exampleShared(example, state.versions.value));
  requestAnimationFrame(() => {
    const note = document.getElementById(ID);
    note?.scrollIntoView({ block: 'start' });
    note?.focus({ preventScroll: true });
  });
  void run(state);
}

interface NoteProps {
  readonly state: PlaygroundState;
}

export function ExampleNote({ state }: NoteProps): VNode | null {
  const problem = linkProblem.value;
  if (problem !== null) {
    return (
      <p class="link-problem notices" role="alert">
        {problem}
      </p>
    );
  }
  const example = shownExample.value;
  return example === null ? null : <Note example={example} state={state} />;
}

interface ExampleProps extends NoteProps {
  readonly example: Example;
}

function Note({ example, state }: ExampleProps): VNode {
  const { id, question, title, shows, category } = example;
  const compared = GALLERY.examples.find((other) => other.id === example.compares);
  const edited = !sameQuestion(exampleQuestion(example), state.question.value);
  return (
    <section id={ID} class="example-note" tabIndex={-1} aria-label="Example">
      <h2>
        <Ticked text={question ?? title} />
      </h2>
      <p>{shows}</p>
      <div class="note links">
        <Claims example={example} />
        {compared === undefined ? null : (
          <span>
            Compare with <ExampleLink example={{ ...compared, versions: example.versions }} state={state} />
          </span>
        )}
        {hasStudy.value && category !== null ? (
          <a href={`study/#${id}`}>In the study, with what other methods say</a>
        ) : null}
        {edited ? (
          <button type="button" class="name" onClick={() => openExample(example, state)}>
            Back to the code of the example
          </button>
        ) : null}
        <button
          type="button"
          class="name"
          onClick={() => {
            shownExample.value = null;
          }}
        >
          Close
        </button>
      </div>
    </section>
  );
}

function Claims({ example: { claims } }: { readonly example: Example }): VNode | null {
  if (claims.length === 0) return null;
  return (
    <details>
      <summary>People make {plural(claims.length, 'claim')} about it</summary>
      <ul>
        {claims.map(({ id, text }) => (
          <li key={id}>
            <Ticked text={claimText({ text })} />
            {hasStudy.value ? (
              <>
                : <a href={`study/#${id}`}>what the study found</a>
              </>
            ) : null}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** A link that can be copied and opened in another tab; in this one the example is run at once. */
export function ExampleLink({ example, state, card = false }: ExampleProps & { readonly card?: boolean }): VNode {
  const { id, question, title, mode, code } = example;
  return (
    <a
      class={card ? 'card' : ''}
      href={`#example=${id}`}
      aria-current={shownExample.value?.id === id ? 'true' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        openExample(example, state);
      }}
    >
      {card ? (
        <>
          <span class="question">
            <Ticked text={question ?? title} />
          </span>
          {mode === 'program' ? <span class="note">{title}</span> : <code class="card-code">{code}</code>}
        </>
      ) : (
        <Ticked text={question ?? title} />
      )}
    </a>
  );
}
