/** The text of `interpreters`. */

import type { Sees } from '../../core/interpreter.js';
import type { InterpreterReport, InterpretersResult } from '../../core/interpreters.js';
import { wrongCases } from '../../core/self-check.js';
import { list, plural } from './numbers.js';
import type { Style } from './style.js';
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
  const columns = ['id', 'version', 'engine', 'bits', '-p', 'self-check'].map((title) => ({
    title,
    align: 'left' as const,
  }));
  const rows = result.interpreters.map((i) => [
    i.id,
    i.version,
    i.engine === 'wasm' ? 'embedded' : 'native',
    String(i.bits),
    i.selectors.join(' '),
    selfCheckWord(i, style),
  ]);
  const lines = [style.bold(plural(result.interpreters.length, 'interpreter')), '', ...tableLines(columns, rows), ''];
  for (const [text, ids] of grouped(result.interpreters, (i) => seesSentence(i.sees))) {
    lines.push(...wrap(`${list(ids)}: ${text}`, style.width, '  '));
  }
  for (const [text, ids] of grouped(result.interpreters, (i) => i.absentModules.join(', '))) {
    if (text !== '')
      lines.push(...wrap(`${list(ids)} ${ids.length > 1 ? 'lack' : 'lacks'} the modules ${text}`, style.width, '  '));
  }
  for (const i of result.interpreters) lines.push(...failedCases(i, style));
  return lines.join('\n');
}

function grouped(all: readonly InterpreterReport[], text: (i: InterpreterReport) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const i of all) groups.set(text(i), [...(groups.get(text(i)) ?? []), i.id]);
  return groups;
}

function selfCheckWord({ selfCheck }: InterpreterReport, style: Style): string {
  const { cases, outcome } = selfCheck;
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
