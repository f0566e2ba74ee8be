/** The numbers of one box of the flame graph: beside the pointer in short, below the graph in full. */
import type { ReadonlySignal } from '@preact/signals';
import type { VNode } from 'preact';
import { percent } from '../../report/text/numbers.js';
import { type Icicle, isWithin } from '../components/icicle.js';
import { KINDS } from '../components/kind.js';
import { KindCounts } from '../components/kind-counts.js';
import { amount, exactly, whole } from '../components/numbers.js';
import { type Group, groupSamples } from './groups.js';
import { showLine } from './source-section.js';
import type { PageState } from './state.js';

interface FrameProps {
  readonly state: PageState;
  readonly icicle: Icicle;
  readonly node: number;
}

const TYPES_IN_TIP = 3;
const TYPES_IN_DETAILS = 8;

export function FrameTip({ state, icicle, node }: FrameProps): VNode {
  return (
    <>
      <Numbers state={state} icicle={icicle} node={node} />
      <TypesOf state={state} icicle={icicle} node={node} most={TYPES_IN_TIP} />
    </>
  );
}

interface FrameDetailsProps {
  readonly state: PageState;
  readonly icicle: Icicle;
  readonly node: ReadonlySignal<number>;
  readonly zoom: ReadonlySignal<number>;
  readonly onZoom: (node: number) => void;
}

export function FrameDetails({ state, icicle, node: { value: node }, zoom, onZoom }: FrameDetailsProps): VNode {
  const frame = state.frames.value.list[icicle.tree.frame[node] ?? -1];
  return (
    <div class="details">
      <div id="frame" aria-live="polite">
        <Numbers state={state} icicle={icicle} node={node} />
        <TypesOf state={state} icicle={icicle} node={node} most={TYPES_IN_DETAILS} />
      </div>
      <p>
        {node === zoom.value ? null : (
          <button type="button" onClick={() => onZoom(node)}>
            Zoom in
          </button>
        )}{' '}
        {frame === undefined || frame.file === '' ? null : (
          <button type="button" onClick={() => showLine(state, frame.file, frame.line)}>
            Show its source
          </button>
        )}
      </p>
    </div>
  );
}

function Numbers({ state, icicle, node }: FrameProps): VNode {
  const { frames, measure, selected, view } = state;
  const frame = frames.value.list[icicle.tree.frame[node] ?? -1];
  const total = icicle.total[node] ?? 0;
  const own = icicle.own[node] ?? 0;
  const parts = icicle.byKind.subarray(node * KINDS.length, (node + 1) * KINDS.length);
  const ownWord = view.value === 'callers' ? 'called from nowhere else' : 'of its own';
  return (
    <>
      <p class="frame-name">
        <code>{frame?.name ?? 'all'}</code> <span class="note path">{frame?.place ?? ''}</span>
      </p>
      <p>
        <strong>{exactly(total, measure.value)}</strong>, {percent(total, selected.value)}
        {node === 0 || own === 0 ? '' : own === total ? `, all ${ownWord}` : `, ${whole(own)} ${ownWord}`}
      </p>
      <p>
        <KindCounts values={parts} bytes={measure.value.bytes} />
      </p>
    </>
  );
}

function TypesOf({ state, icicle, node, most }: FrameProps & { readonly most: number }): VNode {
  const { profile, measure } = state;
  const groups = typesWithin(state, icicle, node);
  const rest = groups.slice(most);
  const { bytes } = measure.value;
  return (
    <p class="types-of">
      {groups.slice(0, most).map(({ of, value }) => (
        <span key={of}>
          <code>{profile.types[of]}</code> {amount(value, bytes)}
        </span>
      ))}
      {rest.length === 0 ? null : (
        <span>
          and {whole(rest.length)} more,{' '}
          {amount(
            rest.reduce((sum, { value }) => sum + value, 0),
            bytes,
          )}
        </span>
      )}
    </p>
  );
}

/** Types of what a box and all below it came to. */
function typesWithin({ profile, values, kinds }: PageState, icicle: Icicle, node: number): Group[] {
  const { samples } = profile;
  const { of } = icicle.tree;
  const type = new Int32Array(samples.length).fill(-1);
  for (let i = 0; i < type.length; i++) {
    if (values.value[i] !== 0 && isWithin(icicle, of[samples.node[i] ?? 0] ?? 0, node)) type[i] = samples.type[i] ?? 0;
  }
  return groupSamples(values.value, kinds, type);
}
