/** Time per execution without hooks, less that of the empty loop; and with operands that the compiler cannot fold. */
import { z } from 'zod';
import type { NetTime, StudyTimings } from '../../core/study.js';
import { nanoseconds } from '../../core/units.js';
import type { Session } from '../../engines/engine.js';
import { executionsOf, type Subject } from '../../engines/subject.js';
import type { Experiment } from '../experiments.js';
import { askMethod } from './ask.js';

const REPEATS = 5;
/** A run of more executions than this takes long enough for any clock. */
const EXECUTIONS = 1_000_000;
const EVENTS = 10_000_000;

const times = z.array(z.number()).min(1);
const schema = z.strictObject({
  times,
  unfolded: z.strictObject({ setup: z.string(), statement: z.string(), times }).nullable(),
});

type Row = StudyTimings['experiments'][number];

/** One row for each experiment that worked out. */
export async function askTime(session: Session, subjects: readonly Subject<Experiment>[]): Promise<readonly Row[]> {
  const loop = { setup: '', statement: 'pass', executions: EXECUTIONS, repeats: REPEATS };
  const asked = subjects.map((subject) => ({
    setup: subject.experiment.setup,
    statement: subject.experiment.statement,
    executions: executionsOf(subject, EXECUTIONS, EVENTS),
    repeats: REPEATS,
  }));
  const [empty, ...answers] = await askMethod(session, 'time', [loop, ...asked], schema);
  if (empty === null || empty === undefined) return [];
  const loopNs = netTime(empty.times, 0).medianNs;
  return answers.flatMap((answer, i): Row[] => {
    const subject = subjects[i];
    if (answer === null || subject === undefined) return [];
    const { unfolded } = answer;
    return [
      {
        id: subject.experiment.id,
        interpreter: session.interpreter.id,
        time: netTime(answer.times, loopNs),
        unfolded:
          unfolded === null
            ? null
            : { statement: unfolded.statement, setup: unfolded.setup, time: netTime(unfolded.times, loopNs) },
        loopNs: nanoseconds(loopNs),
      },
    ];
  });
}

/** `times`: of one execution, in each run. */
export function netTime(times: readonly number[], loopNs: number): NetTime {
  const sorted = times.map((one) => one - loopNs).toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? 0;
  const last = sorted.length - 1;
  return {
    medianNs: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2,
    minNs: at(0),
    maxNs: at(last),
    runs: sorted.length,
  };
}
