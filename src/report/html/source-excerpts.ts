/** Source texts as a page carries them: the lines that events name, and some around each. */
import type { Recording } from '../../core/recording.js';

/** Lines of one file that follow each other. */
export interface Excerpt {
  /** Counted from 1. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** Of one file, by line. */
export type Excerpts = readonly Excerpt[];

/** Lines before and after one with an event. */
const AROUND = 6;

/** By file; a file is asked for only if an event names a line in it. `textOf` gives null for a text that is gone or changed. */
export function sourceExcerpts(
  recording: Recording,
  textOf: (file: string) => string | null,
): Readonly<Record<string, Excerpts>> {
  const wanted = new Map<string, Set<number>>();
  for (const { stack } of recording.samples) {
    const location = recording.locations[stack[0] ?? -1];
    const code = location === undefined ? undefined : recording.codes[location.code];
    if (location === undefined || code === undefined || location.line === null) continue;
    const lines = wanted.get(code.file) ?? new Set();
    wanted.set(code.file, lines.add(location.line));
  }
  const found: [string, Excerpts][] = [];
  for (const [file, lines] of wanted) {
    const text = textOf(file);
    if (text !== null) found.push([file, excerpts(text, lines)]);
  }
  return Object.fromEntries(found);
}

function excerpts(text: string, wanted: ReadonlySet<number>): Excerpts {
  const all = text.split(/\r\n|\r|\n/); // as Python counts lines
  const shown = new Set<number>();
  for (const line of wanted) {
    for (let near = Math.max(1, line - AROUND); near <= Math.min(all.length, line + AROUND); near++) shown.add(near);
  }
  const parts: { firstLine: number; lines: string[] }[] = [];
  for (const line of [...shown].sort((a, b) => a - b)) {
    const last = parts.at(-1);
    if (last !== undefined && last.firstLine + last.lines.length === line) last.lines.push(all[line - 1] ?? '');
    else parts.push({ firstLine: line, lines: [all[line - 1] ?? ''] });
  }
  return parts;
}
