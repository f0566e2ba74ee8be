/** Runs a program under the agent, in the place of plain python, and reads what all its processes recorded. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { addCounts, type Counts, isZero, type TypeCounts, ZERO } from '../../core/counts.js';
import { PyallocsError } from '../../core/errors.js';
import type { Interpreter } from '../../core/interpreter.js';
import { EMPTY_INTERVAL, type Interval, typeRows } from '../../core/interval.js';
import type { Exit, ProcessRow, ProgramCounts, ProgramOutcome, ProgramWarning, RegionRow } from '../../core/program.js';
import { count } from '../../core/units.js';
import type { Program, ProgramOptions } from '../engine.js';
import { ended, started } from '../processes.js';
import { wrongInterval } from '../runner.js';
import { Recording, type RecordingHead, type RegionTally, type Tally, withAllocator } from './recording.js';
import { refusalSentence } from './refusals.js';
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

/** How long a process of the program may outlive it, in milliseconds, before its counts are read while it runs. */
const GRACE = 3000;
const GRACE_STEP = 10;
/** States in /proc/PID/stat: a zombie, dead. */
const DEAD = ['Z', 'X', 'x'];
/** How often a recording is read that changes while it is read. */
const TRIES = 20;

/** What one process recorded. */
interface ProcessRecord {
  readonly head: RecordingHead;
  readonly startup: Tally;
  readonly program: Tally;
  readonly shutdown: Tally;
  readonly regions: readonly RegionTally[];
  readonly waited: ReadonlyMap<number, number>;
  /** It changed while it was read. */
  readonly torn: boolean;
}

/** How the first process of a program ended. */
interface Ended {
  readonly pid: number | undefined;
  readonly exit: Exit | null;
  readonly timedOut: boolean;
  readonly seconds: number;
  /** It could not be started. */
  readonly error: NodeJS.ErrnoException | null;
}

/** Runs `python` with the program and counts it. */
export async function runProgram(
  python: string,
  interpreter: Interpreter,
  program: Program,
  options: ProgramOptions,
): Promise<{ readonly interpreter: Interpreter } & ProgramOutcome> {
  const session = new SessionFolder();
  try {
    const end = await execute(python, program, options, session);
    await othersEnded(session);
    if (end.error !== null) {
      const code = end.error.code === 'ENOENT' ? 'not-found' : 'not-executable';
      return {
        interpreter,
        outcome: 'failed',
        exit: null,
        error: { code, message: `${python} could not be started: ${end.error.message}` },
      };
    }
    const { records, broken } = readAll(session);
    const first = firstOf(records, end);
    const asRun = first === undefined ? interpreter : withAllocator(interpreter, first.head);
    return { interpreter: asRun, ...outcomeOf(records, broken, asRun, end, options) };
  } finally {
    session.remove();
  }
}

function execute(python: string, program: Program, options: ProgramOptions, session: SessionFolder): Promise<Ended> {
  const more: Record<string, string> = options.steady ? { PYTHONHASHSEED: '0', PYALLOCS_STEADY: '1' } : {};
  const env = agentEnvironment(session.path, more);
  const start = process.hrtime.bigint();
  // The shell has the agent in it as well: it switches address randomisation off for what it executes.
  const child = options.steady
    ? spawn('/bin/sh', ['-c', 'exec "$0" "$@"', python, ...program.command], { stdio: 'inherit', env })
    : spawn(python, program.command, { stdio: 'inherit', env });
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
      resolve({ pid: child.pid, exit, timedOut, seconds, error });
    };
    child.on('error', (error) => over(null, error));
    child.on('exit', (code, signal) => over({ code, signal }, null));
  });
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

/** Waits for processes that the program started and that end shortly after it, as the helpers of multiprocessing do. */
async function othersEnded(session: SessionFolder): Promise<void> {
  const until = Date.now() + GRACE;
  while (Date.now() < until && session.recordings().some(isRunning)) await sleep(GRACE_STEP);
}

/** Whether the process that writes this recording goes on. One that is not a recording of ours has nobody who writes it. */
function isRunning(path: string): boolean {
  try {
    const recording = new Recording(path);
    try {
      return goesOn(recording.head);
    } finally {
      recording.close();
    }
  } catch (error) {
    if (!(error instanceof PyallocsError)) throw error;
    return false;
  }
}

function goesOn({ state, pid }: RecordingHead): boolean {
  if (state === 'exited') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !DEAD.includes(stat.charAt(stat.lastIndexOf(')') + 2)); // the name before may hold anything
  } catch {
    return false;
  }
}

/** `broken`: a process that was killed while it made its recording leaves one behind that is not whole. */
function readAll(session: SessionFolder): { records: ProcessRecord[]; broken: ProgramWarning[] } {
  const records: ProcessRecord[] = [];
  const broken: ProgramWarning[] = [];
  for (const path of session.recordings()) {
    try {
      records.push(readRecord(path));
    } catch (error) {
      if (!(error instanceof PyallocsError)) throw error;
      broken.push({ code: error.code, message: `a process is not in the counts: ${error.message}` });
    }
  }
  records.sort((a, b) => a.head.pid - b.head.pid || a.head.began - b.head.began);
  return { records, broken };
}

function readRecord(path: string): ProcessRecord {
  const recording = new Recording(path);
  try {
    for (let tries = 1; ; tries++) {
      const record = {
        head: recording.head,
        startup: recording.phase('startup'),
        program: recording.phase('program'),
        shutdown: recording.phase('shutdown'),
        regions: recording.regions(),
        waited: recording.waited(),
        torn: false,
      };
      if (recording.isAsRead() || !goesOn(record.head)) return record;
      if (tries === TRIES) return asFarAsRead(record);
      recording.refresh();
    }
  } finally {
    recording.close();
  }
}

/** Of a process that counts all the time: totals and rows are of different moments, so the rows alone are taken. */
function asFarAsRead(record: ProcessRecord): ProcessRecord {
  const ofRows = <T extends Interval>(tally: T): T => {
    const rows = [...tally.byType.values()].reduce(addCounts, ZERO);
    return { ...tally, counts: { ...rows, pools: tally.counts.pools, arenas: tally.counts.arenas } };
  };
  const regions = record.regions.map(ofRows);
  return { ...record, program: ofRows(record.program), shutdown: ofRows(record.shutdown), regions, torn: true };
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
): ProgramOutcome {
  const failed = (code: string, message: string): ProgramOutcome => ({
    outcome: 'failed',
    exit: end.exit,
    error: { code, message },
  });
  const first = firstOf(records, end);
  if (first === undefined || end.exit === null) {
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
  const counted = all.filter(({ head }) => head.refused === 0);
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

/**
 * A fork that only executes another program, as subprocess does on 3.8 and 3.9, is not a process of its own: what it
 * executed has its pid, and the parent it had.
 */
function withoutForksToExecute(records: readonly ProcessRecord[]): ProcessRecord[] {
  const executed = (fork: ProcessRecord): ProcessRecord | undefined =>
    records.find((one) => one !== fork && one.head.pid === fork.head.pid && one.head.parent === fork.head.pid);
  const forks = records.filter((one) => one.head.parent !== null && isZero(one.program.counts) && executed(one));
  return records
    .filter((one) => !forks.includes(one))
    .map((one) => {
      const fork = forks.find((other) => executed(other) === one);
      return fork === undefined ? one : { ...one, head: { ...one.head, parent: fork.head.parent } };
    });
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

/** How a process ended: as it says itself, or as who waited for it saw it. */
function exitOf(head: RecordingHead, all: readonly ProcessRecord[]): Exit | null {
  if (head.state === 'exited') return { code: head.exitCode, signal: null };
  for (const { waited } of all) {
    const status = waited.get(head.pid);
    if (status !== undefined) return exitOfStatus(status);
  }
  return goesOn(head) ? null : { code: null, signal: null };
}

/** A status as waitpid(2) gives it. */
function exitOfStatus(status: number): Exit {
  const signal = status & 127;
  return signal === 0 ? { code: (status >> 8) & 255, signal: null } : { code: null, signal: signalName(signal) };
}

function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? `signal ${number}`;
}
