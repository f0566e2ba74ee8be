/** Runs a program under the agent, in the place of plain python, and reads what all its processes recorded. */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { addCounts, type Counts, type TypeCounts, ZERO } from '../../core/counts.js';
import type { Interpreter } from '../../core/interpreter.js';
import { EMPTY_INTERVAL, type Interval, typeRows } from '../../core/interval.js';
import type {
  Exit,
  ProcessRow,
  ProgramCounts,
  ProgramOutcome,
  ProgramResult,
  ProgramWarning,
  RegionRow,
} from '../../core/program.js';
import { count } from '../../core/units.js';
import type { Program, ProgramOptions, ProgramRun } from '../engine.js';
import { ended, started } from '../processes.js';
import { wrongInterval } from '../runner.js';
import { exitOf, goesOn, othersEnded, type ProcessRecord, readAll, withoutForksToExecute } from './process-records.js';
import type { Python } from './pythons.js';
import { type RegionTally, withAllocator } from './recording.js';
import { refusalSentence } from './refusals.js';
import { recordVariables, whereOf } from './where.js';
import { agentEnvironment, SessionFolder } from './worker-process.js';

/** Passed on to the program. */
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
/** A terminal gives these to every process in its foreground itself. */
const OF_TERMINALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGHUP'];

/** Bits of `notes` in a recording: agent/native/recording.h. */
const NOTES: readonly (readonly [bit: number, warning: ProgramWarning])[] = [
  [
    1,
    {
      code: 'subinterpreters',
      message: 'the program made interpreters of its own; what they did at the same time as others is not exact',
    },
  ],
  [
    2,
    {
      code: 'hooks-replaced',
      message: "something in the program replaced pyallocs' hooks with its own; what came after is not counted",
    },
  ],
];

/** How the first process of a program ended. */
interface Ended {
  readonly pid: number | undefined;
  readonly exit: Exit | null;
  readonly timedOut: boolean;
  readonly seconds: number;
  /** It could not be started. */
  readonly error: NodeJS.ErrnoException | null;
  /** The end of its standard error, where it has none of ours. */
  readonly errors: string;
}

/** Runs a Python with the program and counts it. */
export async function runProgram(
  python: Python,
  interpreter: Interpreter,
  program: Program,
  options: ProgramOptions,
): Promise<ProgramRun> {
  const { command } = program;
  const session = new SessionFolder();
  try {
    const end = await execute(python, program, options, session);
    await othersEnded(session);
    if (end.error !== null) {
      const code = end.error.code === 'ENOENT' ? 'not-found' : 'not-executable';
      const error = { code, message: `${python.path} could not be started: ${end.error.message}` };
      return {
        result: { command, interpreter, outcome: 'failed', exit: null, error },
        where: null,
        interpreterFiles: [],
      };
    }
    const { records, broken } = readAll(session);
    const first = firstOf(records, end);
    const asRun = first === undefined ? interpreter : withAllocator(interpreter, first.head);
    const outcome = outcomeOf(records, broken, asRun, end, options, session);
    const result: ProgramResult = { command, interpreter: asRun, ...outcome };
    const { errors } = end;
    if (options.record === null || (result.outcome !== 'exact' && result.outcome !== 'varying')) {
      return { result, where: null, interpreterFiles: [], errors };
    }
    const counted = withoutForksToExecute(records).filter(isCounted);
    return { ...(await whereOf(result, counted, python, first, options.texts ?? true)), errors };
  } finally {
    session.remove();
  }
}

const isCounted = ({ head }: ProcessRecord): boolean => head.refused === 0;

function execute(python: Python, program: Program, options: ProgramOptions, session: SessionFolder): Promise<Ended> {
  const more: Record<string, string> = {
    ...(options.steady ? { PYTHONHASHSEED: String(options.hashSeed ?? 0), PYALLOCS_STEADY: '1' } : {}),
    ...(options.record === null ? {} : recordVariables(options.record, options.live === true, python)),
  };
  const env = agentEnvironment(session.path, more);
  const start = process.hrtime.bigint();
  // The shell has the agent in it as well: it switches address randomisation off for what it executes.
  const stdio: StdioOptions = options.streams === 'none' ? ['ignore', 'ignore', 'pipe'] : 'inherit';
  const child = options.steady
    ? spawn('/bin/sh', ['-c', 'exec "$0" "$@"', python.path, ...program.command], { stdio, env })
    : spawn(python.path, program.command, { stdio, env });
  const errors = lastWritten(child.stderr);
  const running = { end: () => child.kill('SIGKILL') };
  started(running);
  const stopPassing = passSignals(child);
  let timedOut = false;
  const timer =
    options.timeout === null
      ? undefined
      : setTimeout(() => {
          timedOut = true;
          child.kill('SIGKILL');
        }, options.timeout * 1000);
  return new Promise((resolve) => {
    const over = (exit: Exit | null, error: NodeJS.ErrnoException | null): void => {
      clearTimeout(timer);
      stopPassing();
      ended(running);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      void errors().then((text) => resolve({ pid: child.pid, exit, timedOut, seconds, error, errors: text }));
    };
    child.on('error', (error) => over(null, error));
    child.on('exit', (code, signal) => over({ code, signal }, null));
  });
}

/** A process that outlives the program may hold its streams open for as long as it likes. */
const WAITS_FOR_ERRORS_MS = 500;

/** Reads a stream, until it is asked for what came last. */
function lastWritten(stream: Readable | null): () => Promise<string> {
  if (stream === null) return async () => '';
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => {
    text = (text + part).slice(-4000);
  });
  const closed = new Promise<void>((resolve) => stream.on('close', resolve));
  return async () => {
    const waited = new AbortController();
    await Promise.race([closed, delay(WAITS_FOR_ERRORS_MS, undefined, { signal: waited.signal }).catch(() => {})]);
    waited.abort();
    stream.destroy();
    return text;
  };
}

function passSignals(child: ChildProcess): () => void {
  const onTerminal = process.stdin.isTTY === true || process.stderr.isTTY === true;
  const pass = (signal: NodeJS.Signals): void => {
    if (!(onTerminal && OF_TERMINALS.includes(signal))) child.kill(signal);
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  return () => {
    for (const signal of SIGNALS) process.off(signal, pass);
  };
}

/** The record of the process that was started. */
function firstOf(records: readonly ProcessRecord[], { pid }: Ended): ProcessRecord | undefined {
  return (
    records.find(({ head }) => head.pid === pid && head.parent === null) ??
    records.find(({ head }) => head.parent === null)
  );
}

function outcomeOf(
  records: readonly ProcessRecord[],
  broken: readonly ProgramWarning[],
  interpreter: Interpreter,
  end: Ended,
  options: ProgramOptions,
  session: SessionFolder,
): ProgramOutcome {
  const failed = (code: string, message: string): ProgramOutcome => ({
    outcome: 'failed',
    exit: end.exit,
    error: { code, message },
  });
  const first = firstOf(records, end);
  if (first === undefined || end.exit === null) {
    const [why] = session.unrecorded();
    if (why !== undefined) return failed('unrecorded', `nothing was counted: ${why}`);
    return failed('agent-not-loaded', 'the agent was not loaded into this Python, so nothing was counted');
  }
  if (first.head.refused !== 0) {
    return { outcome: 'refused', reason: { code: 'unsupported', message: refusalSentence(first.head.refused) } };
  }
  if (first.head.began === 0 && records.length === 1) {
    return failed(
      'did-not-begin',
      'Python ended before the first instruction of the program, so there is nothing to count',
    );
  }
  const all = withoutForksToExecute(records);
  const counted = all.filter(isCounted);
  const whys = [
    ...broken,
    ...counted.flatMap(({ head }) => NOTES.filter(([bit]) => head.notes & bit).map(([, warning]) => warning)),
    ...counted.flatMap((record) => inexact(record, interpreter)),
    ...counted.flatMap(({ regions }) => regions.filter(({ disorder }) => disorder).map(disorderly)),
    ...(end.timedOut
      ? [{ code: 'timeout', message: `the program was ended after ${options.timeout} s: another run may get further` }]
      : []),
  ];
  const counts: ProgramCounts = { ...numbers(counted, first, end), warnings: warningsOf(all, counted) };
  const [why] = whys;
  return why === undefined
    ? { outcome: 'exact', exit: end.exit, ...counts }
    : { outcome: 'varying', exit: end.exit, why, ...counts, warnings: [...counts.warnings, ...whys.slice(1)] };
}

/** What in the numbers themselves says that they are not exact. */
function inexact({ head, program, torn }: ProcessRecord, { version }: Interpreter): ProgramWarning[] {
  const where = `process ${head.pid} (Python ${version})`;
  if (torn) return [{ code: 'still-running', message: `${where} outlived the program and counted while it was read` }];
  if (head.began === 0) return [];
  const wrong = wrongInterval(program, head.flags, program.objectRequests, head.minor);
  if (wrong === null) return [];
  return [
    head.state === 'exited'
      ? { code: 'inexact', message: `the count of ${where} is not exact: ${wrong}` }
      : { code: 'cut-off', message: `${where} was ended in the middle of an event, which may be missing: ${wrong}` },
  ];
}

function disorderly({ name }: RegionTally): ProgramWarning {
  const message = `the region ${JSON.stringify(name)} was left in the wrong order, or in another thread than it was entered in`;
  return { code: 'region-order', message };
}

function warningsOf(records: readonly ProcessRecord[], counted: readonly ProcessRecord[]): ProgramWarning[] {
  const notCounted = records
    .filter((record) => !counted.includes(record))
    .map(({ head }) => ({
      code: 'not-counted',
      message: `process ${head.pid} is not in the counts: ${refusalSentence(head.refused)}`,
    }));
  const running = counted
    .filter(({ head, torn }) => !torn && goesOn(head))
    .map(({ head }) => ({
      code: 'still-running',
      message: `process ${head.pid} outlived the program: what it did until then is in the counts`,
    }));
  return [...notCounted, ...running];
}

function numbers(records: readonly ProcessRecord[], first: ProcessRecord, end: Ended): Omit<ProgramCounts, 'warnings'> {
  const program = sum(records.map(({ program }) => program));
  return {
    counts: program.counts,
    byType: rowsOf(program),
    startup: first.startup.counts,
    shutdown: first.shutdown.counts,
    regions: regionsOf(records),
    processes: records.map((record) => processRow(record, records, record === first ? end : null)),
    threads: records.reduce((sum, { head }) => sum + head.threads, 0),
    seconds: end.seconds,
    runs: null,
    varies: {},
  };
}

function sum(intervals: readonly Interval[]): Interval {
  const byType = new Map<string, Counts>();
  for (const { byType: rows } of intervals) {
    for (const [type, counts] of rows) byType.set(type, addCounts(byType.get(type) ?? ZERO, counts));
  }
  const zero: Counts = { ...EMPTY_INTERVAL.counts, pools: count(0), arenas: count(0) };
  return { counts: intervals.reduce((total, { counts }) => addCounts(total, counts), zero), byType };
}

function rowsOf(interval: Interval): TypeCounts[] {
  return typeRows(interval);
}

function regionsOf(records: readonly ProcessRecord[]): RegionRow[] {
  const byName = new Map<string, RegionTally[]>();
  for (const { regions } of records) {
    for (const region of regions) byName.set(region.name, [...(byName.get(region.name) ?? []), region]);
  }
  return [...byName].map(([name, tallies]) => {
    const all = sum(tallies);
    const entries = tallies.reduce((total, region) => total + region.entries, 0);
    return { name, entries, counts: all.counts, byType: rowsOf(all) };
  });
}

function processRow(record: ProcessRecord, all: readonly ProcessRecord[], end: Ended | null): ProcessRow {
  const { head, program } = record;
  return {
    pid: head.pid,
    parent: head.parent,
    command: head.command,
    counts: program.counts,
    exit: end === null ? exitOf(head, all) : end.exit,
  };
}
