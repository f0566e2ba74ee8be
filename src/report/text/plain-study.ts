/** allocation_results.txt: every number of a study in plain lines and a stable order, made for diff. */
import type { Counts } from '../../core/counts.js';
import { hasNumbers } from '../../core/outcome.js';
import type { StudyResult } from '../../core/study.js';
import { errorText } from './failure.js';

export function plainStudy(study: StudyResult): string {
  const lines: string[] = [];
  for (const experiment of study.experiments) {
    for (const result of experiment.results) {
      const name = `${experiment.id} ${result.interpreter.id} ${result.interpreter.version}`;
      if (hasNumbers(result)) {
        const kind = result.steady ? 'steady' : 'growing';
        lines.push(`${name} ${result.outcome} ${kind} n=${result.iterations} ${plainCounts(result.counts)}`);
        for (const row of result.byType) lines.push(`${name}   ${row.type} ${plainCounts(row)}`);
        for (const { executions, counts } of result.growth ?? [])
          lines.push(`${name}   after=${executions} ${plainCounts(counts)}`);
        if (result.growthPoints !== undefined) lines.push(`${name}   grows-at=${result.growthPoints.join(',')}`);
      } else {
        const why = result.outcome === 'failed' ? errorText(result.error) : result.reason.message;
        lines.push(`${name} ${result.outcome} ${why.replaceAll('\n', ' ')}`);
      }
    }
  }
  return `${lines.join('\n')}\n`;
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
