/** Examples, made from the experiments and claims of the study: the most surprising first, then programs, then all others. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { plural } from '../../report/text/numbers.js';
import { Disclosure } from '../components/disclosure.js';
import { run } from './actions.js';
import { shownExample, turnToExample } from './example-note.js';
import './gallery.css';
import { type Example, exampleMatches, exampleShared, GALLERY } from './gallery-data.js';
import { linkProblem } from './link.js';
import { type PlaygroundState, show } from './state.js';
import { Ticked } from './ticked.js';

interface GalleryProps {
  readonly state: PlaygroundState;
}

export function Gallery({ state }: GalleryProps): VNode {
  const wanted = useSignal('');
  const filter = wanted.value.trim();
  const found = GALLERY.examples.filter((example) => filter === '' || exampleMatches(example, filter));
  const surprising = found.filter(({ question, mode }) => question !== null && mode === 'statement');
  const programs = found.filter(({ mode }) => mode === 'program');
  return (
    <section aria-labelledby="examples" class="gallery">
      <div class="gallery-head">
        <h2 id="examples">Would you have guessed?</h2>
        <input
          type="search"
          placeholder="Filter the examples"
          aria-label="Filter the examples"
          value={wanted.value}
          onInput={(event) => {
            wanted.value = event.currentTarget.value;
          }}
        />
        <span class="note" role="status">
          {filter === ''
            ? ''
            : found.length === 0
              ? 'No example has all of these words.'
              : plural(found.length, 'example')}
        </span>
      </div>
      {surprising.length === 0 ? null : (
        <ul class="cards">
          {surprising.map((example) => (
            <Card key={example.id} example={example} state={state} />
          ))}
        </ul>
      )}
      {programs.length === 0 ? null : (
        <>
          <h3>Programs, line by line</h3>
          <ul class="cards">
            {programs.map((example) => (
              <Card key={example.id} example={example} state={state} />
            ))}
          </ul>
        </>
      )}
      <AllOthers found={found} filtered={filter !== ''} state={state} />
    </section>
  );
}

interface CardProps extends GalleryProps {
  readonly example: Example;
}

/** The question, and the code that answers it when it is run. */
function Card({ example, state }: CardProps): VNode {
  const { question, title, mode, code } = example;
  return (
    <li>
      <a class="card" {...linkTo(example, state)}>
        <span class="question">
          <Ticked text={question ?? title} />
        </span>
        <code class="card-code">{mode === 'program' ? title : code}</code>
      </a>
    </li>
  );
}

interface OthersProps extends GalleryProps {
  readonly found: readonly Example[];
  /** What the reader looked for is shown at once. */
  readonly filtered: boolean;
}

function AllOthers({ found, filtered, state }: OthersProps): VNode | null {
  const others = found.filter(({ question }) => question === null);
  if (others.length === 0) return null;
  return (
    <>
      <h3>All other statements of the study</h3>
      {GALLERY.categories.map(({ category, title }) => {
        const members = others.filter((example) => example.category === category);
        if (members.length === 0) return null;
        return (
          <Disclosure
            key={`${category} ${filtered}`}
            id={`examples-${category}`}
            class="category"
            open={filtered}
            summary={
              <>
                {title} <span class="note">{members.length}</span>
              </>
            }
            content={() => (
              <ul class="others">
                {members.map((example) => (
                  <li key={example.id}>
                    <a {...linkTo(example, state)}>{example.title}</a> <code class="other-code">{example.code}</code>
                  </li>
                ))}
              </ul>
            )}
          />
        );
      })}
    </>
  );
}

interface LinkProps {
  readonly href: string;
  readonly 'aria-current': 'true' | undefined;
  readonly onClick: (event: MouseEvent) => void;
}

/** A link that can be copied and opened in another tab; in this one the example is run at once: its code is ours. */
function linkTo(example: Example, state: PlaygroundState): LinkProps {
  return {
    href: `#example=${example.id}`,
    'aria-current': shownExample(state)?.id === example.id ? 'true' : undefined,
    onClick: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      open(example, state);
    },
  };
}

function open(example: Example, state: PlaygroundState): void {
  linkProblem.value = null;
  show(state, exampleShared(example, state.versions.value));
  turnToExample();
  void run(state);
}
