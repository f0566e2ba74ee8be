/** Examples, made from the experiments and claims of the study: the most surprising first, then programs, then all others. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { plural } from '../../../report/text/numbers.js';
import { oneLine } from '../../../report/text/style.js';
import { Disclosure } from '../../components/disclosure.js';
import { STYLE } from '../../components/kind.js';
import { ExampleLink } from './example-note.js';
import './gallery.css';
import type { PlaygroundState } from '../state.js';
import { type Example, exampleMatches, GALLERY } from './gallery-data.js';

const CODE_WIDTH = 70;

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
            <li key={example.id}>
              <ExampleLink example={example} state={state} card />
            </li>
          ))}
        </ul>
      )}
      {programs.length === 0 ? null : (
        <>
          <h3>Programs, line by line</h3>
          <ul class="cards">
            {programs.map((example) => (
              <li key={example.id}>
                <ExampleLink example={example} state={state} card />
              </li>
            ))}
          </ul>
        </>
      )}
      <AllOthers found={found} filtered={filter !== ''} state={state} />
    </section>
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
                    <ExampleLink example={example} state={state} />{' '}
                    <code class="other-code">{oneLine(example.code, CODE_WIDTH, STYLE)}</code>
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
