/** The instructions of a line, below it. */
import { WidgetType } from '@codemirror/view';
import { Fragment, render, type VNode } from 'preact';
import { BUFFER_ROW, type TypeCounts } from '../../../core/counts.js';
import { printable } from '../../../report/text/style.js';
import { CountsCell, MarkSign } from '../../components/counts-cell.js';
import { Scroll } from '../../components/scroll.js';
import type { ShownInstruction } from '../answer.js';
import type { Highlight } from '../state.js';
import { inWords, isLit, type LineCounts, shownEvents, typesInWords } from './line-counts.js';

interface Unfolded {
  readonly line: number;
  /** null: the line has no instruction. */
  readonly of: LineCounts | null;
  readonly highlight: Highlight | null;
  readonly old: boolean;
  readonly heading: string;
}

const ROW_HEIGHT = 24;

export class UnfoldedLine extends WidgetType {
  readonly unfolded: Unfolded;
  readonly fold: () => void;

  constructor(unfolded: Unfolded, fold: () => void) {
    super();
    this.unfolded = unfolded;
    this.fold = fold;
  }

  override eq(other: UnfoldedLine): boolean {
    const [a, b] = [this.unfolded, other.unfolded];
    return (Object.keys(a) as (keyof Unfolded)[]).every((key) => a[key] === b[key]);
  }

  override get estimatedHeight(): number {
    return ROW_HEIGHT * (2 + (this.unfolded.of?.instructions.length ?? 0));
  }

  override toDOM(): HTMLElement {
    const place = document.createElement('div');
    place.className = 'below';
    this.updateDOM(place);
    return place;
  }

  override updateDOM(place: HTMLElement): boolean {
    place.dataset['line'] = String(this.unfolded.line);
    render(<Instructions unfolded={this.unfolded} fold={this.fold} />, place);
    return true;
  }

  override destroy(place: HTMLElement): void {
    render(null, place);
  }
}

function Instructions({ unfolded, fold }: { readonly unfolded: Unfolded; readonly fold: () => void }): VNode {
  const { line, of, highlight, old, heading } = unfolded;
  if (of === null)
    return <div class="unfolded note">Line {line} has no instruction that was counted in this version.</div>;
  const functions = new Set(of.instructions.map((one) => one.function));
  // A statement is no function, and a program one whose name says nothing.
  const named = functions.size > 1 || [...functions].some((name) => name !== '' && name !== '<module>');
  return (
    <div class={old ? 'unfolded old' : 'unfolded'}>
      <div class="unfolded-head">
        <span>
          <b>Line {line}</b>: {inWords(of.counts)} <span class="note">({heading})</span>
        </span>
        <button type="button" onClick={fold} aria-label={`Hide the instructions of line ${line}`}>
          ✕
        </button>
      </div>
      <Scroll label={`Instructions of line ${line}`}>
        <table>
          <thead>
            <tr>
              <th scope="col" class="number" title="in bytes, as dis numbers them">
                offset
              </th>
              <th scope="col">instruction</th>
              <th scope="col">allocates</th>
            </tr>
          </thead>
          <tbody>
            {of.instructions.map((one, i) => (
              <Fragment key={`${i} ${one.function}`}>
                {named && of.instructions[i - 1]?.function !== one.function ? (
                  <FunctionRow name={one.function} />
                ) : null}
                <InstructionRow one={one} lit={isLit(one, highlight)} />
              </Fragment>
            ))}
          </tbody>
        </table>
      </Scroll>
    </div>
  );
}

function FunctionRow({ name }: { readonly name: string }): VNode {
  return (
    <tr class="function">
      <th colSpan={3} scope="rowgroup">
        {name === '' ? (
          'the statement'
        ) : (
          <>
            in <code>{printable(name)}</code>
          </>
        )}
      </th>
    </tr>
  );
}

function InstructionRow({ one, lit }: { readonly one: ShownInstruction; readonly lit: boolean }): VNode {
  const { offset, opcode, argument, specialized, counts, byType } = one;
  const cold = counts === null || shownEvents(counts) === 0;
  const types = byType.filter((row) => shownEvents(row) > 0);
  return (
    <tr class={`instruction${cold ? ' cold' : ''}${lit ? ' lit' : ''}`}>
      <th scope="row" class="number">
        {offset}
      </th>
      <td>
        <code class="opcode">{printable(opcode)}</code> <code class="argument">{printable(argument)}</code>
        {specialized === null ? null : (
          <span class="specialized" title="what this version makes of it after warming up">
            {' → '}
            <code>{printable(specialized)}</code>
          </span>
        )}
      </td>
      <td class="types" title={typesInWords(byType)}>
        {types.map((row) => (
          <TypeOf key={row.type} row={row} />
        ))}
        {counts === null ? <MarkSign mark="nothing" /> : types.length === 0 ? <CountsCell counts={counts} /> : null}
      </td>
    </tr>
  );
}

/** A buffer has no type: its sign says what it is. */
function TypeOf({ row }: { readonly row: TypeCounts }): VNode {
  return (
    <span class="type">
      {row.type === BUFFER_ROW ? null : <code>{printable(row.type)}</code>} <CountsCell counts={row} />
    </span>
  );
}
