/** Lines over two axes of powers of ten, told apart by dashes and names; 0 has a place of its own at the foot. */
import type { VNode } from 'preact';
import { whole } from '../../components/numbers.js';
import { DASHES, spaced } from '../../components/step-chart.js';
import { useWidth } from '../../components/width.js';
import { EXECUTIONS } from '../growth.js';
import { decadesOf, type GrowthLine, place } from './growth-series.js';

interface GrowthChartProps {
  readonly title: string;
  /** What is seen in it, for those who do not see it. */
  readonly description: string;
  readonly yLabel: string;
  readonly lines: readonly GrowthLine[];
}

const HEIGHT = 280;
const TOP = 12;
const BOTTOM = 42;
const LEFT = 68;
/** Of the line, before its name. */
const SAMPLE = 22;
/** Room for "10 000" and the number before it, in pixels. */
const TICK = 50;
/** About what a character of a name is wide, in pixels. */
const CHARACTER = 7;

export function GrowthChart({ title, description, yLabel, lines }: GrowthChartProps): VNode {
  const { ref, width } = useWidth(560);
  const longest = Math.max(0, ...lines.map(({ name }) => name.length));
  const right = Math.min(width.value / 2.5, SAMPLE + 18 + longest * CHARACTER);
  const [x0, x1, y0, y1] = [LEFT, Math.max(LEFT + 60, width.value - right), HEIGHT - BOTTOM, TOP];
  const across = Math.log10(EXECUTIONS.at(-1) ?? 1);
  const up = decadesOf(Math.max(...lines.flatMap(({ points }) => points.map(({ value }) => value))));
  const x = (n: number): number => x0 + ((x1 - x0) * Math.log10(n)) / across;
  /** In little room the numbers of the axis would touch. */
  const every = (x1 - x0) / across < TICK ? 2 : 1;
  const y = (count: number): number => y0 - (y0 - y1) * place(count, up);
  const counts = [0, ...Array.from({ length: up + 1 }, (_, i) => 10 ** i)];
  const labels = spaced(
    lines.map(({ points }) => y(points.at(-1)?.value ?? 0)),
    HEIGHT - BOTTOM,
  );
  return (
    <figure ref={ref} class="chart">
      <figcaption>{title}</figcaption>
      <svg width={width.value} height={HEIGHT} role="img" aria-label={`${title}. ${description}`}>
        {EXECUTIONS.map((n, i) => (
          <g key={n}>
            <line class="grid" x1={x(n)} x2={x(n)} y1={y0} y2={y1} />
            {i % every === 0 ? (
              <text class="tick" x={x(n)} y={y0 + 16} text-anchor="middle">
                {whole(n)}
              </text>
            ) : null}
          </g>
        ))}
        {counts.map((count) => (
          <g key={count}>
            <line class="grid" x1={x0} x2={x1} y1={y(count)} y2={y(count)} />
            <text class="tick" x={x0 - 6} y={y(count) + 4} text-anchor="end">
              {whole(count)}
            </text>
          </g>
        ))}
        <text class="tick" x={(x0 + x1) / 2} y={HEIGHT - 6} text-anchor="middle">
          executions n, logarithmic
        </text>
        <text class="tick" x={10} y={(y0 + y1) / 2} text-anchor="middle" transform={`rotate(-90 10 ${(y0 + y1) / 2})`}>
          {yLabel}
        </text>
        {lines.map(({ name, points }, i) => (
          <g key={name} class={`series s${i % DASHES.length}`}>
            <path
              d={points
                .map(({ executions, value }, at) => `${at === 0 ? 'M' : 'L'}${x(executions)} ${y(value)}`)
                .join('')}
              stroke-dasharray={DASHES[i % DASHES.length]}
            />
            {points.map(({ executions, value }) => (
              <circle key={executions} cx={x(executions)} cy={y(value)} r="3">
                <title>
                  {name}: {whole(value)} in {whole(executions)}
                </title>
              </circle>
            ))}
            <path d={`M${x1 + 8} ${labels[i] ?? 0}h${SAMPLE}`} stroke-dasharray={DASHES[i % DASHES.length]} />
            <text x={x1 + 8 + SAMPLE + 5} y={(labels[i] ?? 0) + 4}>
              {name}
            </text>
          </g>
        ))}
      </svg>
    </figure>
  );
}
