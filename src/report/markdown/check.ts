/** A check as Markdown, for the summary of a job: the numbers with their differences to the budget. */
import type { CheckCase, CheckResult, LimitResult } from '../../core/check.js';
import { numberOf, verdictCounts } from '../text/check.js';
import { interpretersLine, shownName } from '../text/interpreter.js';
import { signed } from '../text/numbers.js';
import { oneLine } from '../text/style.js';
import { cellCode, code, escapeText } from './escape.js';

/** GitHub shows a summary of up to 1 MiB. */
const ROWS = 500;
const NAME_WIDTH = 80;
const REASON_WIDTH = 400;

/** Ends with a line break. */
export function checkMarkdown(result: CheckResult): string {
  const within = result.cases.filter(({ verdict }) => verdict === 'within');
  const others = result.cases.filter(({ verdict }) => verdict !== 'within');
  const interpreters = [...new Map(result.cases.map(({ interpreter }) => [interpreter.id, interpreter])).values()];
  const reasons = others.flatMap((one) =>
    one.reason === null
      ? []
      : [
          `- ${nameOf(one)} ${one.verdict} on ${escapeText(shownName(one.interpreter))}: ${escapeText(oneLine(one.reason.message, REASON_WIDTH, { ascii: false }))}`,
        ],
  );
  const builds = result.cases.flatMap(({ recordedOn, interpreter: { engine, version } }) =>
    recordedOn === null
      ? []
      : [`- measured on ${escapeText(`${engine}:${version}`)}; the budget is of ${escapeText(recordedOn)}`],
  );
  const parts = [
    `### Allocations: ${verdictCounts(result)}`,
    `${code(result.file)}, ${escapeText(interpretersLine(interpreters))}`,
    table(others),
    reasons.slice(0, ROWS).join('\n'),
    [...new Set(builds)].join('\n'),
    within.length === 0 ? '' : `<details><summary>${within.length} within</summary>\n\n${table(within)}\n\n</details>`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

const nameOf = ({ id }: CheckCase): string => code(oneLine(id, NAME_WIDTH, { ascii: false }));

function table(cases: readonly CheckCase[]): string {
  const rows = cases.flatMap((one) => one.limits.map((limit) => ({ one, limit })));
  if (rows.length === 0) return '';
  const more = rows.length - ROWS;
  return [
    '| case | Python | | budget | measured | difference |',
    '|---|---|---|--:|--:|--:|',
    ...rows.slice(0, ROWS).map(({ one, limit }) => {
      const name = cellCode(oneLine(one.id, NAME_WIDTH, { ascii: false }));
      const mark = limit.ok ? '' : '**';
      const cells = [limit.limit.replace('<=', '≤'), numberOf(limit.measured, limit.moved), differenceText(limit)];
      const marked = cells.map((cell) => (cell === '' ? '' : `${mark}${escapeText(cell)}${mark}`));
      return `| ${[name, escapeText(shownName(one.interpreter)), cellCode(oneLine(limit.field, NAME_WIDTH, { ascii: false })), ...marked].join(' | ')} |`;
    }),
    ...(more > 0 ? ['', `and ${more} more; all of them are in the JSON (\`--json\`, \`-o\`).`] : []),
  ].join('\n');
}

function differenceText({ measured, allowed }: LimitResult): string {
  return measured === null || measured === allowed ? '' : signed(measured - allowed);
}
