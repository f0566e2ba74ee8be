/** The lines of the growth plot: versions with the same counts are one, on axes of powers of ten that begin at 0. */
import type { Counts } from '../../../core/counts.js';
import { list } from '../../../report/text/numbers.js';
import type { Growth } from '../growth.js';
import { VERSIONS } from '../state.js';

export const PLOTTED = ['creations', 'requests', 'resizes'] as const;
export type Plotted = (typeof PLOTTED)[number];

export const PLOTTED_WORDS: Readonly<Record<Plotted, string>> = {
  creations: 'objects created',
  requests: 'requests',
  resizes: 'resizes',
};

export const plottedValue = ({ creations, requests, resizes }: Counts, plotted: Plotted): number =>
  plotted === 'creations' ? creations.total : plotted === 'requests' ? requests : resizes;

/** What is plotted until the reader chooses: the first of which there is anything. */
export function firstPlotted(growth: ReadonlyMap<string, Growth>): Plotted {
  const points = [...growth.values()].flatMap((one) => (one.outcome === 'counted' ? one.points : []));
  return PLOTTED.find((plotted) => points.some(({ counts }) => plottedValue(counts, plotted) > 0)) ?? 'creations';
}

export interface GrowthLine {
  /** "3.10–3.13" */
  readonly name: string;
  readonly points: readonly { readonly executions: number; readonly value: number }[];
}

/** Oldest first. */
export function growthLines(growth: ReadonlyMap<string, Growth>, plotted: Plotted): GrowthLine[] {
  const groups = new Map<string, { versions: string[]; points: GrowthLine['points'] }>();
  for (const version of VERSIONS) {
    const one = growth.get(version);
    if (one?.outcome !== 'counted') continue;
    const points = one.points.map(({ executions, counts }) => ({ executions, value: plottedValue(counts, plotted) }));
    const key = JSON.stringify(points);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { versions: [version], points });
    else group.versions.push(version);
  }
  return [...groups.values()].map(({ versions, points }) => ({ name: versionsName(versions), points }));
}

/** "3.10–3.13" where none between them is missing and they are many; otherwise "3.10, 3.13 and 3.14". */
export function versionsName(versions: readonly string[]): string {
  const at = versions.map((version) => (VERSIONS as readonly string[]).indexOf(version));
  const together = at.every((place, i) => i === 0 || place === (at[i - 1] ?? 0) + 1);
  return together && versions.length > 2 ? `${versions[0]}–${versions.at(-1)}` : list(versions);
}

/** Powers of ten that an axis to `most` needs. */
export const decadesOf = (most: number): number => Math.max(1, Math.ceil(Math.log10(Math.max(1, most))));

/** Where a count stands on an axis of 0, 1, 10, … 10^decades: 0 at its foot, 1 at its top. */
export function place(count: number, decades: number): number {
  return count <= 0 ? 0 : (1 + Math.log10(Math.max(1, count))) / (decades + 1);
}
