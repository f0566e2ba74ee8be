/** Real programs on one version: objects per millisecond, who served them, and what they were. */
import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import type { ProgramOnInterpreter, StudyProgram } from '../../core/study.js';
import { creationsPerMs, isCounted, programSummaries } from '../../core/study-programs.js';
import { percent } from '../../report/text/numbers.js';
import { rate, studyCommandLine } from '../../report/text/study-words.js';
import { printable, printableName } from '../../report/text/style.js';
import { BarChart } from '../components/bar-chart.js';
import { CopyLine } from '../components/copy-line.js';
import { thin, whole } from '../components/numbers.js';
import { Scroll } from '../components/scroll.js';
import type { PageState } from './state.js';

const TYPES_SHOWN = 3;

export function ProgramsSection({ state }: { readonly state: PageState }): VNode | null {
  const { study, timings, reference, nameOf } = state;
  const ran = programSummaries(study, timings).map(({ interpreter }) => interpreter.id);
  const chosen = useSignal(ran.find((id) => id === reference?.id) ?? ran[0] ?? '');
  if (study.programs.length === 0) return null;
  const rows = study.programs.flatMap((program) => {
    const result = program.results.find(({ interpreter }) => interpreter === chosen.value);
    return result === undefined ? [] : [{ program, result }];
  });
  return (
    <section aria-labelledby="programs">
      <h2 id="programs">Real programs</h2>
      <p class="note">
        Counted from the first instruction of the program to its last; times are of the same program without pyallocs.
      </p>
      <p class="controls">
        <label>
          Version{' '}
          <select
            value={chosen.value}
            onChange={(event) => {
              chosen.value = event.currentTarget.value;
            }}
          >
            {ran.map((id) => (
              <option key={id} value={id}>
                {nameOf(id)}
              </option>
            ))}
          </select>
        </label>
      </p>
      <Chart rows={rows} state={state} />
      <Table rows={rows} state={state} />
      <ul class="short">
        {study.programs.map(({ id, title, about }) => (
          <li key={id} id={id}>
            <b>{printable(title)}</b> {printable(about)} <CopyLine line={studyCommandLine(id)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface RowsProps {
  readonly rows: readonly { readonly program: StudyProgram; readonly result: ProgramOnInterpreter }[];
  readonly state: PageState;
}

function Chart({ rows, state: { timings } }: RowsProps): VNode {
  const counted = rows.flatMap(({ program, result }) => (isCounted(result) ? [{ program, result }] : []));
  const rated = counted.map(({ program, result }) => ({
    program,
    result,
    perMs: creationsPerMs(program, result.interpreter, result.counts, timings),
  }));
  const timed = rated.some(({ perMs }) => perMs !== null);
  const unit = timed ? 'objects created per millisecond' : 'objects created';
  const bars = rated.map(({ program, result, perMs }) => {
    const { total, freelist } = result.counts.creations;
    const value = timed ? (perMs ?? 0) : total;
    const part = total === 0 ? 0 : freelist / total;
    return {
      value,
      name: printable(program.title),
      text: thin(timed ? rate(value) : whole(total)),
      parts: [
        { kind: 'freelist' as const, value: value * part },
        { kind: 'allocator' as const, value: value * (1 - part) },
      ],
    };
  });
  return (
    <>
      <p class="note legend">
        <span>
          <svg class="key" width="14" height="12" aria-hidden="true">
            <rect class="freelist" width="14" height="12" />
          </svg>{' '}
          from a freelist
        </span>
        <span>
          <svg class="key" width="14" height="12" aria-hidden="true">
            <rect class="allocator" width="14" height="12" />
          </svg>{' '}
          from the allocator
        </span>
      </p>
      <BarChart
        title={unit}
        description={bars.map(({ name, text }) => `${name}: ${text}`).join('; ')}
        unit={unit}
        rows={bars.sort((a, b) => b.value - a.value)}
      />
    </>
  );
}

function Table({ rows, state: { timings } }: RowsProps): VNode {
  return (
    <Scroll label="Programs">
      <table>
        <thead>
          <tr>
            <th scope="col">program</th>
            <th scope="col">kind</th>
            {[
              'objects created',
              'per ms',
              'from freelists',
              'requests',
              'resizes',
              'arenas',
              'below imports',
              'ms',
            ].map((title) => (
              <th key={title} scope="col" class="number">
                {title}
              </th>
            ))}
            <th scope="col">most of them</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ program, result }) => (
            <tr key={program.id}>
              <th scope="row">
                {printable(program.title)}
                {result.outcome === 'varying' ? (
                  <span class="inexact" title={result.why ?? undefined}>
                    {' '}
                    ≈
                  </span>
                ) : null}
              </th>
              <td>{program.kind}</td>
              {isCounted(result) ? (
                <Cells program={program} result={result} timings={timings} />
              ) : (
                <td colSpan={9} class="inexact-line">
                  {result.outcome}: {printable(result.message)}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

interface CellsProps {
  readonly program: StudyProgram;
  readonly result: Extract<ProgramOnInterpreter, { readonly counts: unknown }>;
  readonly timings: PageState['timings'];
}

function Cells({ program, result, timings }: CellsProps): VNode {
  const { counts, imports, byType } = result;
  const { total, freelist } = counts.creations;
  const perMs = creationsPerMs(program, result.interpreter, counts, timings);
  const timed = timings?.programs.find((one) => one.id === program.id && one.interpreter === result.interpreter);
  const made = byType.filter(({ creations }) => creations.total > 0).slice(0, TYPES_SHOWN);
  return (
    <>
      <td class="number">{whole(total)}</td>
      <td class="number">{perMs === null ? '–' : thin(rate(perMs))}</td>
      <td class="number">{percent(freelist, total) || '–'}</td>
      <td class="number">{whole(counts.requests)}</td>
      <td class="number">{whole(counts.resizes)}</td>
      <td class="number">{counts.arenas === null ? '–' : whole(counts.arenas)}</td>
      <td class="number">{imports === null ? '–' : percent(imports.creations.total, total) || '–'}</td>
      <td
        class="number"
        title={
          timed === undefined ? undefined : `${rate(timed.minMs)} to ${rate(timed.maxMs)} ms in ${timed.runs} runs`
        }
      >
        {timed === undefined ? '–' : thin(rate(timed.medianMs))}
      </td>
      <td>
        {made.map(({ type, creations }) => `${printableName(type)} ${percent(creations.total, total)}`).join(', ')}
      </td>
    </>
  );
}
