/** A report as a table in Markdown. */
import { type ReportResult, sortValue } from '../../core/report.js';
import { commandLine } from '../text/command.js';
import { interpreterLine } from '../text/interpreter.js';
import { byteSize, integer, plural, rough } from '../text/numbers.js';
import { type ReportText, reportNotes } from '../text/recording-report.js';
import { shareOf, tableRows, usedColumns } from '../text/rows-table.js';
import { makeStyle } from '../text/style.js';
import { cellCode, code, escapeText } from './escape.js';

const STYLE = makeStyle({ colour: false, ascii: false, width: 100 });

/** Ends without a line break. */
export function reportMarkdown(result: ReportResult, { limits }: Pick<ReportText, 'limits'>): string {
  const rows = tableRows(result, limits, STYLE);
  const columns = usedColumns(rows, result.sort);
  const inexact = result.outcome === 'varying' ? STYLE.sign('inexact') : '';
  const number = (n: number, size: boolean): string =>
    n === 0 ? STYLE.sign('nothing') : inexact + (size ? byteSize(n) : integer(n));
  const { creations, requests } = result.recorded;
  const by = typeof result.by === 'string' ? result.by : result.by.join(' / ');
  const varying =
    result.outcome === 'varying'
      ? [`${inexact} varying${result.why === null ? '' : `: ${escapeText(result.why.message)}`}`]
      : [];
  const table =
    rows.length === 0
      ? []
      : [
          `| ${[by, ...columns.map(({ title, mark }) => (mark === null ? title : `${STYLE.sign(mark)} ${title}`)), 'share'].join(' | ')} |`,
          `|---|${columns.map(() => '--:|').join('')}--:|`,
          ...rows.map((row) => {
            const indent = '&nbsp;&nbsp;'.repeat(row.depth);
            const name = row.rest === 'none' ? cellCode(row.name) : row.name;
            const cells =
              row.rest === 'overlapping'
                ? columns.map(() => '')
                : columns.map(({ value, size }) => number(value(row), size));
            return `| ${[indent + name, ...cells, row.rest === 'overlapping' ? '' : shareOf(row, result)].join(' | ')} |`;
          }),
        ];
  const about = `${escapeText(interpreterLine(result.interpreter))}: ${code(commandLine(result.command))}`;
  const sum =
    creations.total + requests + sortValue({ counts: result.recorded, live: result.live }, result.sort) === 0
      ? 'Nothing was recorded.'
      : `${inexact}${rough(creations.total)} ${creations.total === 1 ? 'object' : 'objects'} created, ${plural(requests, 'request')}.`;
  const parts = [
    [about],
    varying,
    [sum],
    table,
    reportNotes(result)
      .map(escapeText)
      .flatMap((note) => [note, '']),
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n').trimEnd())
    .join('\n\n');
}
