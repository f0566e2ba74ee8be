/** Bars with a name and a number each, on one scale with its unit; their parts differ in pattern as well as in colour. */
import type { VNode } from 'preact';
import { cutMiddle } from '../../report/text/style.js';
import { STYLE } from './kind.js';
import { whole } from './numbers.js';
import { ticks } from './step-chart.js';
import { useWidth } from './width.js';

interface BarPart {
  readonly kind: 'freelist' | 'allocator';
  readonly value: number;
}

export interface BarRow {
  readonly name: string;
  /** As it is written behind the bar. */
  readonly text: string;
  readonly parts: readonly BarPart[];
}

interface BarChartProps {
  readonly title: string;
  readonly description: string;
  /** Of the numbers: stands below the axis. */
  readonly unit: string;
  readonly rows: readonly BarRow[];
}

const ROW = 26;
const BAR = 16;
const BOTTOM = 38;
/** About what a character is wide, in pixels. */
const CHARACTER = 7;

export function BarChart({ title, description, unit, rows }: BarChartProps): VNode {
  const { ref, width } = useWidth(640);
  const narrow = width.value < 520;
  // On a phone names stand above their bars.
  const row = narrow ? ROW + 18 : ROW;
  const left = narrow
    ? 0
    : Math.min(width.value * 0.3, 20 + CHARACTER * Math.max(0, ...rows.map(({ name }) => name.length)));
  const shown = (name: string): string =>
    cutMiddle(name, Math.floor(((narrow ? width.value : left) - 12) / CHARACTER), STYLE);
  const right = 14 + 7 * Math.max(0, ...rows.map(({ text }) => text.length));
  const most = Math.max(1, ...rows.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0)));
  const scale = (value: number): number => ((width.value - left - right) * value) / most;
  const height = rows.length * row + BOTTOM;
  return (
    <div ref={ref} class="chart">
      <svg width={width.value} height={height} role="img" aria-label={`${title}. ${description}`}>
        <defs>
          <pattern id="hatched" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect class="hatch-ground" width="5" height="5" />
            <line class="hatch-line" x1="0" x2="0" y1="0" y2="5" />
          </pattern>
        </defs>
        {ticks(most).map((n) => (
          <g key={n}>
            <line class="grid" x1={left + scale(n)} x2={left + scale(n)} y1={0} y2={height - BOTTOM} />
            <text
              class="tick"
              x={left + scale(n)}
              y={height - BOTTOM + 16}
              text-anchor={n === 0 && narrow ? 'start' : 'middle'}
            >
              {whole(n)}
            </text>
          </g>
        ))}
        <text class="tick" x={left + scale(most) / 2} y={height - 4} text-anchor="middle">
          {unit}
        </text>
        {rows.map(({ name, text, parts }, i) => {
          const top = i * row + (narrow ? 18 : 0) + (ROW - BAR) / 2;
          let from = left;
          return (
            <g key={name}>
              <text
                class="bar-name"
                x={narrow ? 0 : left - 8}
                y={narrow ? top - 5 : top + 12}
                text-anchor={narrow ? 'start' : 'end'}
              >
                {shown(name)}
              </text>
              {parts.map(({ kind, value }) => {
                const x = from;
                from += scale(value);
                return <rect key={kind} class={kind} x={x} y={top} width={Math.max(0, scale(value))} height={BAR} />;
              })}
              <text class="bar-text" x={from + 6} y={top + 12}>
                {text}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
