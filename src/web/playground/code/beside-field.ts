/** Draws in an editor what stands beside and below its lines. */
import {
  type Text as Document,
  type EditorState,
  type Extension,
  Facet,
  type Range,
  RangeSet,
  StateEffect,
  type StateEffectType,
  StateField,
} from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from '@codemirror/view';
import type { Beside, CountedLine } from './beside.js';
import { CountMarker } from './count-marker.js';
import { ProblemLine } from './problem-line.js';
import { UnfoldedLine } from './unfolded-line.js';

export const setBeside: StateEffectType<Beside> = StateEffect.define<Beside>();

/** Called with a line of the document that has counts. */
export const onToggle: Facet<(line: number, of: CountedLine) => void> = Facet.define();

interface Drawn {
  readonly beside: Beside | null;
  readonly decorations: DecorationSet;
  readonly counts: RangeSet<GutterMarker>;
}

const besideField = StateField.define<Drawn>({
  create: () => ({ beside: null, decorations: Decoration.none, counts: RangeSet.empty }),
  update(drawn, { state, effects, docChanged, changes }) {
    for (const effect of effects) if (effect.is(setBeside)) return draw(effect.value, state);
    if (!docChanged) return drawn;
    return { ...drawn, decorations: drawn.decorations.map(changes), counts: drawn.counts.map(changes) };
  },
  provide: (field) => EditorView.decorations.from(field, ({ decorations }) => decorations),
});

/** Keeps the column as wide as it mostly is, so that the code does not move when the counts come. */
const SPACER = new (class extends GutterMarker {
  override toDOM(): Node {
    const space = document.createElement('div');
    space.className = 'spacer';
    return space;
  }
})();

export function besideCode(): Extension {
  return [
    besideField,
    gutter({
      class: 'counts',
      markers: (view) => view.state.field(besideField).counts,
      initialSpacer: () => SPACER,
      domEventHandlers: {
        click(view, { from }, event) {
          if (!(event.target instanceof Element) || event.target.closest('button') === null) return false;
          return toggle(view, from);
        },
      },
    }),
  ];
}

/** Unfolds or folds the line at a place of the document; false: it has no counts. */
export function toggle(view: EditorView, at: number): boolean {
  const { beside } = view.state.field(besideField);
  const { number } = view.state.doc.lineAt(at);
  const line = beside?.lines.get(number);
  if (line === undefined) return false;
  for (const toggled of view.state.facet(onToggle)) toggled(number, line);
  return true;
}

function draw(beside: Beside, state: EditorState): Drawn {
  const { doc } = state;
  const { lines, old, open, problem } = beside;
  const decorations: Range<Decoration>[] = [];
  const counts: Range<GutterMarker>[] = [];
  // By the Tab key the open line is reached, otherwise the first.
  const reachable = open !== null && lines.has(open) ? open : lines.keys().next().value;
  for (const [line, one] of lines) {
    if (line > doc.lines) continue;
    const { from } = doc.line(line);
    const marker = new CountMarker({ ...one, line, open: line === open, old, reachable: line === reachable });
    counts.push(marker.range(from));
    if (one.lit) decorations.push(LIT.range(from));
  }
  if (problem !== null && problem.line <= doc.lines) {
    const { from, to } = doc.line(problem.line);
    decorations.push(WRONG.range(from), below(new ProblemLine(problem.message), to, 1));
  }
  if (open !== null && open <= doc.lines) {
    decorations.push(CHOSEN.range(doc.line(open).from));
    const widget = unfolded(beside, open, doc, state);
    if (widget !== null) decorations.push(widget);
  }
  return { beside, decorations: Decoration.set(decorations, true), counts: RangeSet.of(counts, true) };
}

const LIT = Decoration.line({ class: 'lit' });
const CHOSEN = Decoration.line({ class: 'chosen' });
const WRONG = Decoration.line({ class: 'wrong' });

function unfolded(beside: Beside, open: number, doc: Document, state: EditorState): Range<Decoration> | null {
  const { lines, counted, old, highlight, heading } = beside;
  if (!counted) return null;
  const line = lines.get(open);
  const fold = (): void => {
    if (line !== undefined) for (const toggled of state.facet(onToggle)) toggled(open, line);
  };
  const of = line?.of ?? null;
  return below(new UnfoldedLine({ line: open, of, highlight, old, heading }, fold), doc.line(open).to, 2);
}

function below(widget: ProblemLine | UnfoldedLine, at: number, side: number): Range<Decoration> {
  return Decoration.widget({ widget, block: true, side }).range(at);
}
