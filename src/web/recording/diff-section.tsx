/** What is different from the recording before: totals, and functions, types or files. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { Counts } from '../../core/counts.js';
import { OUTSIDE } from '../../report/html/packed-recording.js';
import { commandLine } from '../../report/text/command.js';
import { interpreterLine } from '../../report/text/interpreter.js';
import { printable } from '../../report/text/style.js';
import { Choice } from '../components/choice.js';
import { MoreRows } from '../components/more-rows.js';
import { signedWhole, whole } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import type { Change, Difference, Differences } from './differences.js';
import type { Profile } from './profile.js';
import type { PageState } from './state.js';

const FIRST_ROWS = 25;

const CHANGES: Readonly<Record<Change, readonly [sign: string, word: string]>> = {
  new: ['+', 'new'],
  gone: ['×', 'gone'],
  more: ['▲', 'more'],
  less: ['▼', 'less'],
};

export function DiffSection({ state }: { readonly state: PageState }): VNode | null {
  const { profile, before, differences, diffBy, measure } = state;
  if (before === null || differences.value === null) return null;
  const found = differences.value;
  return (
    <section aria-labelledby="differences">
      <h2 id="differences">Differences</h2>
      <p class="note">
        Before: {printable(commandLine(before.about.command))}, {interpreterLine(before.about.interpreter)}. Everything
        else on this page is of the recording after it.
      </p>
      <Totals before={before} after={profile} />
      <div class="controls">
        <Choice
          label="Differences by"
          value={diffBy.value}
          onChoose={(by) => {
            diffBy.value = by;
          }}
          options={[
            ['function', 'Functions'],
            ['type', 'Types'],
            ['file', 'Files'],
          ]}
        />
        <span class="note">
          {measure.value.word}, {summary(found)}
        </span>
      </div>
      {found.moved.size === 0 || diffBy.value === 'type' ? null : (
        <p class="note">Compared by their functions: {movedWords(found)}.</p>
      )}
      <Rows key={diffBy.value} found={found} word={diffBy.value === 'type' ? 'types' : `${diffBy.value}s`} />
    </section>
  );
}

/** "3 new, 1 gone, 12 more, 4 less, 210 as before" */
function summary({ rows, unchanged }: Differences): string {
  const parts = (Object.keys(CHANGES) as Change[]).flatMap((change) => {
    const n = rows.filter((row) => row.change === change).length;
    return n === 0 ? [] : [`${whole(n)} ${CHANGES[change][1]}`];
  });
  return [...parts, `${whole(unchanged)} as before`].join(', ');
}

const MOVED_SHOWN = 5;

/** "copy.py with python3.13/copy.py" */
function movedWords({ moved }: Differences): string {
  const told = [...moved].slice(0, MOVED_SHOWN).map(([is, was]) => `${is} with ${was}`);
  const more = moved.size - told.length;
  return told.join(', ') + (more > 0 ? ` and ${whole(more)} more` : '');
}

function Rows({ found: { rows }, word }: { readonly found: Differences; readonly word: string }): VNode {
  const shown = useSignal(FIRST_ROWS);
  const change = ({ before, after }: Difference): number => after - before;
  const largest = rows.reduce((most, row) => Math.max(most, Math.abs(change(row))), 1);
  const rest = rows.slice(shown.value).reduce((sum, row) => sum + change(row), 0);
  if (rows.length === 0) return <p>No difference.</p>;
  return (
    <>
      <Scroll label={`Differences by ${word}`}>
        <table class="differences">
          <thead>
            <tr>
              <th scope="col">{word.slice(0, -1)}</th>
              <th scope="col">change</th>
              <th scope="col" class="number">
                difference
              </th>
              <th scope="col" class="number">
                before
              </th>
              <th scope="col" class="number">
                after
              </th>
              <td class="wide" />
              <th scope="col">where</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown.value).map((row) => (
              <tr key={`${row.key}\0${row.place}`} class={row.change}>
                <th scope="row">
                  <code>{row.key || OUTSIDE}</code>
                </th>
                <td class="change">
                  <span aria-hidden="true">{CHANGES[row.change][0]}</span> {CHANGES[row.change][1]}
                </td>
                <td class="number">
                  <strong>{signedWhole(change(row))}</strong>
                </td>
                <td class={`number ${row.before === 0 ? 'zero' : ''}`}>{row.before === 0 ? '·' : whole(row.before)}</td>
                <td class={`number ${row.after === 0 ? 'zero' : ''}`}>{row.after === 0 ? '·' : whole(row.after)}</td>
                <td class="wide">
                  <span class="diff-bar" aria-hidden="true">
                    <span style={{ width: `${(50 * Math.abs(change(row))) / largest}%` }} />
                  </span>
                </td>
                <td class="path">{row.place}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rows.length > shown.value ? <p class="note">The rows below come to {signedWhole(rest)} together.</p> : null}
      <MoreRows rows={rows.length} shown={shown} share={null} word={word} />
    </>
  );
}

/** The fields that are compared as a whole. Pools and arenas may not be known. */
const TOTALS: readonly (readonly [word: string, of: (counts: Counts) => number | null])[] = [
  ['objects created', ({ creations }) => creations.total],
  ['○ freelist', ({ creations }) => creations.freelist],
  ['◐ pymalloc', ({ creations }) => creations.pymalloc],
  ['● malloc', ({ creations }) => creations.malloc],
  ['▪ buffers', ({ buffers }) => buffers.total],
  ['requests', ({ requests }) => requests],
  ['bytes asked for', ({ bytes }) => bytes],
  ['↔ resizes', ({ resizes }) => resizes],
  ['new pools', ({ pools }) => pools],
  ['new arenas', ({ arenas }) => arenas],
];

function Totals({ before, after }: { readonly before: Profile; readonly after: Profile }): VNode {
  const shown = (value: number | null): string => (value === null ? '–' : whole(value));
  return (
    <Scroll label="Totals before and after">
      <table class="totals">
        <thead>
          <tr>
            <th scope="col">total</th>
            <th scope="col" class="number">
              before
            </th>
            <th scope="col" class="number">
              after
            </th>
            <th scope="col" class="number">
              difference
            </th>
          </tr>
        </thead>
        <tbody>
          {TOTALS.map(([word, of]) => {
            const [was, is] = [of(before.about.total), of(after.about.total)];
            return (
              <tr key={word}>
                <th scope="row">{word}</th>
                <td class="number">{shown(was)}</td>
                <td class="number">{shown(is)}</td>
                <td class="number">{was === null || is === null ? '–' : signedWhole(is - was)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroll>
  );
}
