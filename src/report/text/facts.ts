/** What is told in words below the tables of a program: sizes, runs, time, and how it ended. */
import type { Counts } from '../../core/counts.js';
import type { Exit } from '../../core/program.js';
import { eventsInWords } from './cell.js';
import { markedNumber } from './funnel.js';
import { type Counted, rangeTexts } from './moved.js';
import { byteSize, integer, plural } from './numbers.js';
import { cut, type Style, textWidth } from './style.js';
import { pad, wrap } from './table.js';

export interface FactsText {
  /** Also tell what was counted before the program began. */
  readonly startup: boolean;
  /** Also tell what was counted after it ended. */
  readonly shutdown: boolean;
}

type Fact = readonly [label: string, text: string];

/** Labels beside what they say. */
export function factLines(result: Counted, options: FactsText, moved: ReadonlySet<string>, style: Style): string[] {
  const facts = [...memoryFacts(result.counts, moved, style), ...runFacts(result), ...otherFacts(result, options)];
  const width = Math.max(...facts.map(([label]) => textWidth(label))) + 4;
  return facts.flatMap(([label, text]) =>
    wrap(text, Math.max(20, style.width - width)).map((line, i) =>
      cut(`${pad(i === 0 ? `  ${label}` : '', width, 'left')}${line}`, style.width, style),
    ),
  );
}

function memoryFacts(counts: Counts, moved: ReadonlySet<string>, style: Style): Fact[] {
  const size = (field: 'bytes' | 'resizeBytes'): string =>
    markedNumber(counts[field], moved.has(field), style, byteSize);
  const some = (field: 'requests' | 'resizes' | 'releases' | 'relocations', word: string): string =>
    markedNumber(counts[field], moved.has(field), style, (n) => plural(n, word));
  const facts: Fact[] = [];
  if (counts.requests > 0) facts.push(['asked for', `${size('bytes')} in ${some('requests', 'request')}`]);
  if (counts.resizes > 0) {
    const objects = counts.relocations === 0 ? '' : `; ${some('relocations', 'object')} set up again after one`;
    facts.push(['resized', `${some('resizes', 'time')}, to ${size('resizeBytes')} together${objects}`]);
  }
  if (counts.releases > 0) facts.push(['released', some('releases', 'block')]);
  return facts;
}

/** How many runs there were, and between which numbers each field moved. */
function runFacts(result: Counted): Fact[] {
  const same = result.outcome === 'exact' ? ': the same objects, requests and resizes each time' : '';
  return [
    ...(result.runs === null ? [] : [['runs', integer(result.runs.length) + same] as const]),
    ...rangeTexts(result).map(([word, text]): Fact => [`  ${word}`, text]),
  ];
}

function otherFacts(result: Counted, { startup, shutdown }: FactsText): Fact[] {
  const { exit, seconds, threads } = result;
  return [
    ...(startup ? [['before it', eventsAndBytes(result.startup)] as const] : []),
    ...(shutdown ? [['after it', eventsAndBytes(result.shutdown)] as const] : []),
    ['took', `${secondsText(seconds)}, counting included; ${plural(threads, 'thread')}`],
    ...(exit.code === 0 ? [] : [['ended', exitText(exit)] as const]),
  ];
}

/** "1,234 objects, 5 buffers and 3 resizes; 12 KiB asked for in 34 requests" */
export function eventsAndBytes(counts: Counts): string {
  const asked =
    counts.requests === 0 ? '' : `; ${byteSize(counts.bytes)} asked for in ${plural(counts.requests, 'request')}`;
  return eventsInWords(counts) + asked;
}

export const secondsText = (seconds: number): string => `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;

/** "exit code 1", "by SIGKILL" */
export function exitText({ code, signal }: Exit): string {
  if (signal !== null) return `by ${signal}`;
  return code === null ? 'unseen' : `exit code ${code}`;
}
