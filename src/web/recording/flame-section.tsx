/** Calls as a flame graph, the same from the other end, and as a table. */
import { batch, type ReadonlySignal, type Signal, useComputed, useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { percent } from '../../report/text/numbers.js';
import { Choice } from '../components/choice.js';
import { FlameGraph } from '../components/flame-graph.js';
import type { ColourName } from '../components/flame-paint.js';
import { nodeAt, wayTo } from '../components/frame-tree.js';
import { findFrames, type Icicle, pathTo } from '../components/icicle.js';
import { KIND_WORDS, KINDS } from '../components/kind.js';
import { Sign } from '../components/kind-counts.js';
import { exactly, whole } from '../components/numbers.js';
import { FrameDetails, FrameTip } from './frame-details.js';
import { isImportMachinery } from './frames.js';
import { FunctionsTable } from './functions-table.js';
import type { Home } from './profile.js';
import type { PageState } from './state.js';

const FILLS: Readonly<Record<Home, ColourName>> = {
  program: 'box-program',
  library: 'box-library',
  interpreter: 'box-interpreter',
};

/** What stands between the ends of a path that is too long to be shown. */
const ENDS = 6;

export function FlameSection({ state }: { readonly state: PageState }): VNode {
  const { profile, view, grain, search, measure, zoom, imports } = state;
  const { stacks } = profile.about;
  const input = useRef<HTMLInputElement>(null);
  // Another tree has other ways.
  const choose = <T,>(what: Signal<T>, value: T): void =>
    batch(() => {
      what.value = value;
      zoom.value = [];
    });
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      const typing = target instanceof HTMLElement && /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName);
      if (event.key !== '/' || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <section aria-labelledby="flame">
      <h2 id="flame">Calls</h2>
      <p class="note">
        {stacks === 'none'
          ? 'Recorded without stacks: only the functions that allocate themselves are known, not who called them.'
          : view.value === 'callers'
            ? `Top row: functions by the ${measure.value.word} of their own; below each, its callers.`
            : view.value === 'table'
              ? `${measure.value.word} of each function with all it called, an event once per function, and its own.`
              : `The wider, the more ${measure.value.word}; below each function what it called.`}
        {stacks === 'folded'
          ? ' Recursion is folded: a call that is already on the path leads back to it. Counts are not touched.'
          : ''}
      </p>
      <div class="controls">
        <Choice
          label="View"
          value={view.value}
          onChoose={(chosen) => choose(view, chosen)}
          options={[
            ['calls', 'From the top'],
            ['callers', 'Callers'],
            ['table', 'Table'],
          ]}
        />
        <Choice
          label="Frames"
          value={grain.value}
          onChoose={(chosen) => choose(grain, chosen)}
          options={[
            ['function', 'Functions'],
            ['line', 'Lines'],
          ]}
        />
        {profile.codes.some(isImportMachinery) ? (
          <label>
            <input
              type="checkbox"
              checked={imports.value}
              onChange={(event) => choose(imports, event.currentTarget.checked)}
            />{' '}
            Machinery of imports
          </label>
        ) : null}
        <label class="search">
          <span class="spoken">Search functions and files</span>
          <input
            ref={input}
            id="search"
            type="search"
            placeholder="Search  /"
            value={search.value}
            onInput={(event) => {
              search.value = event.currentTarget.value;
            }}
          />
        </label>
      </div>
      {view.value === 'table' ? (
        <>
          <LeftOut state={state} />
          <FunctionsTable state={state} />
        </>
      ) : (
        <Graph key={`${view.value} ${grain.value} ${imports.value}`} state={state} input={input} />
      )}
    </section>
  );
}

interface GraphProps {
  readonly state: PageState;
  readonly input: { readonly current: HTMLInputElement | null };
}

function Graph({ state, input }: GraphProps): VNode {
  const { view, frames, matches, measure, selected: sum } = state;
  const icicle = useComputed(() => (view.value === 'callers' ? state.callers.value : state.calls.value));
  // Ways of frames, not nodes: what a filter leaves has the same frames, at other places.
  const selectedWay = useSignal<readonly number[]>([]);
  const zoom = useComputed(() => visible(icicle.value, nodeAt(icicle.value.tree, state.zoom.value)));
  const selected = useComputed(() => visible(icicle.value, nodeAt(icicle.value.tree, selectedWay.value)));
  const history = useRef<(readonly number[])[]>([]);
  const { list } = frames.value;
  const shown = icicle.value;
  const select = (node: number): void => {
    selectedWay.value = wayTo(icicle.value.tree, node);
  };
  const zoomTo = (node: number): void => {
    const way = wayTo(icicle.value.tree, node);
    const same = node === zoom.value;
    batch(() => {
      selectedWay.value = way;
      if (same) return;
      history.current.push(state.zoom.value);
      state.zoom.value = way;
    });
  };
  const back = (): void => {
    if (state.search.value !== '') state.search.value = '';
    else state.zoom.value = history.current.pop() ?? [];
  };
  // How much matches is asked of the calls: the tree of callers ends where nothing can be seen.
  const found = useComputed(() => {
    const matching = matches.value;
    if (matching === null) return null;
    return { ...findFrames(icicle.value, matching), value: findFrames(state.calls.value, matching).value };
  });
  // Enter in the search box goes from match to match.
  const next = useRef({ search: '', box: 0 });
  useEffect(() => {
    const element = input.current;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') state.search.value = '';
      const boxes = found.value?.boxes ?? [];
      if (event.key !== 'Enter' || boxes.length === 0) return;
      const { search, box } = next.current;
      const index = search === state.search.value ? box % boxes.length : 0;
      next.current = { search: state.search.value, box: index + 1 };
      select(boxes[index] ?? 0);
    };
    element?.addEventListener('keydown', onKey);
    return () => element?.removeEventListener('keydown', onKey);
  }, []);
  if (sum.value === 0) return <p>No {measure.value.word} here.</p>;
  return (
    <>
      <LeftOut state={state} />
      <div class="flame-head">
        <Breadcrumb icicle={shown} zoom={zoom} nameOf={(frame) => list[frame]?.name ?? ''} onZoom={zoomTo} />
        <p class="found" aria-live="polite">
          {found.value === null ? null : (
            <>
              <mark>{percent(found.value.value, sum.value) || '0 %'}</mark> of what is shown:{' '}
              {exactly(found.value.value, measure.value)} in {whole(found.value.boxes.length)}{' '}
              {found.value.boxes.length === 1 ? 'box' : 'boxes'} that match
            </>
          )}
        </p>
      </div>
      <div class="axis" aria-hidden="true">
        <span>0</span>
        <span>{exactly(shown.total[zoom.value] ?? 0, measure.value)}</span>
      </div>
      <FlameGraph
        icicle={shown}
        zoom={zoom}
        selected={selected}
        matches={matches.value}
        nameOf={(frame) => list[frame]?.name ?? ''}
        hintOf={(frame) => list[frame]?.place ?? ''}
        fillOf={(frame) => FILLS[list[frame]?.home ?? 'library']}
        tip={(node) => <FrameTip state={state} icicle={shown} node={node} />}
        label={`Flame graph of ${measure.value.word}. Arrow keys move, Enter zooms, Escape goes back. The same numbers stand in the table view.`}
        describedBy="frame"
        onSelect={select}
        onZoom={zoomTo}
        onBack={back}
      />
      <Legend />
      <FrameDetails state={state} icicle={shown} node={selected} zoom={zoom} onZoom={zoomTo} />
    </>
  );
}

/** What the flame graph leaves out, with how much it came to. */
function LeftOut({ state: { imports, profile, values, measure } }: { readonly state: PageState }): VNode | null {
  const left = useComputed(() => {
    if (imports.value) return 0;
    const machinery = Uint8Array.from(profile.codes, (code) => (isImportMachinery(code) ? 1 : 0));
    return values.value.reduce((sum, value, i) => {
      const location = profile.nodes.location[profile.samples.node[i] ?? 0] ?? -1;
      return machinery[profile.locations.code[location] ?? -1] === 1 ? sum + value : sum;
    }, 0);
  });
  if (imports.value) return null;
  return (
    <p class="note">
      The machinery of imports is left out here; its own {exactly(left.value, measure.value)} stand with the code that
      imports.
    </p>
  );
}

/** A filter may have emptied it. */
function visible({ total }: Icicle, node: number): number {
  return (total[node] ?? 0) > 0 ? node : 0;
}

interface BreadcrumbProps {
  readonly icicle: Icicle;
  readonly zoom: ReadonlySignal<number>;
  readonly nameOf: (frame: number) => string;
  readonly onZoom: (node: number) => void;
}

/** The way from the root to what is zoomed into. A click leads back. */
function Breadcrumb({ icicle, zoom, nameOf, onZoom }: BreadcrumbProps): VNode {
  const path = pathTo(icicle.tree, zoom.value);
  const cut = path.length > 2 * ENDS + 1;
  const steps = cut ? [...path.slice(0, ENDS), null, ...path.slice(-ENDS)] : path;
  return (
    <nav class="breadcrumb" aria-label="Zoomed into">
      {steps.map((node) =>
        node === null ? (
          <span key="cut"> › … {path.length - 2 * ENDS} more …</span>
        ) : (
          <span key={node}>
            {node === 0 ? '' : ' › '}
            <button type="button" aria-current={node === zoom.value ? 'true' : undefined} onClick={() => onZoom(node)}>
              {node === 0 ? 'all' : <code>{nameOf(icicle.tree.frame[node] ?? 0)}</code>}
            </button>
          </span>
        ),
      )}
    </nav>
  );
}

/** What the colours of a box mean. */
function Legend(): VNode {
  return (
    <p class="legend note">
      <span>
        <i class="swatch program" /> this program
      </span>
      <span>
        <i class="swatch library" /> libraries
      </span>
      <span>
        <i class="swatch interpreter" /> the interpreter
      </span>
      <span>strip below a name:</span>
      {KINDS.filter((kind) => kind !== 'other' && kind !== 'foreign').map((kind) => (
        <span key={kind}>
          <i class={`swatch ${kind}`} /> <Sign kind={kind} /> <span aria-hidden="true">{KIND_WORDS[kind]}</span>
        </span>
      ))}
      <span class="keys">Arrow keys walk, Enter or a click zooms, Escape goes back.</span>
    </p>
  );
}
