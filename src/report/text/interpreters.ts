/** The text of `interpreters`. */

import type { Sees } from '../../core/interpreter.js';
import type { InterpreterReport, InterpretersResult } from '../../core/interpreters.js';
import { wrongCases } from '../../core/self-check.js';
import { list, plural } from './numbers.js';
import { printable, type Style, textWidth } from './style.js';
import { tableLines, wrap } from './table.js';

const SEEN: readonly [keyof Sees, string][] = [
  ['creations', 'creations'],
  ['freelists', 'freelists'],
  ['requests', 'requests'],
  ['resizes', 'resizes'],
  ['releases', 'releases'],
  ['pymalloc', 'pymalloc'],
  ['pools', 'pools'],
  ['arenas', 'arenas'],
];

export function formatInterpreters(result: InterpretersResult, style: Style): string {
  const { interpreters } = result;
  const lines = [style.bold(plural(interpreters.length, 'interpreter')), '', ...overview(interpreters, style), ''];
  const countable = interpreters.filter(({ refusal }) => refusal === null);
  for (const [text, ids] of grouped(countable, (i) => seesSentence(i.sees))) {
    lines.push(...wrap(`${list(ids)}: ${text}`, style.width, '  '));
  }
  for (const [text, ids] of grouped(countable, (i) => i.absentModules.join(', '))) {
    if (text !== '')
      lines.push(...wrap(`${list(ids)} ${ids.length > 1 ? 'lack' : 'lacks'} the modules ${text}`, style.width, '  '));
  }
  for (const i of interpreters) {
    if (i.selfCheck.cases.length > 0) lines.push(...failedCases(i, style));
    else if (i.refusal !== null) {
      const sentence = wrap(`${i.id} cannot be counted: ${printable(i.refusal.message)}`, style.width, '  ');
      lines.push(...sentence.map((line) => style.paint('inexact', line)));
    }
  }
  return lines.join('\n');
}

/** The table, with the paths in a column of their own or, where that is too wide, in a list below. */
function overview(interpreters: readonly InterpreterReport[], style: Style): string[] {
  const titles = ['id', 'version', 'engine', 'bits', '-p', 'self-check', 'path'];
  const table = (shown: readonly string[], rows: readonly (readonly string[])[]): string[] =>
    tableLines(
      shown.map((title) => ({ title, align: 'left' as const })),
      rows,
    );
  const rows = interpreters.map((i) => [
    i.id.replace(/@\/.*/, ''),
    i.version,
    i.engine === 'wasm' ? 'embedded' : 'native',
    String(i.bits),
    i.selectors.find((selector) => selector !== i.path) ?? 'its path',
    selfCheckWord(i, style),
    i.path === null ? '' : printable(i.path),
  ]);
  const paths = rows.filter((row) => row.at(-1) !== '').map((row) => [row[0] ?? '', row.at(-1) ?? '']);
  if (paths.length === 0)
    return table(
      titles.slice(0, -1),
      rows.map((row) => row.slice(0, -1)),
    );
  const whole = table(titles, rows);
  if (whole.every((line) => textWidth(line) <= style.width)) return whole;
  const narrow = rows.map((row) => row.slice(0, -1));
  return [...table(titles.slice(0, -1), narrow), '', ...table(['id', 'path'], paths)];
}

function grouped(all: readonly InterpreterReport[], text: (i: InterpreterReport) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const i of all) groups.set(text(i), [...(groups.get(text(i)) ?? []), i.id]);
  return groups;
}

function selfCheckWord({ selfCheck }: InterpreterReport, style: Style): string {
  const { cases, outcome } = selfCheck;
  if (cases.length === 0) return style.paint('inexact', 'not counted');
  const good = cases.length - wrongCases(cases).length;
  const text = `${outcome} (${good} of ${cases.length})`;
  return style.paint(outcome === 'passed' ? 'freelist' : 'inexact', text);
}

function seesSentence(sees: Sees): string {
  const named = (wanted: boolean): string => list(SEEN.filter(([key]) => sees[key] === wanted).map(([, word]) => word));
  const not = named(false);
  return `counts ${named(true)}${not === '' ? '' : `; cannot see ${not}`}`;
}

function failedCases({ id, selfCheck }: InterpreterReport, style: Style): string[] {
  return wrongCases(selfCheck.cases).map(({ counts, expected, found }) =>
    style.paint('inexact', `${id}: ${counts}: expected ${expected}, found ${found}`),
  );
}
