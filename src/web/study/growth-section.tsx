/** How containers grow: the measured steps, drawn, and what so many items cost. */
import type { VNode } from 'preact';
import type { SeriesOnInterpreter, SeriesResult } from '../../core/study.js';
import { byteSize, plural } from '../../report/text/numbers.js';
import { studyCommandLine } from '../../report/text/study-words.js';
import { printable } from '../../report/text/style.js';
import { CopyLine } from '../components/copy-line.js';
import { Disclosure } from '../components/disclosure.js';
import { thin, whole } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import { StepChart } from '../components/step-chart.js';
import type { PageState } from './state.js';

/** Of the growth points in words; the table has them all. */
const POINTS_SHOWN = 14;
const UNTIL = 10_000;
/** A series keeps no more than so many of its first growth points. */
const POINTS_KEPT = 100;

export function GrowthSection({ state }: { readonly state: PageState }): VNode | null {
  const { series } = state.study;
  if (series.length === 0) return null;
  return (
    <section aria-labelledby="growth">
      <h2 id="growth">How containers grow</h2>
      <p class="note">
        Each step is an addition that asked for memory or resized a block; between the steps nothing is asked of the
        allocator. Only what grows is counted, not its items.
      </p>
      <div class="charts">
        {series.map((one) => (
          <Series key={one.id} one={one} state={state} />
        ))}
      </div>
    </section>
  );
}

/** Versions with the same growth are one line. */
function alike(results: readonly SeriesOnInterpreter[]): SeriesOnInterpreter[][] {
  const groups = new Map<string, SeriesOnInterpreter[]>();
  for (const one of results) {
    const key = one.growthPoints.join();
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

function Series({ one, state: { versionsOf } }: { readonly one: SeriesResult; readonly state: PageState }): VNode {
  const failed = one.results.filter((result) => result.failed !== undefined);
  const groups = alike(one.results.filter((result) => result.failed === undefined)).map((members) => ({
    members,
    name: versionsOf(members.map(({ interpreter }) => interpreter)),
    points: members[0]?.growthPoints ?? [],
  }));
  const said = groups.map(({ name, points }) =>
    points.length < POINTS_KEPT
      ? `${name}: ${plural(points.length, 'time')} until ${whole(UNTIL)} items`
      : `${name}: ${POINTS_KEPT} times until ${whole(points.at(-1) ?? 0)} items, and further`,
  );
  return (
    <article id={one.id}>
      <h3>{printable(one.title)}</h3>
      <p class="note">{printable(one.shows)}</p>
      <StepChart
        title={`${one.title}: how often it has asked for memory or resized a block`}
        description={said.join('; ')}
        xLabel="items, logarithmic"
        yLabel="times"
        until={UNTIL}
        series={groups.map(({ name, points }) => ({
          name,
          at: points.map((point) => point + 1),
          whole: points.length < POINTS_KEPT,
        }))}
      />
      <ul class="short">
        {groups.map(({ name, points }) => (
          <li key={name}>
            <b>{name}</b>{' '}
            {points.length === 0
              ? 'never asks'
              : `grows at ${points.slice(0, POINTS_SHOWN).map(whole).join(', ')}${points.length > POINTS_SHOWN ? ' …' : ''} items`}
          </li>
        ))}
      </ul>
      {failed.map(({ interpreter, failed: why }) => (
        <p key={interpreter} class="inexact-line">
          {versionsOf([interpreter])}: {printable(why ?? '')}
        </p>
      ))}
      <Disclosure summary="The numbers" content={() => <Numbers groups={groups} />} />
      <p class="again">
        <CopyLine line={studyCommandLine(one.id)} />
      </p>
    </article>
  );
}

interface Group {
  readonly name: string;
  readonly members: readonly SeriesOnInterpreter[];
  readonly points: readonly number[];
}

function Numbers({ groups }: { readonly groups: readonly Group[] }): VNode {
  return (
    <>
      {groups.map(({ name, members, points }) => (
        <div key={name}>
          <p class="note">
            {name}; all growth points: {points.map(whole).join(', ')}
          </p>
          <Scroll label={`Growth, ${name}`}>
            <table>
              <thead>
                <tr>
                  {['items', 'buffers', 'resizes', 'asked for', 'asked for by resizes'].map((title) => (
                    <th key={title} scope="col" class="number">
                      {title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {(members.at(-1)?.points ?? []).map((point) => (
                  <tr key={point.items}>
                    <th scope="row" class="number">
                      {whole(point.items)}
                    </th>
                    <td class="number">{whole(point.buffers)}</td>
                    <td class="number">{whole(point.resizes)}</td>
                    <td class="number" title={`${whole(point.bytes)} bytes`}>
                      {thin(byteSize(point.bytes))}
                    </td>
                    <td class="number" title={`${whole(point.resizeBytes)} bytes`}>
                      {thin(byteSize(point.resizeBytes))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scroll>
        </div>
      ))}
    </>
  );
}
