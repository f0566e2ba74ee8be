/** The text of a report: the funnel of the whole recording, then its rows. */
import { countFields } from '../../core/counts.js';
import { ROW_KEYS } from '../../core/grouping.js';
import { ProgramFiles } from '../../core/program-files.js';
import { type ReportResult, type ReportRow, sortValue } from '../../core/report.js';
import { commandWord } from './command.js';
import { integer, list, percent, plural } from './numbers.js';
import { approximateSentence, FOLDED, recordingFootnotes, recordingFunnel, recordingHeading } from './recording.js';
import { type Limits, rowsOfReleases, rowsTableLines } from './rows-table.js';
import { printableName, type Style } from './style.js';
import { wrap } from './table.js';

export interface ReportText {
  readonly limits: Limits;
  /** The recording as one would type it; null: the default. */
  readonly file: string | null;
}

/** Ends without a line break. */
export function formatReport(result: ReportResult, { limits, file }: ReportText, style: Style): string {
  const parts = [
    ...recordingHeading(result, style),
    recordingFunnel(result, style),
    result.rows.length === 0 ? [] : rowsTableLines(result, limits, style),
    reportNotes(result).flatMap((note) => wrap(note, style.width, '  ').map((line) => style.dim(line))),
    recordingFootnotes(result, style),
    wrap(nextCommand(result, file), style.width, '  '),
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n');
}

/** Sentences on what the rows are, and on what is not in them. */
export function reportNotes(result: ReportResult): string[] {
  const { rows, by, imports, cumulative, mine, stacks, approximate, interpreter, recorded } = result;
  const groupings = typeof by === 'string' ? [by] : by;
  const has = (key: string): boolean => rows.some((row) => row.key === key);
  const silent = rowsOfReleases(result);
  const nothing = countFields(recorded).every((n) => n === 0 || n === null);
  const notes: (string | null)[] = [
    nothing ? null : filterNote(result),
    silent === 0 ? null : `${plural(silent, 'row')} with nothing but releases: --sort releases shows them.`,
    rows.length > 0 && cumulative
      ? 'Cumulative: an event counts once for each row that it happened in or below, so the rows add up to more than the total.'
      : null,
    rows.length > 0 && mine
      ? 'What libraries and the standard library did is charged to the line of the program that called them.'
      : null,
    has(ROW_KEYS.imports)
      ? `${ROW_KEYS.imports} is all that happened below an import; --imports shows it like everything else.`
      : null,
    imports === 'unknown' && rows.length > 0
      ? 'Imports cannot be told apart: this recording has no callers (record --no-stacks).'
      : null,
    stacks === 'folded' && (cumulative || result.filters.under !== null) && rows.length > 0 ? FOLDED : null,
    result.live !== null && rows.length > 0 ? LIVE : null,
    approximate && groupings.some((one) => one === 'instruction' || one === 'line')
      ? approximateSentence(interpreter)
      : null,
  ];
  return notes.filter((note) => note !== null);
}

/** What live columns mean. */
const LIVE =
  'Live are the bytes that the program asked for and had not given back when it ended; at peak, when they were the most, in each process of it. A block that is parked in a freelist is live.';

/** How much of the recording the rows are: "1,234 of 99,999 objects (1.2 %) and 5 of 7 requests". */
function filterNote({ filters, total, recorded, rows }: ReportResult): string | null {
  const { types, origins, files, under } = filters;
  const given = [
    ...types.map((pattern) => `type ${printableName(pattern)}`),
    ...origins.map((origin) => `origin ${origin}`),
    ...files.map((pattern) => `file ${printableName(pattern)}`),
    ...(under === null ? [] : [`under ${printableName(under)}`]),
  ];
  if (given.length === 0) return null;
  if (rows.length === 0)
    return `No event is of ${list(given)}; without it there are ${integer(recorded.creations.total)} objects.`;
  const part = (field: 'creations' | 'requests', word: string): string => {
    const [some, all] = [total, recorded].map((counts) => sortValue({ counts, live: null }, field)) as [number, number];
    const share = percent(some, all);
    return `${integer(some)} of ${integer(all)} ${word}${share === '' ? '' : ` (${share})`}`;
  };
  return `Only ${list(given)}: ${part('creations', 'objects')}, ${part('requests', 'requests')}.`;
}

/** Which command shows more. */
function nextCommand(result: ReportResult, file: string | null): string {
  const { by, rows } = result;
  const recording = file === null ? '' : ` ${commandWord(printableName(file))}`;
  const groupings = typeof by === 'string' ? [by] : by;
  if (rows.length === 0) return `pyallocs report${recording} --by type shows everything by type`;
  if (!groupings.includes('line') && !groupings.includes('instruction')) {
    const further = [...groupings, 'line'].map((one) => ` --by ${one}`).join('');
    return `pyallocs report${recording}${further} shows the lines of each`;
  }
  const files = new ProgramFiles(result);
  const sources = placesOf(rows).filter((source) => files.ownerOf(source).owner !== 'generated');
  const [source] = sources;
  const named = source === undefined ? '' : ` ${commandWord(printableName(files.ownerOf(source).path))}`;
  return `pyallocs annotate${recording}${named} shows these counts in the source; with --bytecode by instruction`;
}

const placesOf = (rows: readonly ReportRow[]): string[] =>
  rows.flatMap(({ place, rows: nested }) => [...(place === null ? [] : [place.file]), ...placesOf(nested ?? [])]);
