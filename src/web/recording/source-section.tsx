/** Source with what each line came to; a line unfolds to its instructions. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { percent } from '../../report/text/numbers.js';
import { printable } from '../../report/text/style.js';
import { Bar } from '../components/bar.js';
import { KindCounts } from '../components/kind-counts.js';
import { MoreRows } from '../components/more-rows.js';
import { amount, exactly, whole } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import type { Measure } from './measure.js';
import { shortPath } from './profile.js';
import type { SourceGap, SourceInstruction, SourceLine } from './source-lines.js';
import type { PageState } from './state.js';

const FIRST_LINES = 200;
const MOST_FILES = 200;
/** So many are in sight anyway. */
const FEW_LINES = 20;

/** Brings a line into view. */
export function showLine(state: PageState, file: string, line: number): void {
  state.file.value = file;
  state.line.value = line;
  document.getElementById('source')?.scrollIntoView();
}

export function SourceSection({ state }: { readonly state: PageState }): VNode {
  const { profile, files, shownFile, selected, measure, texts } = state;
  const all = files.value;
  const file = shownFile.value;
  const group = all.find((one) => one.file === file);
  // A file that was asked for may have no events of its own.
  const listed = group === undefined && file !== null ? [{ file, value: 0 }, ...all] : all;
  const { bytes, word } = measure.value;
  const some = listed.slice(0, MOST_FILES);
  const rest = listed.slice(MOST_FILES).reduce((sum, { value }) => sum + value, 0);
  return (
    <section aria-labelledby="source">
      <h2 id="source">Source</h2>
      {file === null ? (
        <p>No {word} here.</p>
      ) : (
        <>
          <p class="note">
            What each line came to by itself, without what it called: {word}. A click on a number shows its
            instructions.
          </p>
          <div class="controls">
            <label class="files">
              File{' '}
              <select
                id="file"
                value={file}
                onChange={(event) => {
                  state.file.value = event.currentTarget.value;
                  state.line.value = null;
                }}
              >
                {some.map((one) => (
                  <option key={one.file} value={one.file}>
                    {shortPath(one.file, profile.files)}: {amount(one.value, bytes)}
                    {one.value === 0 ? '' : `, ${percent(one.value, selected.value)}`}
                  </option>
                ))}
              </select>
            </label>
            {listed.length > MOST_FILES ? (
              <span class="note">
                and {whole(listed.length - MOST_FILES)} more files, {percent(rest, selected.value)}
              </span>
            ) : null}
          </div>
          <p class="note">
            <code class="path">{printable(file)}</code>: {exactly(group?.value ?? 0, measure.value)}
            <Hottest state={state} />
            {texts.has(file) ? '' : '. Its text is not here: it has changed since the recording, or is gone.'}
          </p>
          <Lines key={file} state={state} file={file} />
        </>
      )}
    </section>
  );
}

/** The way to the line that has most, where it may be far down. */
function Hottest({ state: { lines, line } }: { readonly state: PageState }): VNode | null {
  const rows = lines.value.filter((row): row is SourceLine => 'line' in row);
  const most = rows.reduce<SourceLine | null>((a, b) => (a === null || b.value > a.value ? b : a), null);
  if (most === null || most.value === 0 || most.line < FEW_LINES) return null;
  return (
    <>
      {', most of it in '}
      <button
        type="button"
        class="link"
        onClick={() => {
          line.value = most.line;
        }}
      >
        line {most.line}
      </button>
    </>
  );
}

function Lines({ state, file }: { readonly state: PageState; readonly file: string }): VNode {
  const { lines, line, measure, profile } = state;
  const rows = lines.value;
  const wanted = line.value;
  const shown = useSignal(FIRST_LINES);
  const open = useSignal<ReadonlySet<number>>(new Set());
  const table = useRef<HTMLTableElement>(null);
  const largest = rows.reduce((most, row) => ('skipped' in row ? most : Math.max(most, row.value)), 1);
  const index = wanted === null ? -1 : rows.findIndex((row) => 'line' in row && row.line >= wanted);
  if (index >= shown.peek()) shown.value = index + FIRST_LINES;
  useLayoutEffect(() => {
    if (wanted === null) return;
    table.current?.querySelector('tr.wanted')?.scrollIntoView({ block: 'center' });
  }, [wanted, file]);
  const toggle = (number: number): void => {
    const next = new Set(open.value);
    if (!next.delete(number)) next.add(number);
    open.value = next;
  };
  if (rows.length === 0) return <p>No {measure.value.word} here.</p>;
  return (
    <>
      <Scroll label="Source" class="source">
        <table ref={table}>
          <thead class="spoken">
            <tr>
              <th scope="col">line</th>
              <th scope="col">{measure.value.word}</th>
              <th scope="col" />
              <th scope="col">text</th>
            </tr>
          </thead>
          {rows
            .slice(0, shown.value)
            .map((row, i) =>
              'skipped' in row ? (
                <Gap key={`gap ${i}`} row={row} />
              ) : (
                <Line
                  key={row.line}
                  row={row}
                  measure={measure.value}
                  largest={largest}
                  types={profile.types}
                  open={open.value.has(row.line)}
                  wanted={i === index}
                  onToggle={toggle}
                />
              ),
            )}
        </table>
      </Scroll>
      <MoreRows rows={rows.length} shown={shown} share={null} word="lines" />
    </>
  );
}

function Gap({ row: { skipped } }: { readonly row: SourceGap }): VNode {
  return (
    <tbody class="gap">
      <tr>
        <td colSpan={4}>
          ⋮ {whole(skipped)} {skipped === 1 ? 'line' : 'lines'}
        </td>
      </tr>
    </tbody>
  );
}

interface LineProps {
  readonly row: SourceLine;
  readonly measure: Measure;
  readonly largest: number;
  readonly types: readonly string[];
  readonly open: boolean;
  readonly wanted: boolean;
  readonly onToggle: (line: number) => void;
}

function Line({ row, measure, largest, types, open, wanted, onToggle }: LineProps): VNode {
  const { line, text, value, byKind, instructions } = row;
  // By area, so that a line of a tenth of the hottest is still seen.
  const heat = value === 0 ? {} : { '--heat': Math.sqrt(value / largest).toFixed(3) };
  return (
    <tbody class={value === 0 ? 'cold' : 'hot'} style={heat}>
      <tr class={wanted ? 'wanted' : ''}>
        <th scope="row" class="number">
          {line === 0 ? '–' : line}
        </th>
        <td class="number">
          {value === 0 ? null : (
            <button type="button" aria-expanded={open} title={exactly(value, measure)} onClick={() => onToggle(line)}>
              {amount(value, measure.bytes)} <span aria-hidden="true">{open ? '▾' : '▸'}</span>
            </button>
          )}
        </td>
        <td class="line-bar">
          <Bar parts={byKind} whole={largest} />
        </td>
        <td class="text">
          {text === null ? <i>{line === 0 ? 'instructions without a line' : ''}</i> : <code>{text}</code>}
        </td>
      </tr>
      {open
        ? instructions.map((one) => (
            <Instruction
              key={`${one.function} ${one.offset}`}
              one={one}
              measure={measure}
              largest={largest}
              types={types}
            />
          ))
        : null}
    </tbody>
  );
}

interface InstructionProps {
  readonly one: SourceInstruction;
  readonly measure: Measure;
  readonly largest: number;
  readonly types: readonly string[];
}

function Instruction({ one, measure, largest, types }: InstructionProps): VNode {
  return (
    <tr class="instruction">
      <td class="number" title={`offset ${one.offset} in ${one.function}`}>
        +{one.offset}
      </td>
      <td class="number" title={exactly(one.value, measure)}>
        {amount(one.value, measure.bytes)}
      </td>
      <td class="line-bar">
        <Bar parts={one.byKind} whole={largest} />
      </td>
      <td class="text">
        <code>
          {one.opcode === '' ? '(instruction)' : one.opcode} {one.argument}
        </code>{' '}
        <KindCounts values={one.byKind} bytes={measure.bytes} />{' '}
        <span class="types-of">
          {one.types.map(({ of, value }) => (
            <span key={of}>
              <code>{types[of]}</code> {amount(value, measure.bytes)}
            </span>
          ))}
        </span>{' '}
        <span class="note">in {one.function}</span>
      </td>
    </tr>
  );
}
