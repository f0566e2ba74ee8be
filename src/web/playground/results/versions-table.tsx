/** The versions side by side. What differs from the version to the left is bold, and named in words below. */
import type { VNode } from 'preact';
import { plural } from '../../../report/text/numbers.js';
import { MarkSign } from '../../components/counts-cell.js';
import { Scroll } from '../../components/scroll.js';
import { runAll } from '../actions.js';
import { type Answer, minorOf } from '../answer.js';
import { type PlaygroundState, VERSIONS } from '../state.js';
import { reasonOf } from './answer-words.js';
import {
  type VersionCell,
  type VersionChange,
  type VersionColumn,
  type VersionRow,
  versionChanges,
  versionColumns,
  versionRows,
} from './version-columns.js';

/** Of the changes of a program there may be many. */
const PARTS_SHOWN = 6;

interface VersionsTableProps {
  readonly answers: ReadonlyMap<string, Answer>;
  readonly state: PlaygroundState;
}

export function VersionsTable({ answers, state }: VersionsTableProps): VNode | null {
  const versions = state.versions.value;
  if (versions.length < 2) {
    return (
      <p class="note compare">
        Choose more versions to see them side by side, or
        <button type="button" disabled={state.running.value} onClick={() => void runAll(state)}>
          Compare all {VERSIONS.length}
        </button>
      </p>
    );
  }
  const columns = versionColumns(versions, answers, state.interpreters.status.value, state.running.value);
  const present = versions.map((version) => answers.get(version)).filter((answer) => answer !== undefined);
  const failures = <Failures answers={present} shown={state.shown.value} />;
  const counted = columns.filter((column) => column.counted !== null);
  if (counted.length === 0) return failures;
  const rows = versionRows(columns);
  const mode = present[0]?.mode ?? state.mode.value;
  const kinds = new Set(counted.map((column) => column.counted.of));
  const grows = kinds.size === 1 ? [] : counted.filter((column) => column.grows);
  const [of = ''] = kinds.size === 1 ? kinds : ['per execution'];
  return (
    <section class="panel" aria-labelledby="versions">
      <h2 id="versions">Version by version{mode === 'statement' ? `, ${of}` : ''}</h2>
      <Scroll label="Versions side by side">
        <table class="side-by-side">
          <thead>
            <tr>
              <td />
              {columns.map((column) => (
                <Heading key={column.version} column={column} state={state} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={row.field} class={row.part ? 'part-of' : ''}>
                <th scope="row">
                  <span class="row-sign">{row.mark === null ? null : <Sign mark={row.mark} />}</span>
                  {row.label}
                </th>
                {columns.map((column) => (
                  <Cell
                    key={column.version}
                    column={column}
                    row={row}
                    first={i === 0}
                    rows={rows.length}
                    shown={state.shown.value}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {grows.map(({ version, counted: { of: part } }) => (
        <p key={version} class="note">
          {version}: the cost is not constant; its numbers are {part}.
        </p>
      ))}
      {counted.length < 2 ? null : <Changes changes={versionChanges(present)} mode={mode} />}
      {failures}
    </section>
  );
}

/** The word beside it says what it stands for. */
function Sign({ mark }: { readonly mark: NonNullable<VersionRow['mark']> }): VNode {
  return (
    <span aria-hidden="true">
      <MarkSign mark={mark} />
    </span>
  );
}

function Heading({ column, state }: { readonly column: VersionColumn; readonly state: PlaygroundState }): VNode {
  const { version } = column;
  const shown = state.shown.value === version;
  return (
    <th scope="col" class={`number ${shown ? 'shown' : ''}`}>
      <button
        type="button"
        class="name"
        aria-pressed={shown}
        title={`Show ${version} below and beside the lines`}
        onClick={() => {
          state.shown.value = version;
        }}
      >
        {version}
      </button>
    </th>
  );
}

interface CellProps {
  readonly column: VersionColumn;
  readonly row: VersionRow;
  /** Whether it is the first row: what has no numbers says so there, once. */
  readonly first: boolean;
  readonly rows: number;
  readonly shown: string;
}

function Cell({ column, row, first, rows, shown }: CellProps): VNode | null {
  const cell: VersionCell | undefined = row.cells.get(column.version);
  if (column.counted === null || cell === undefined) {
    if (!first || column.counted !== null) return null;
    return (
      <td class={`instead-of-numbers ${column.bad ? 'inexact' : 'unseen'}`} rowSpan={rows}>
        {column.bad || column.word === 'not asked' ? column.word : <Pending word={column.word} />}
      </td>
    );
  }
  const { text, exact, zero, differs } = cell;
  const classes = ['number', zero ? 'zero' : '', differs ? 'changed' : '', shown === column.version ? 'shown' : ''];
  return (
    <td class={classes.filter(Boolean).join(' ')} title={exact ?? undefined}>
      {zero ? (
        <>
          <span aria-hidden="true">·</span>
          <span class="spoken">0</span>
        </>
      ) : (
        text
      )}
    </td>
  );
}

/** As wide as a number, so that the table does not move when that comes. */
function Pending({ word }: { readonly word: string }): VNode {
  return (
    <span title={word}>
      <span aria-hidden="true">…</span>
      <span class="spoken">{word}</span>
    </span>
  );
}

interface ChangesProps {
  readonly changes: readonly VersionChange[];
  readonly mode: Answer['mode'];
}

function Changes({ changes, mode }: ChangesProps): VNode {
  if (changes.length === 0) {
    return (
      <p class="note">
        {mode === 'statement' ? 'No difference between these versions.' : 'The same objects on each of them.'}
      </p>
    );
  }
  return (
    <ul class="changes-list" aria-label="What changes from version to version">
      {changes.map(({ version, parts }) => (
        <li key={version}>
          <b>{version}</b>: {parts.slice(0, PARTS_SHOWN).join(', ')}
          {parts.length > PARTS_SHOWN ? `, and ${plural(parts.length - PARTS_SHOWN, 'more difference')}` : ''}
        </li>
      ))}
    </ul>
  );
}

/** Why others than the shown one have no numbers; its own reason stands in the answer. */
function Failures({ answers, shown }: { readonly answers: readonly Answer[]; readonly shown: string }): VNode | null {
  const reasons = new Map<string, string[]>();
  for (const answer of answers) {
    const reason = minorOf(answer) === shown ? null : reasonOf(answer);
    if (reason === null) continue;
    const text = `${reason.title.toLowerCase()}: ${reason.message}`;
    reasons.set(text, [...(reasons.get(text) ?? []), minorOf(answer)]);
  }
  if (reasons.size === 0) return null;
  return (
    <ul class="changes-list trouble" aria-label="Versions without exact numbers">
      {[...reasons].map(([text, versions]) => (
        <li key={text}>
          <b>{versions.join(', ')}</b> {text}
        </li>
      ))}
    </ul>
  );
}
