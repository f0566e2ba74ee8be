/** The text of a counted program: what `stat` says last, after everything that the program itself wrote. */
import type { Exit, ProgramResult } from '../../core/program.js';
import { commandLine } from './command.js';
import { countsTableLines, typesTableLines } from './counts-table.js';
import { exitText, type FactsText, factLines } from './facts.js';
import { funnelLines } from './funnel.js';
import { interpreterLine, pymallocFootnote } from './interpreter.js';
import { type Counted, isCounted, movedFields } from './moved.js';
import { integer, plural } from './numbers.js';
import { oneLine, printable, type Style, textWidth } from './style.js';
import { type Column, wrap } from './table.js';

/** Ends without a line break. */
export function formatProgram(result: ProgramResult, options: FactsText, style: Style): string {
  const { interpreter, command } = result;
  const lines = [...headingLines(interpreterLine(interpreter), command, style), ''];
  if (!isCounted(result)) return [...lines, ...inexactLines(reasonOf(result), style)].join('\n');
  const moved = movedFields(result);
  const reason = reasonOf(result);
  if (reason !== '') lines.push(...inexactLines(`${style.sign('inexact')} ${reason}`, style), '');
  const parts = [
    funnelLines(result.counts, interpreter, { of: null, moved }, style),
    typesTableLines(result.byType, moved, style),
    regionLines(result, moved, style),
    processLines(result, moved, style),
    factLines(result, options, moved, style),
    result.warnings.flatMap(({ message }) => inexactLines(`warning: ${printable(message)}`, style)),
    result.counts.requests > 0 ? footnoteLines(result, style) : [],
  ];
  for (const part of parts) if (part.length > 0) lines.push(...part, '');
  return lines.slice(0, -1).join('\n');
}

/** The interpreter and the command: on one line where they fit. */
export function headingLines(interpreter: string, command: readonly string[], style: Style): string[] {
  const typed = oneLine(commandLine(command), style.width, style);
  const together = textWidth(interpreter) + 3 + textWidth(typed) <= style.width;
  if (together) return [`${style.bold(interpreter)}   ${typed}`];
  return [...wrap(interpreter, style.width).map((line) => style.bold(line)), typed];
}

/** Why a result has no numbers, or none that are exact; empty for an exact one. */
export function reasonOf(result: ProgramResult): string {
  switch (result.outcome) {
    case 'exact':
      return '';
    case 'varying':
      return `varying: ${printable(result.why.message)}`;
    case 'refused':
      return `refused: ${printable(result.reason.message)}`;
    case 'failed':
      return `failed: ${printable(result.error.message)}${result.exit === null ? '' : ` (${ending(result.exit)})`}`;
  }
}

const ending = (exit: Exit): string => (exit.signal === null ? exitText(exit) : `ended ${exitText(exit)}`);

export function inexactLines(sentence: string, style: Style): string[] {
  return wrap(sentence, style.width, '  ').map((line) => style.paint('inexact', line));
}

function footnoteLines({ interpreter }: Counted, style: Style): string[] {
  const footnote = pymallocFootnote([interpreter]);
  return footnote === null ? [] : wrap(footnote, style.width).map((line) => style.dim(line));
}

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });

function regionLines({ regions }: Counted, moved: ReadonlySet<string>, style: Style): string[] {
  if (regions.length === 0) return [];
  const titles = [left('regions'), right('entries')];
  const rows = regions.map(({ name, entries, counts }) => ({
    cells: [oneLine(name, 32, style), integer(entries)],
    counts,
  }));
  return countsTableLines({ titles, rows, moved }, style);
}

const PROCESSES_SHOWN = 12;
const PROCESS_FIELDS = ['creations', 'requests', 'bytes'];

/** The processes, where there is more than one. Of several runs, those of the last. */
function processLines({ processes }: Counted, moved: ReadonlySet<string>, style: Style): string[] {
  if (processes.length < 2) return [];
  const titles = [right('processes'), right('of'), left('ended')];
  const rows = processes.slice(0, PROCESSES_SHOWN).map(({ pid, parent, command, counts, exit }) => ({
    cells: [String(pid), parent === null ? '' : String(parent), exit === null ? 'still running' : exitText(exit)],
    counts,
    after: oneLine(commandLine(command), 40, style),
  }));
  const more = processes.length - rows.length;
  const lines = countsTableLines({ titles, rows, moved, fields: PROCESS_FIELDS, afterTitle: 'command' }, style);
  return [...lines, ...(more > 0 ? [` and ${plural(more, 'more process', 'more processes')}`] : [])];
}
