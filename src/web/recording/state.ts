/** What the reader of the page has chosen, and what follows from it. */
import { computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';
import type { Field } from '../../report/html/packed-recording.js';
import type { RecordingPageData } from '../../report/html/recording-page.js';
import type { Excerpts } from '../../report/html/source-excerpts.js';
import { callerTree, callTree } from '../components/frame-tree.js';
import { type Icicle, layoutIcicle } from '../components/icicle.js';
import { type DiffBy, type Differences, differences } from './differences.js';
import { type Frames, framesOf, type Grain, isImportMachinery, matchingFrames } from './frames.js';
import { type Group, groupSamples, sampleLocations } from './groups.js';
import { type Filter, MEASURES, type Measure, NO_FILTER, sampleKinds, selectedValues, sumOf } from './measure.js';
import { type Profile, unpackRecording } from './profile.js';
import { type SourceGap, type SourceLine, sourceLines } from './source-lines.js';

/** The flame graph from the outermost calls inwards, from what allocates outwards, or as a table. */
export type View = 'calls' | 'callers' | 'table';

export interface PageState {
  readonly profile: Profile;
  readonly before: Profile | null;
  readonly texts: ReadonlyMap<string, Excerpts>;
  readonly kinds: Uint8Array;
  // chosen
  readonly field: Signal<Field>;
  readonly filter: Signal<Filter>;
  readonly view: Signal<View>;
  readonly grain: Signal<Grain>;
  /** Whether the flame graph has the machinery of imports in it. */
  readonly imports: Signal<boolean>;
  readonly search: Signal<string>;
  readonly file: Signal<string | null>;
  /** A line that was asked for, to be brought into view. */
  readonly line: Signal<number | null>;
  readonly diffBy: Signal<DiffBy>;
  // what follows
  readonly measures: readonly Measure[];
  readonly measure: ReadonlySignal<Measure>;
  readonly values: ReadonlySignal<Float64Array>;
  readonly selected: ReadonlySignal<number>;
  /** Of the measure, without any filter. */
  readonly whole: ReadonlySignal<number>;
  /** As if no type had been chosen. */
  readonly types: ReadonlySignal<readonly Group[]>;
  readonly frames: ReadonlySignal<Frames>;
  readonly matches: ReadonlySignal<Uint8Array | null>;
  readonly calls: ReadonlySignal<Icicle>;
  readonly callers: ReadonlySignal<Icicle>;
  /** The frames on the way to what the flame graph is zoomed into. */
  readonly zoom: Signal<readonly number[]>;
  /** Files by what their own lines came to. */
  readonly files: ReadonlySignal<readonly FileGroup[]>;
  readonly shownFile: ReadonlySignal<string | null>;
  readonly lines: ReadonlySignal<readonly (SourceLine | SourceGap)[]>;
  readonly differences: ReadonlySignal<Differences | null>;
}

export interface FileGroup extends Group {
  readonly file: string;
}

/** What is smaller than this part of the flame graph is narrower than a pixel of most screens. */
const FINEST = 1 / 5000;

function ownOfNodes({ samples, nodes }: Profile, values: Float64Array): Float64Array {
  const own = new Float64Array(nodes.parent.length);
  for (let i = 0; i < values.length; i++) {
    const node = samples.node[i] ?? 0;
    own[node] = (own[node] ?? 0) + (values[i] ?? 0);
  }
  return own;
}

export function pageState(data: RecordingPageData): PageState {
  const profile = unpackRecording(data.recording);
  const before = data.before === null ? null : unpackRecording(data.before);
  const texts = new Map(Object.entries(data.texts));
  const kinds = sampleKinds(profile);
  const locations = sampleLocations(profile);
  const beforeLocations = before === null ? null : sampleLocations(before);
  const fileNames = [...new Set(profile.codes.map(({ file }) => file))];
  const fileIndex = new Map(fileNames.map((file, i) => [file, i]));
  const fileOfCode = Int32Array.from(profile.codes, ({ file }) => (file === '' ? -1 : (fileIndex.get(file) ?? -1)));
  const fileOfSample = locations.map((location) => fileOfCode[profile.locations.code[location] ?? -1] ?? -1);

  const measures = MEASURES.filter(
    ({ field }) => field === 'creations' || profile.has.has(field) || before?.has.has(field),
  );
  const field = signal<Field>('creations');
  const filter = signal<Filter>(NO_FILTER);
  const view = signal<View>(profile.about.stacks === 'none' ? 'table' : 'calls');
  const grain = signal<Grain>('function');
  const imports = signal(!profile.codes.some(isImportMachinery));
  const search = signal('');
  const file = signal<string | null>(null);
  const diffBy = signal<DiffBy>('function');

  const values = computed(() => selectedValues(profile, field.value, filter.value));
  const frames = computed(() => framesOf(profile, grain.value, imports.value));
  const calls = computed(() => ({ parent: profile.nodes.parent, frame: frames.value.ofNode }));
  const callsTree = computed(() => callTree(calls.value));
  const zoom = signal<readonly number[]>([]);
  const callersTree = computed(() =>
    callerTree(calls.value, { own: ownOfNodes(profile, values.value), focus: zoom.value, finest: FINEST }),
  );
  const files = computed(() =>
    groupSamples(values.value, kinds, fileOfSample).map((group) => ({ ...group, file: fileNames[group.of] ?? '' })),
  );
  const shownFile = computed(
    () => file.value ?? files.value.find((one) => texts.has(one.file))?.file ?? files.value[0]?.file ?? null,
  );
  return {
    profile,
    before,
    texts,
    kinds,
    field,
    filter,
    view,
    grain,
    imports,
    search,
    file,
    line: signal(null),
    diffBy,
    measures,
    measure: computed(() => measures.find((one) => one.field === field.value) ?? (MEASURES[0] as Measure)),
    values,
    selected: computed(() => sumOf(values.value)),
    whole: computed(() => sumOf(profile.samples.values[field.value])),
    types: computed(() =>
      groupSamples(selectedValues(profile, field.value, { ...filter.value, type: null }), kinds, profile.samples.type),
    ),
    frames,
    matches: computed(() => matchingFrames(frames.value, search.value)),
    calls: computed(() => layoutIcicle(callsTree.value, values.value, kinds, profile.samples.node)),
    zoom,
    callers: computed(() => layoutIcicle(callersTree.value, values.value, kinds, profile.samples.node)),
    files,
    shownFile,
    lines: computed(() =>
      shownFile.value === null
        ? []
        : sourceLines(profile, shownFile.value, { values: values.value, kinds, locations }, texts.get(shownFile.value)),
    ),
    differences: computed(() => {
      if (before === null || beforeLocations === null) return null;
      const old = selectedValues(before, field.value, filter.value);
      return differences(
        { profile: before, values: old, locations: beforeLocations },
        { profile, values: values.value, locations },
        diffBy.value,
      );
    }),
  };
}
