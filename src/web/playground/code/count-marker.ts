/** The counts beside a line: a button that unfolds it. */
import { GutterMarker } from '@codemirror/view';
import { cellParts } from '../../../report/text/cell.js';
import { STYLE } from '../../components/kind.js';
import type { CountedLine } from './beside.js';
import { inWords, narrowNumber, typesInWords } from './line-counts.js';

interface Drawn extends CountedLine {
  /** Where it is in the document. */
  readonly line: number;
  readonly open: boolean;
  readonly old: boolean;
  /** By the Tab key; from it, the arrow keys lead to the others. */
  readonly reachable: boolean;
}

export class CountMarker extends GutterMarker {
  readonly drawn: Drawn;

  constructor(drawn: Drawn) {
    super();
    this.drawn = drawn;
  }

  override eq(other: CountMarker): boolean {
    const [a, b] = [this.drawn, other.drawn];
    return (Object.keys(a) as (keyof Drawn)[]).every((key) => a[key] === b[key]);
  }

  override toDOM(): Node {
    const { line, of, heat, lit, open, old, reachable } = this.drawn;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = ['count', open && 'open', lit && 'lit', old && 'old'].filter(Boolean).join(' ');
    button.tabIndex = reachable ? 0 : -1;
    button.dataset['line'] = String(line);
    button.ariaExpanded = String(open);
    const before = old ? ' before the last change' : '';
    const words = `line ${line}: ${inWords(of.counts)}${before}; ${open ? 'hide' : 'show'} instructions`;
    button.title = (typesInWords(of.byType) || 'allocates nothing') + before;
    button.style.setProperty('--heat', heat.toFixed(3));
    const parts = cellParts(of.counts).map(({ mark, count }) => {
      const sign = element('span', `sign ${mark}`, STYLE.sign(mark));
      return element('span', 'cell-part', sign, '\u00a0', ...number(count));
    });
    button.append(
      ...(parts.length > 0 ? parts : [element('span', 'sign nothing', STYLE.sign('nothing'))]),
      element('span', 'fold', open ? '▾' : '▸'),
    );
    // Signs and numbers are told in words, which are text and no label: a label would have to hold what is seen.
    for (const part of button.children) part.ariaHidden = 'true';
    button.append(element('span', 'spoken', words));
    return button;
  }
}

/** On a narrow screen CSS takes the shorter one. */
function number(value: number): (Node | string)[] {
  const [wide, narrow] = [narrowNumber(value, 100_000), narrowNumber(value, 1000)];
  return wide === narrow ? [wide] : [element('span', 'wide', wide), element('span', 'narrow', narrow)];
}

function element(name: string, className: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  made.append(...content);
  return made;
}
