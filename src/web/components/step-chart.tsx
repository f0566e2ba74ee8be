/** How often something happened by then: steps over a logarithmic axis, a line per series, told apart by dashes and names. */
import type { VNode } from 'preact';
import { whole } from './numbers.js';
import { useWidth } from './width.js';

export interface Steps {
  readonly name: string;
  /** Where the line rises by one, ascending, from 1. */
  readonly at: readonly number[];
  /** Whether it rises no more after the last of them; otherwise the line ends there. */
  readonly whole: boolean;
}

interface StepChartProps {
  readonly title: string;
  /** What is seen in it, for those who do not see it. */
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** A power of ten. */
  readonly until: number;
  readonly series: readonly Steps[];
}

const HEIGHT = 260;
const TOP = 14;
const BOTTOM = 42;
const LEFT = 48;
const LABEL_HEIGHT = 16;
export const DASHES: readonly string[] = ['', '7 3', '2 3', '9 3 2 3', '4 4', '1 5'];

export function StepChart({ title, description, xLabel, yLabel, until, series }: StepChartProps): VNode {
  const { ref, width } = useWidth(640);
  const longest = Math.max(0, ...series.map(({ name }) => name.length));
  const right = Math.min(width.value / 3, 14 + longest * 7);
  const most = Math.max(1, ...series.map(({ at }) => at.length));
  const [x0, x1, y0, y1] = [LEFT, width.value - right, HEIGHT - BOTTOM, TOP];
  const decades = Math.round(Math.log10(until));
  const x = (items: number): number => x0 + ((x1 - x0) * Math.log10(Math.max(1, items))) / decades;
  const y = (n: number): number => y0 - ((y0 - y1) * n) / most;
  const labels = spaced(
    series.map(({ at }) => y(at.length)),
    HEIGHT - BOTTOM,
  );
  return (
    <div ref={ref} class="chart">
      <svg width={width.value} height={HEIGHT} role="img" aria-label={`${title}. ${description}`}>
        {Array.from({ length: decades + 1 }, (_, i) => (
          <g key={10 ** i}>
            <line class="grid" x1={x(10 ** i)} x2={x(10 ** i)} y1={y0} y2={y1} />
            <text class="tick" x={x(10 ** i)} y={y0 + 16} text-anchor="middle">
              {whole(10 ** i)}
            </text>
          </g>
        ))}
        {ticks(most).map((n) => (
          <g key={n}>
            <line class="grid" x1={x0} x2={x1} y1={y(n)} y2={y(n)} />
            <text class="tick" x={x0 - 6} y={y(n) + 4} text-anchor="end">
              {whole(n)}
            </text>
          </g>
        ))}
        <text class="tick" x={(x0 + x1) / 2} y={HEIGHT - 6} text-anchor="middle">
          {xLabel}
        </text>
        <text class="tick" x={12} y={(y0 + y1) / 2} text-anchor="middle" transform={`rotate(-90 12 ${(y0 + y1) / 2})`}>
          {yLabel}
        </text>
        {series.map(({ name, at, whole: all }, i) => (
          <g key={name} class={`series s${i % DASHES.length}`}>
            <path
              d={`M${x0} ${y0}${at.map((item, n) => `H${round(x(item))}V${round(y(n + 1))}`).join('')}${all ? `H${round(x1)}` : ''}`}
              stroke-dasharray={DASHES[i % DASHES.length]}
            />
            <text x={x1 + 6} y={(labels[i] ?? 0) + 4}>
              {name}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Round numbers up to `most`, about four. */
export function ticks(most: number): number[] {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** Places of labels, moved down until no two lie on each other, and none lies below the lowest. */
export function spaced(places: readonly number[], lowest: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0));
  const moved = [...places];
  let last = -Infinity;
  for (const i of order) {
    last = Math.max(places[i] ?? 0, last + LABEL_HEIGHT);
    moved[i] = last;
  }
  // All of them up again, as far as the lowest has left the chart.
  const over = Math.max(0, last - lowest);
  return moved.map((place) => place - over);
}
