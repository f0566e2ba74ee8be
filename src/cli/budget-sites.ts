/** Where a case of a budget creates most: the lines of its program, or of what its statement calls. */
import type { CheckSite } from '../core/check.js';
import { minorNumber } from '../core/interpreter.js';
import type { Measured } from '../core/outcome.js';
import type { Recording } from '../core/recording.js';
import { makeReport } from '../core/report.js';
import { DEFAULT_MEASURE } from '../engines/engine.js';
import { executionsIn, MarksProgram, recordedRuns } from '../engines/marks.js';
import { recordingOf } from '../engines/recorded-run.js';
import { recordProgram } from '../study/methods/marks.js';
import { type MeasureCases, programOptions } from './budget-measure.js';
import type { Planned } from './budget-plan.js';

const SITES = 3;

/** `counted`: of a statement. `budget`: the file. null: not known. */
export async function sitesOf(
  planned: Planned,
  counted: Measured | null,
  budget: string,
  asked: MeasureCases,
): Promise<CheckSite[] | null> {
  if (planned.budgetCase.subject.kind === 'command') return programSites(planned, asked);
  return counted === null ? null : statementSites(planned, counted, budget, asked);
}

async function programSites({ chosen, budgetCase }: Planned, asked: MeasureCases): Promise<CheckSite[] | null> {
  const { subject } = budgetCase;
  if (subject.kind !== 'command') return null;
  const options = { ...programOptions(asked), record: 'folded' as const };
  const run = await chosen.engine.run(chosen.offer, chosen.label, subject, options);
  const recording = recordingOf(run, process.cwd(), 'folded', () => []);
  if (recording === null) return null;
  const { region } = subject;
  const samples =
    region === null
      ? recording.samples
      : recording.samples.filter((sample) => sample.region?.split('/').includes(region) === true);
  return linesOf({ ...recording, samples }).slice(0, SITES);
}

/** What `python -c` runs: the texts of a statement stand for it, so that they are of the program and in no file. */
const CODE = '<string>';

/**
 * Of a steady statement: the lines of files that it runs, per execution. What its own text creates is at its case in the
 * budget. None where it creates everything itself; null where the recording is not what was counted.
 */
async function statementSites(
  { chosen, budgetCase: { subject, line } }: Planned,
  counted: Measured,
  budget: string,
  { folders, timeout }: MeasureCases,
): Promise<CheckSite[] | null> {
  if (subject.kind !== 'statement') return null;
  const minor = minorNumber(chosen.offer.minor);
  const one = { experiment: subject, counted };
  const program = new MarksProgram([one], minor);
  if (program.empty || counted.perOp === null) return null;
  const run = await recordProgram(chosen, program, { folders, timeout: timeout ?? DEFAULT_MEASURE.timeout });
  const recording = recordingOf(run, process.cwd(), 'folded', () => []);
  if (recording === null) return null;
  const inside = executionsIn(recording, CODE);
  const { executions } = recordedRuns(one, minor);
  const created = inside.samples.reduce((sum, { values }) => sum + values.creations, 0);
  if (created !== counted.perOp.creations.total * executions) return null;
  const lines = linesOf({ ...inside, command: ['-c', ''] });
  const own = lines.filter(({ file }) => file === CODE).reduce((sum, { creations }) => sum + creations, 0);
  const others = lines.filter(({ file }) => file !== CODE);
  if (others.length === 0) return [];
  return [...others, ...(own > 0 ? [{ file: budget, line, creations: own }] : [])]
    .map((site) => ({ ...site, creations: site.creations / executions }))
    .sort((a, b) => b.creations - a.creations || a.file.localeCompare(b.file) || a.line - b.line)
    .slice(0, SITES);
}

/** Most first. Libraries are charged to the lines that call them. */
function linesOf(recording: Recording): CheckSite[] {
  const { rows } = makeReport(recording, {
    by: ['line'],
    sort: 'creations',
    cumulative: false,
    mine: true,
    imports: true,
    types: [],
    origins: [],
    files: [],
    under: null,
  });
  return rows.flatMap(({ place, counts }) =>
    place?.line == null || counts.creations.total <= 0
      ? []
      : [{ file: place.file, line: place.line, creations: counts.creations.total }],
  );
}
