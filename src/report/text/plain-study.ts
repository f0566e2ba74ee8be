/** allocation_results.txt: every number of a study in plain lines and a stable order, made for diff. */
import type { Counts } from '../../core/counts.js';
import { hasNumbers } from '../../core/outcome.js';
import type { StudyResult } from '../../core/study.js';
import { isCounted } from '../../core/study-programs.js';
import { errorText } from './failure.js';
import { printableName } from './style.js';

export function plainStudy(study: StudyResult): string {
  const lines: string[] = study.partial === true ? ['partial: the study was ended before its end'] : [];
  for (const { interpreter, message } of study.absent) lines.push(`absent ${interpreter} ${oneLine(message)}`);
  for (const experiment of study.experiments) {
    for (const result of experiment.results) {
      const name = `${experiment.id} ${result.interpreter.id} ${result.interpreter.version}`;
      if (hasNumbers(result)) {
        const kind = result.steady ? 'steady' : 'growing';
        lines.push(`${name} ${result.outcome} ${kind} n=${result.iterations} ${plainCounts(result.counts)}`);
        for (const row of result.byType) lines.push(`${name}   ${row.type} ${plainCounts(row)}`);
        for (const { executions, counts } of result.growth ?? [])
          lines.push(`${name}   after=${executions} ${plainCounts(counts)}`);
      } else {
        const why = result.outcome === 'failed' ? errorText(result.error) : result.reason.message;
        lines.push(`${name} ${result.outcome} ${why.replaceAll('\n', ' ')}`);
      }
    }
  }
  lines.push(...partLines(study));
  return `${lines.join('\n')}\n`;
}

const oneLine = (text: string): string => printableName(text);

/** What stands beside the experiments. A verdict that rests on time is not the same in the next run, and left out. */
function partLines({ experiments, series, limits, programs, observers, claims }: StudyResult): string[] {
  return [
    ...experiments.flatMap(({ id, methods }) =>
      methods.map(({ interpreter, tracemalloc, ids }) => {
        const net =
          tracemalloc && `blocks=${tracemalloc.blocks} bytes=${tracemalloc.bytes} in=${tracemalloc.executions}`;
        const addresses = ids && `kept=${ids.kept} dropped=${ids.dropped} of=${ids.results}`;
        return `methods ${id} ${interpreter} tracemalloc ${net ?? '-'} id ${addresses ?? '-'}`;
      }),
    ),
    ...series.flatMap(({ id, results }) =>
      results.flatMap(({ interpreter, growthPoints, points, failed }) => [
        `series ${id} ${interpreter} ${failed === undefined ? `grows-at=${growthPoints.join(',')}` : `failed ${oneLine(failed)}`}`,
        ...points.map(
          (p) =>
            `series ${id} ${interpreter} items=${p.items} buffers=${p.buffers} resizes=${p.resizes} bytes=${p.bytes} resize-bytes=${p.resizeBytes}`,
        ),
      ]),
    ),
    ...limits.flatMap(({ id, results }) =>
      results.map(
        (one) => `limit ${id} ${one.interpreter} measured=${one.measured ?? '-'} source=${one.source ?? '-'}`,
      ),
    ),
    ...programs.flatMap(({ id, results }) =>
      results.flatMap((one) =>
        isCounted(one)
          ? [
              `program ${id} ${one.interpreter} ${one.outcome} ${plainCounts(one.counts)}`,
              ...one.byType.map((row) => `program ${id} ${one.interpreter}   ${row.type} ${plainCounts(row)}`),
            ]
          : [`program ${id} ${one.interpreter} ${one.outcome} ${oneLine(one.message)}`],
      ),
    ),
    ...observers.flatMap(({ id, results }) =>
      results.map(
        ({ interpreter, perCall, note }) =>
          `observer ${id} ${interpreter} ${perCall === null ? `- ${oneLine(note ?? '')}` : plainCounts(perCall)}`,
      ),
    ),
    ...claims.flatMap(({ id, restsOn, verdicts }) =>
      restsOn === 'time'
        ? [`claim ${id} rests on time`]
        : verdicts.map(
            ({ interpreter, verdict, because }) => `claim ${id} ${interpreter} ${verdict} ${oneLine(because)}`,
          ),
    ),
  ];
}

function plainCounts(c: Counts): string {
  const { creations: o, buffers } = c;
  const fields: [string, number][] = [
    ['creations', o.total],
    ['freelist', o.freelist],
    ['pymalloc', o.pymalloc],
    ['malloc', o.malloc],
    ['foreign', o.foreign],
    ['buffers', buffers.total],
    ['requests', c.requests],
    ['resizes', c.resizes],
    ['relocations', c.relocations],
    ['releases', c.releases],
    ['bytes', c.bytes],
    ['resize-bytes', c.resizeBytes],
  ];
  return fields.map(([name, value]) => `${name}=${value}`).join(' ');
}
