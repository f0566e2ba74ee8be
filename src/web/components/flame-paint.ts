/** Draws the part of an icicle that is in sight. */
import { type Icicle, lastBefore } from './icicle.js';
import { KINDS, type Kind } from './kind.js';

/** Heights in CSS pixels. */
export const ROW = 21;
const GAP = 1;
const STRIP = 4;
const TEXT_LEFT = 4;
/** Boxes from this width on have a name. */
const NAMED = 24;

/** Colours of the canvas, by the name of their custom property. */
export type Colours = Readonly<Record<ColourName, string>>;
const BOX_COLOURS = [
  'page',
  'ink',
  'focus',
  'box-program',
  'box-library',
  'box-interpreter',
  'box-all',
  'box-tiny',
  'box-match',
] as const;
export type ColourName = (typeof BOX_COLOURS)[number] | Kind;
const COLOURS: readonly ColourName[] = [...BOX_COLOURS, ...KINDS];

/** Asks the style sheet. Custom properties are resolved in `color` only. */
export function readColours(within: HTMLElement): Colours {
  const probe = document.createElement('span');
  within.append(probe);
  const read = (name: ColourName): [ColourName, string] => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  };
  const colours = Object.fromEntries(COLOURS.map(read)) as Record<ColourName, string>;
  probe.remove();
  return colours;
}

export interface Painting {
  readonly icicle: Icicle;
  /** The node that fills the width. */
  readonly zoom: number;
  readonly selected: number | null;
  readonly hovered: number | null;
  /** Of each frame, 1 where a search found it; null: nothing is searched for. */
  readonly matches: Uint8Array | null;
  readonly nameOf: (frame: number) => string;
  readonly hintOf: (frame: number) => string;
  readonly fillOf: (frame: number) => ColourName;
  /** What is in sight, in CSS pixels; `top` is how far it was scrolled. */
  readonly width: number;
  readonly height: number;
  readonly top: number;
  readonly font: string;
}

export function paintIcicle(context: CanvasRenderingContext2D, painting: Painting, colours: Colours): void {
  const { icicle, zoom, width, height, top } = painting;
  context.fillStyle = colours.page;
  context.fillRect(0, 0, width, height);
  context.font = painting.font;
  context.textBaseline = 'middle';
  const letter = context.measureText('0').width;
  const from = icicle.start[zoom] ?? 0;
  const scale = width / (icicle.total[zoom] || 1);
  const first = Math.floor(top / ROW);
  const last = Math.min(icicle.levels.length - 1, Math.floor((top + height) / ROW));
  for (let depth = first; depth <= last; depth++) {
    paintLevel(context, painting, colours, { depth, y: depth * ROW - top, from, scale, letter });
  }
}

interface LevelAt {
  readonly depth: number;
  readonly y: number;
  /** The value at the left edge, and pixels per unit. */
  readonly from: number;
  readonly scale: number;
  /** Width of a letter. */
  readonly letter: number;
}

function paintLevel(context: CanvasRenderingContext2D, painting: Painting, colours: Colours, at: LevelAt): void {
  const { icicle, width } = painting;
  const { depth, y, from, scale } = at;
  const level = icicle.levels[depth] ?? new Int32Array();
  let tinyUpTo = -1;
  for (let i = Math.max(0, lastBefore(icicle, depth, from)); i < level.length; i++) {
    const node = level[i] ?? 0;
    const start = ((icicle.start[node] ?? 0) - from) * scale;
    const end = start + (icicle.total[node] ?? 0) * scale;
    if (start >= width) break;
    if (end <= 0) continue;
    if (end - start < 1) {
      // Boxes narrower than a pixel share it.
      const pixel = Math.floor(start);
      if (pixel > tinyUpTo) {
        context.fillStyle = isMatch(painting, node) ? colours['box-match'] : colours['box-tiny'];
        context.fillRect(pixel, y, 1, ROW - GAP);
        tinyUpTo = pixel;
      }
      continue;
    }
    const left = Math.max(0, start);
    const right = Math.min(width, end);
    paintBox(context, painting, colours, at, node, left, right - left > 2 ? right - GAP : right);
  }
}

function isMatch({ icicle, matches }: Painting, node: number): boolean {
  return matches !== null && matches[icicle.tree.frame[node] ?? -1] === 1;
}

function paintBox(
  context: CanvasRenderingContext2D,
  painting: Painting,
  colours: Colours,
  { y, letter }: LevelAt,
  node: number,
  left: number,
  right: number,
): void {
  const { icicle, matches } = painting;
  const frame = icicle.tree.frame[node] ?? -1;
  const width = right - left;
  const height = ROW - GAP;
  const match = isMatch(painting, node);
  const above = (icicle.tree.depth[node] ?? 0) < (icicle.tree.depth[painting.zoom] ?? 0);
  context.globalAlpha = (matches !== null && !match) || above ? 0.5 : 1;
  context.fillStyle = colours[match ? 'box-match' : frame < 0 ? 'box-all' : painting.fillOf(frame)];
  context.fillRect(left, y, width, height);
  if (width >= 3) {
    let x = left;
    const total = icicle.total[node] ?? 1;
    KINDS.forEach((kind, k) => {
      const part = icicle.byKind[node * KINDS.length + k] ?? 0;
      if (part === 0) return;
      const wide = (width * part) / total;
      context.fillStyle = colours[kind];
      context.fillRect(x, y + height - STRIP, wide, STRIP);
      x += wide;
    });
  }
  if (width >= NAMED) {
    const room = Math.floor((width - 2 * TEXT_LEFT) / letter);
    const name = frame < 0 ? 'all' : painting.nameOf(frame);
    context.fillStyle = colours.ink;
    const text = name.length <= room ? name : room > 1 ? `${name.slice(0, room - 1)}…` : '';
    // Not lower: the underscores of __call__ would lie under the strip.
    const middle = y + (height - STRIP) / 2;
    if (text !== '') context.fillText(text, left + TEXT_LEFT, middle);
    const hint = frame < 0 ? '' : painting.hintOf(frame);
    if (hint !== '' && name.length + 2 + hint.length <= room) {
      context.globalAlpha *= 0.6;
      context.fillText(hint, left + TEXT_LEFT + (name.length + 2) * letter, middle);
    }
  }
  context.globalAlpha = 1;
  if (node === painting.selected || node === painting.hovered) {
    context.strokeStyle = node === painting.selected ? colours.focus : colours.ink;
    context.lineWidth = node === painting.selected ? 2 : 1;
    const inset = context.lineWidth / 2;
    context.strokeRect(left + inset, y + inset, Math.max(1, width - 2 * inset), height - 2 * inset);
  }
}
