/** The allocation funnel as a picture of its own: in the colours of the light page, its text as text. */
import type { Counts } from '../../../core/counts.js';
import type { Interpreter } from '../../../core/interpreter.js';
import { type FunnelRow, funnelRows } from '../../../report/text/funnel.js';
import { interpreterLine } from '../../../report/text/interpreter.js';
import { perOperation } from '../../../report/text/numbers.js';
import { cut, type Mark, oneLine } from '../../../report/text/style.js';
import { STYLE } from '../../components/kind.js';
import { thin } from '../../components/numbers.js';

/** As --freelist and so on of theme.css. */
const FILL: Readonly<Partial<Record<Mark, string>>> = {
  freelist: '#009e73',
  pymalloc: '#e69f00',
  malloc: '#d55e00',
  foreign: '#767676',
  buffer: '#56b4e9',
};

/** As --freelist-text and so on. */
const INK: Readonly<Partial<Record<Mark, string>>> = {
  freelist: '#00684c',
  pymalloc: '#8f6300',
  malloc: '#a34800',
  foreign: '#5a616b',
  buffer: '#1f6e9c',
};

const [WIDTH, MARGIN, TOP, ROW, BAR] = [720, 20, 78, 26, 14];
const [NUMBER_END, BAR_FROM, BAR_MOST, NOTE_FROM] = [240, 254, 280, 546];
const TITLE_WIDTH = 76;
const FONT = `system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', sans-serif`;

/** `title`: what the counts are of. */
export function funnelSvg(counts: Counts, interpreter: Interpreter, title: string): string {
  const rows = funnelRows(counts, interpreter, STYLE);
  const largest = Math.max(1e-9, ...rows.map(({ count }) => count ?? 0));
  const height = TOP + rows.length * ROW + MARGIN;
  const name = oneLine(title, TITLE_WIDTH, STYLE);
  const label = escapeXml(oneLine(`Allocation funnel: ${title}`, 2 * TITLE_WIDTH, STYLE));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}" font-family="${FONT}" font-size="13">`,
    `<title>${label}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(MARGIN, 34, name, 'font-size="18" font-weight="600"'),
    text(MARGIN, 56, cut(interpreterLine(interpreter), 100, STYLE), 'fill="#5a616b"'),
    ...rows.flatMap((row, i) => rowSvg(row, TOP + i * ROW, largest)),
    '</svg>',
  ].join('\n')}\n`;
}

function rowSvg({ mark, label, count, note: said }: FunnelRow, y: number, largest: number): string[] {
  const note = count === null ? 'not visible here' : said;
  const indent = mark !== null && mark !== 'buffer' ? 16 : 0;
  const baseline = y + BAR - 3;
  const sign = mark === null ? '' : STYLE.sign(mark);
  const ink = mark === null ? undefined : INK[mark];
  const width = count === null || count === 0 ? 0 : Math.max(1, (BAR_MOST * count) / largest);
  const number = count === null ? STYLE.sign('unseen') : thin(perOperation(count));
  return [
    sign === '' ? '' : text(MARGIN + indent, baseline, sign, `fill="${ink ?? '#1b1d21'}"`),
    text(MARGIN + indent + (sign === '' ? 0 : 18), baseline, label.trim()),
    text(NUMBER_END, baseline, number, 'text-anchor="end"'),
    width === 0
      ? ''
      : `<rect x="${BAR_FROM}" y="${y}" width="${Number(width.toFixed(2))}" height="${BAR}" fill="${(mark === null ? undefined : FILL[mark]) ?? '#a9aeb6'}"/>`,
    note === '' ? '' : text(NOTE_FROM, baseline, thin(cut(note, 24, STYLE)), 'fill="#5a616b"'),
  ].filter((part) => part !== '');
}

function text(x: number, y: number, content: string, more = ''): string {
  const attributes = more.includes('fill=') ? more : `fill="#1b1d21"${more === '' ? '' : ` ${more}`}`;
  return `<text x="${x}" y="${y}" ${attributes}>${escapeXml(content)}</text>`;
}

/** Characters that XML cannot hold at all become the replacement character. */
export function escapeXml(content: string): string {
  return (
    content
      .replace(/\p{Cs}/gu, '\ufffd')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;')
  );
}
