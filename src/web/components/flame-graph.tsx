/**
 * A flame graph on a canvas: zoomed into by a click or Enter, walked through with the arrow keys. Only what is in sight is
 * drawn. Its numbers are also in a table beside it, for those who cannot see a canvas.
 */
import { effect, type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import type { ComponentChildren, VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { type ColourName, type Colours, type Painting, paintIcicle, ROW, readColours } from './flame-paint.js';
import { neighbour } from './flame-walk.js';
import { boxAt, type Icicle } from './icicle.js';
import { currentTheme } from './theme.js';

export interface FlameGraphProps {
  readonly icicle: Icicle;
  readonly zoom: ReadonlySignal<number>;
  readonly selected: ReadonlySignal<number>;
  readonly matches: Uint8Array | null;
  readonly nameOf: (frame: number) => string;
  /** What stands behind the name where there is room. */
  readonly hintOf: (frame: number) => string;
  readonly fillOf: (frame: number) => ColourName;
  /** What is said of a box while the pointer is on it. */
  readonly tip: (node: number) => ComponentChildren;
  /** What the graph shows, for a screen reader. */
  readonly label: string;
  /** The id of the text that follows the selected box. */
  readonly describedBy: string;
  readonly onSelect: (node: number) => void;
  /** Selects it as well. */
  readonly onZoom: (node: number) => void;
  readonly onBack: () => void;
}

/** At most so much of the window. */
const TALLEST = 0.72;

const FONT = '12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace';

interface Pointer {
  readonly node: number;
  readonly x: number;
  readonly y: number;
}

/** What colours depend on. */
interface Appearance {
  readonly theme: string;
  readonly printing: boolean;
}

function heightOf({ levels }: Icicle, windowHeight: number): number {
  return Math.min(levels.length * ROW, Math.round(windowHeight * TALLEST));
}

function paintCanvas(canvas: HTMLCanvasElement, painting: Painting, colours: Colours): void {
  const context = canvas.getContext('2d', { alpha: false });
  if (context === null || painting.width === 0) return;
  const density = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(painting.width * density), Math.round(painting.height * density)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  context.setTransform(density, 0, 0, density, 0, 0);
  paintIcicle(context, painting, colours);
}

export function FlameGraph(props: FlameGraphProps): VNode {
  const { icicle, zoom, selected } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const windowHeight = useSignal(window.innerHeight);
  const top = useSignal(0);
  const pointer = useSignal<Pointer | null>(null);
  const printing = useSignal(false);
  const focused = useSignal(false);
  const latest = useSignal(props);
  latest.value = props;
  const full = icicle.levels.length * ROW;
  const height = heightOf(icicle, windowHeight.value);
  const appearance = useComputed<Appearance>(() => ({ theme: currentTheme(), printing: printing.value }));

  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      width.value = box.current?.clientWidth ?? 0;
      windowHeight.value = window.innerHeight;
    });
    if (box.current !== null) observer.observe(box.current);
    const print = matchMedia('print');
    const onPrint = (): void => {
      printing.value = print.matches;
    };
    print.addEventListener('change', onPrint);
    return () => {
      observer.disconnect();
      print.removeEventListener('change', onPrint);
    };
  }, []);

  // Drawn once in the next frame, whatever changes until then; for paper at once, as no frame comes before it.
  useLayoutEffect(() => {
    let frame = 0;
    let painted: Appearance | null = null;
    let colours: Colours | null = null;
    const stop = effect(() => {
      const look = appearance.value;
      const { icicle: shown, matches, nameOf, hintOf, fillOf } = latest.value;
      const painting: Painting = {
        icicle: shown,
        zoom: zoom.value,
        selected: focused.value || selected.value !== 0 ? selected.value : null,
        hovered: pointer.value?.node ?? null,
        matches,
        nameOf,
        hintOf,
        fillOf,
        width: width.value,
        height: heightOf(shown, windowHeight.value),
        top: top.value,
        font: FONT,
      };
      const paint = (): void => {
        if (box.current === null || canvas.current === null) return;
        if (colours === null || painted !== look) colours = readColours(box.current);
        painted = look;
        paintCanvas(canvas.current, painting, colours);
      };
      cancelAnimationFrame(frame);
      if (look.printing || painted?.printing) paint();
      else frame = requestAnimationFrame(paint);
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, []);

  const nodeAt = (event: MouseEvent): number | null => {
    const depth = Math.floor((event.offsetY + top.value) / ROW);
    const from = icicle.start[zoom.value] ?? 0;
    const unit = (icicle.total[zoom.value] ?? 0) / Math.max(1, width.value);
    return boxAt(icicle, depth, from + event.offsetX * unit);
  };
  const select = (node: number): void => {
    props.onSelect(node);
    const y = (icicle.tree.depth[node] ?? 0) * ROW;
    const element = box.current;
    if (element === null) return;
    if (y < element.scrollTop) element.scrollTop = y;
    else if (y + ROW > element.scrollTop + element.clientHeight) element.scrollTop = y + ROW - element.clientHeight;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') props.onZoom(selected.value);
    else if (event.key === 'Escape' || event.key === 'Backspace') props.onBack();
    else {
      const next = neighbour(icicle, selected.value, event.key, zoom.value);
      if (next === null) return;
      select(next);
    }
    event.preventDefault();
  };
  return (
    <div class="flame">
      <div
        class="flame-box"
        ref={box}
        style={{ height: `${height}px` }}
        onScroll={(event) => {
          top.value = event.currentTarget.scrollTop;
          pointer.value = null;
        }}
      >
        <div class="flame-space" style={{ height: `${full}px` }}>
          {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it takes all keys itself */}
          <canvas
            ref={canvas}
            style={{ height: `${height}px` }}
            tabIndex={0}
            role="application"
            aria-label={props.label}
            aria-describedby={props.describedBy}
            onKeyDown={onKeyDown}
            onFocus={() => {
              focused.value = true;
            }}
            onBlur={() => {
              focused.value = false;
            }}
            onPointerMove={(event) => {
              const node = event.pointerType === 'mouse' ? nodeAt(event) : null;
              pointer.value = node === null ? null : { node, x: event.offsetX, y: event.offsetY };
            }}
            onPointerLeave={() => {
              pointer.value = null;
            }}
            onClick={(event) => {
              const node = nodeAt(event);
              if (node !== null) props.onZoom(node);
            }}
          />
        </div>
      </div>
      {pointer.value === null ? null : <Tip pointer={pointer.value} width={width.value} tip={props.tip} />}
    </div>
  );
}

interface TipProps {
  readonly pointer: Pointer;
  readonly width: number;
  readonly tip: (node: number) => ComponentChildren;
}

/** Beside the pointer, on the side where there is more room. */
function Tip({ pointer: { node, x, y }, width, tip }: TipProps): VNode {
  const side = x > width / 2 ? { right: `${Math.max(0, width - x + 12)}px` } : { left: `${x + 12}px` };
  return (
    <div class="tip" role="tooltip" style={{ ...side, top: `${y + 18}px` }}>
      {tip(node)}
    </div>
  );
}
