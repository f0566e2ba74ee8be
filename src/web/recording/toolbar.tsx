/** What is measured and what is left out, for all that stands below. It stays in sight. */
import type { VNode } from 'preact';
import { percent } from '../../report/text/numbers.js';
import { KIND_WORDS } from '../components/kind.js';
import { Sign } from '../components/kind-counts.js';
import { exactly } from '../components/numbers.js';
import { type Filter, type Measure, NO_FILTER } from './measure.js';
import type { PageState } from './state.js';

export function Toolbar({ state }: { readonly state: PageState }): VNode {
  const { field, filter, measures, measure, selected, whole } = state;
  const filtered = Object.values(filter.value).some((one) => one !== null);
  return (
    <search class="toolbar" aria-label="What is shown below">
      <label>
        Show{' '}
        <select
          id="measure"
          value={field.value}
          onChange={(event) => {
            const chosen = measures.find((one) => one.field === event.currentTarget.value);
            if (chosen !== undefined) field.value = chosen.field;
          }}
        >
          {measures.map((one) => (
            <option key={one.field} value={one.field}>
              {one.word}
            </option>
          ))}
        </select>
      </label>
      <Selects state={state} />
      <Chips state={state} />
      {filtered ? (
        <button
          type="button"
          onClick={() => {
            filter.value = NO_FILTER;
          }}
        >
          Clear
        </button>
      ) : null}
      <output id="shown">
        {exactly(selected.value, measure.value)}
        {filtered ? `, ${percent(selected.value, whole.value) || '0 %'} of all` : ''}
        {selected.value === 0 && filter.value.kind !== null ? emptyReason(measure.value) : ''}
      </output>
    </search>
  );
}

/** Why a filter by origin may leave nothing. */
function emptyReason({ field, word }: Measure): string {
  return field === 'resizes' || field === 'resizeBytes' || field === 'relocations' || field === 'releases'
    ? `: ${word} have no origin`
    : '';
}

function Chips({ state: { filter } }: { readonly state: PageState }): VNode {
  const { kind, type } = filter.value;
  const chip = (name: keyof Filter, label: VNode): VNode => (
    <button
      key={name}
      type="button"
      class="chip"
      title="Remove this filter"
      onClick={() => {
        filter.value = { ...filter.value, [name]: null };
      }}
    >
      {label} <span aria-hidden="true">×</span>
      <span class="spoken">, remove this filter</span>
    </button>
  );
  return (
    <>
      {kind === null
        ? null
        : chip(
            'kind',
            kind === 'system' ? (
              <>system malloc</>
            ) : (
              <>
                <Sign kind={kind} /> {KIND_WORDS[kind]}
              </>
            ),
          )}
      {type === null ? null : chip('type', <code>{type}</code>)}
    </>
  );
}

/** Threads, regions and processes, where there is more than one. */
function Selects({ state: { profile, filter } }: { readonly state: PageState }): VNode {
  const { samples, strings } = profile;
  const names = (column: Int32Array, offset: number): string[] =>
    [...new Set(column)].filter((one) => one >= offset).map((one) => strings[one - offset] ?? '');
  const threads = names(samples.thread, 0);
  const regions = names(samples.region, 1);
  const pids = [...new Set(samples.pid)];
  return (
    <>
      <Select
        label="Thread"
        values={threads.length > 1 ? threads : []}
        chosen={filter.value.thread}
        onChoose={(thread) => {
          filter.value = { ...filter.value, thread };
        }}
      />
      <Select
        label="Region"
        values={regions}
        chosen={filter.value.region}
        onChoose={(region) => {
          filter.value = { ...filter.value, region };
        }}
      />
      <Select
        label="Process"
        values={pids.length > 1 ? pids.map(String) : []}
        chosen={filter.value.pid === null ? null : String(filter.value.pid)}
        onChoose={(pid) => {
          filter.value = { ...filter.value, pid: pid === null ? null : Number(pid) };
        }}
      />
    </>
  );
}

interface SelectProps {
  readonly label: string;
  /** Empty: there is nothing to choose. */
  readonly values: readonly string[];
  readonly chosen: string | null;
  readonly onChoose: (value: string | null) => void;
}

function Select({ label, values, chosen, onChoose }: SelectProps): VNode | null {
  if (values.length === 0) return null;
  return (
    <label>
      {label}{' '}
      <select
        value={chosen === null ? '' : `=${chosen}`}
        onChange={(event) => {
          const { value } = event.currentTarget;
          onChoose(value === '' ? null : value.slice(1));
        }}
      >
        <option value="">all</option>
        {values.map((value) => (
          <option key={value} value={`=${value}`}>
            {value}
          </option>
        ))}
      </select>
    </label>
  );
}
