/** The interpreters of the page, each in a web worker of its own. */
import { type Signal, signal } from '@preact/signals';
import { unwrap } from '../../../core/assert.js';
import { EMBEDDED, embeddedInterpreter } from '../../../engines/wasm/embedded.js';
import type { Answer } from '../answer.js';
import type { Question } from '../question.js';
import { DISTRIBUTIONS } from './distributions.js';
import { type Death, InterpreterWorker } from './interpreter-worker.js';
import type { Interpreters, Status } from './interpreters.js';
import { PROGRAM } from './problem.js';

/** Seconds after which code is ended that is still running. */
const TIMEOUT = 30;

/** Milliseconds that code may go on when another question is asked. */
const GRACE = 1000;

const LATE = {
  statement: `It was still running after ${TIMEOUT} seconds and was ended. A statement is executed some thousand times to count it; as a program, it runs once.`,
  program: `It was still running after ${TIMEOUT} seconds and was ended.`,
} as const;

export function webInterpreters(): Interpreters {
  const status: Signal<ReadonlyMap<string, Status>> = signal(new Map());
  const set = (version: string, now: Status): void => {
    status.value = new Map(status.value).set(version, now);
  };
  const workers = new Map<string, InterpreterWorker>();
  /** One is loaded at a time. */
  let loading: Promise<unknown> = Promise.resolve();
  /** The latest question: what belongs to a former one stops when it sees another. */
  let latest = 0;
  let asking: Promise<void> = Promise.resolve();

  /** The worker of a version, ready to be asked; null: it cannot be had. */
  async function ready(version: string): Promise<InterpreterWorker | null> {
    const there = workers.get(version);
    if (there?.alive) return (await there.opened) ? there : null;
    const { address, fetchedBytes } = unwrap(DISTRIBUTIONS[version], 'a version of this page');
    const folder = new URL(address, document.baseURI).href;
    const before = loading;
    set(version, { status: 'waiting' });
    const worker = new InterpreterWorker({ version, folder, bytes: fetchedBytes }, before, (now) => {
      if (workers.get(version) === worker) set(version, now);
    });
    workers.set(version, worker);
    loading = worker.opened;
    return (await worker.opened) ? worker : null;
  }

  /** Those that are ready first, else in the order that was asked for. */
  const ordered = (versions: readonly string[]): readonly string[] => {
    const [first, ...others] = versions;
    if (first === undefined) return [];
    const isReady = (version: string): boolean => status.value.get(version)?.status === 'ready';
    return [first, ...others.filter(isReady), ...others.filter((version) => !isReady(version))];
  };

  /** Works with one version after the other, until another question is the latest. */
  async function each(
    versions: readonly string[],
    work: (worker: InterpreterWorker, version: string) => Promise<void>,
  ): Promise<void> {
    const mine = latest;
    for (const version of ordered(versions)) {
      const worker = await ready(version);
      if (mine !== latest) return;
      if (worker === null) continue;
      await work(worker, version);
      if (!worker.alive) void ready(version); // another in its place
      if (mine !== latest) return;
    }
  }

  /** Ends a request that is no longer wanted, unless it is over soon. */
  function endLate(version: string, worker: InterpreterWorker, request: number): void {
    setTimeout(() => {
      if (worker.busy && worker.request === request) end(version, worker, 'Another run took its place.');
    }, GRACE);
  }

  function end(version: string, worker: InterpreterWorker, why: string): void {
    worker.end('cancelled', why);
    void ready(version); // another in its place
  }

  return {
    status,
    prepare: (version) => void ready(version),
    ask: (question, versions, take) => {
      latest++;
      for (const [version, worker] of workers) if (worker.busy) endLate(version, worker, worker.request);
      const limit = { seconds: TIMEOUT, late: LATE[question.mode] };
      asking = each(versions, async (worker, version) => {
        const end = await worker.ask(question, limit, (answer) => take(version, answer));
        if ('why' in end) take(version, failed(question, version, end));
      });
      return asking;
    },
    growth: async (question, versions, take) => {
      const mine = latest;
      await asking;
      if (mine !== latest) return;
      const limit = { seconds: TIMEOUT, late: LATE.program };
      await each(versions, async (worker, version) => {
        const end = await worker.growth(question, limit, (growth) => take(version, growth));
        if ('why' in end) take(version, { outcome: 'failed', message: end.why, error: null });
      });
    },
    cancel: () => {
      latest++;
      for (const [version, worker] of workers) if (worker.busy) end(version, worker, 'It was cancelled.');
    },
  };
}

/** The answer of an interpreter that did not live to give one. */
function failed(question: Question, version: string, { code, why, output }: Death): Answer {
  const offer = unwrap(
    EMBEDDED.find(({ minor }) => minor === version),
    'it is an embedded version',
  );
  const interpreter = embeddedInterpreter(offer, null, null);
  const answered = { instructions: null, problem: { at: null, message: why }, ms: 0 };
  return question.mode === 'statement'
    ? {
        mode: 'statement',
        result: { interpreter, outcome: 'failed', error: { code, message: why, line: null, place: null } },
        pending: false,
        ...answered,
      }
    : {
        mode: 'program',
        result: { command: [PROGRAM], interpreter, outcome: 'failed', exit: null, error: { code, message: why } },
        recording: null,
        output,
        ...answered,
      };
}
