/** Freelists, caches, singletons and pymalloc: what was measured beside what the source says. */
import type { VNode } from 'preact';
import type { LimitOnInterpreter, LimitResult } from '../../core/study.js';
import { printable } from '../../report/text/style.js';
import { whole } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import type { PageState } from './state.js';

const GROUPS = {
  freelists: 'Freelists: how many dead objects are kept for the next',
  caches: 'Caches: which values are ready-made',
  singletons: 'Singletons',
  pymalloc: 'pymalloc',
} as const;

export function LimitsSection({ state }: { readonly state: PageState }): VNode | null {
  const { limits } = state.study;
  if (limits.length === 0) return null;
  return (
    <section aria-labelledby="limits">
      <h2 id="limits">Freelists, caches and pymalloc: measured, beside the source</h2>
      <p class="note">
        A cell is what was measured; below it stands what CPython's source says where that is another number. – : this
        version has none, or cannot be asked.
      </p>
      {(Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((group) => {
        const rows = limits.filter((limit) => limit.group === group);
        return rows.length === 0 ? null : <Group key={group} title={GROUPS[group]} rows={rows} state={state} />;
      })}
      <p class="again note">
        To measure them again: <code>pyallocs study --only limits</code>
      </p>
    </section>
  );
}

interface GroupProps {
  readonly title: string;
  readonly rows: readonly LimitResult[];
  readonly state: PageState;
}

function Group({ title, rows, state: { study, nameOf, versionsOf } }: GroupProps): VNode {
  return (
    <>
      <h3>{title}</h3>
      <Scroll label={title}>
        <table class="limits">
          <thead>
            <tr>
              <th scope="col">what</th>
              {study.interpreters.map(({ id }) => (
                <th key={id} scope="col" class="number">
                  {nameOf(id)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((limit) => (
              <tr key={limit.id} id={limit.id}>
                <th scope="row" title={limit.how}>
                  {printable(limit.title)} <span class="note">{printable(limit.unit)}</span>
                </th>
                {study.interpreters.map(({ id }) => (
                  <Cell key={id} one={limit.results.find(({ interpreter }) => interpreter === id)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <ul class="short notes">
        {rows.flatMap((limit) =>
          notes(limit).map(([note, on]) => (
            <li key={`${limit.id} ${note}`}>
              <a href={`#${limit.id}`}>{printable(limit.title)}</a>, {versionsOf(on)}: {printable(note)}
            </li>
          )),
        )}
      </ul>
    </>
  );
}

const shown = (value: number | string): string => (typeof value === 'number' ? whole(value) : printable(value));

function Cell({ one }: { readonly one: LimitOnInterpreter | undefined }): VNode {
  if (one === undefined) return <td class="number unseen">–</td>;
  const { measured, source, sourceNote } = one;
  const differs = source !== null && String(source) !== String(measured);
  return (
    <td class="number" title={sourceNote}>
      {measured === null ? <span class="unseen">–</span> : shown(measured)}
      {differs ? <span class="source-says">source: {shown(source)}</span> : null}
    </td>
  );
}

/** Each note once, with the interpreters it holds for. */
function notes({ results }: LimitResult): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const { note, interpreter } of results)
    if (note !== null) found.set(note, [...(found.get(note) ?? []), interpreter]);
  return [...found];
}
