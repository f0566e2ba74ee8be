/** What the processes of a program recorded, read when it has ended. */
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { addCounts, type Counts, isZero, ZERO } from '../../core/counts.js';
import { PyallocsError } from '../../core/errors.js';
import type { Interval } from '../../core/interval.js';
import type { Exit, ProgramWarning } from '../../core/program.js';
import { count } from '../../core/units.js';
import type { Book } from '../book.js';
import type { RawEvents } from '../where.js';
import { isBeingMade, Recording, type RecordingHead, type RegionTally, type Tally } from './recording.js';
import type { SessionFolder } from './worker-process.js';

/** How long a process of the program may outlive it, in milliseconds, before its counts are read while it runs. */
const GRACE = 3000;
const GRACE_STEP = 10;
/** States in /proc/PID/stat: a zombie, dead. */
const DEAD = ['Z', 'X', 'x'];
/** How often a recording is read that changes while it is read. */
const TRIES = 20;

/** What one process recorded. */
export interface ProcessRecord {
  readonly head: RecordingHead;
  readonly startup: Tally;
  readonly program: Tally;
  readonly shutdown: Tally;
  readonly regions: readonly RegionTally[];
  readonly waited: ReadonlyMap<number, number>;
  /** Where events came from, when that was recorded. */
  readonly book: Book | null;
  readonly types: readonly string[];
  readonly raw: RawEvents;
  /** It changed while it was read. */
  readonly torn: boolean;
}

/** Waits for processes that the program started and that end shortly after it, as the helpers of multiprocessing do. */
export async function othersEnded(session: SessionFolder): Promise<void> {
  const until = Date.now() + GRACE;
  while (Date.now() < until && someRun(session)) await sleep(GRACE_STEP);
}

/** A fork is done when its child has its file: so the files are listed again after their forks were read. */
function someRun(session: SessionFolder): boolean {
  const paths = session.recordings();
  return paths.some(isRunning) || session.recordings().length !== paths.length;
}

/** Whether the process that writes this recording goes on, or one it forked is not seen yet. One that is not a recording of
 * ours has nobody who writes it. */
function isRunning(path: string): boolean {
  try {
    if (isBeingMade(path)) return true;
    const recording = new Recording(path);
    try {
      return goesOn(recording.head) || recording.head.unborn > 0;
    } finally {
      recording.close();
    }
  } catch (error) {
    if (!(error instanceof PyallocsError) && !isGone(error)) throw error;
    return false;
  }
}

/** A child that found no room on the disk removes the file it began. */
const isGone = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

export function goesOn({ state, pid }: RecordingHead): boolean {
  if (state === 'exited') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !DEAD.includes(stat.charAt(stat.lastIndexOf(')') + 2)); // the name before may hold anything
  } catch {
    return false;
  }
}

/** `broken`: a process that was killed while it made its recording leaves one behind that is not whole, and one may have found
 * no room for it. */
export function readAll(session: SessionFolder): { records: ProcessRecord[]; broken: ProgramWarning[] } {
  const records: ProcessRecord[] = [];
  const broken: ProgramWarning[] = [];
  for (const path of session.recordings()) {
    try {
      records.push(readRecord(path));
    } catch (error) {
      if (isGone(error)) continue;
      if (!(error instanceof PyallocsError)) throw error;
      broken.push({ code: error.code, message: `a process is not in the counts: ${error.message}` });
    }
  }
  for (const why of session.unrecorded()) {
    broken.push({ code: 'unrecorded', message: `a process is not in the counts: ${why}` });
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
        book: recording.book(),
        types: recording.names(),
        raw: recording.rawEvents('program'),
        torn: false,
      };
      const { state, notes } = record.head;
      const runs = goesOn(record.head);
      if (recording.isAsRead() && !(runs && isWithinEvent(record))) {
        const isCutOff = (state !== 'exited' && !runs) || notes !== 0;
        return record.book !== null && isCutOff ? asFarAsRead(record) : record;
      }
      if (tries === TRIES) return { ...asFarAsRead(withWholeEvents(record)), torn: true };
      recording.refresh();
    }
  } finally {
    recording.close();
  }
}

/** Of a process that counts while it is read: an event whose object is in a row already has its request there as well. */
function withWholeEvents(record: ProcessRecord): ProcessRecord {
  const whole = <T extends Interval>(tally: T): T => {
    const rows = [...tally.byType].map(([type, row]): [string, Counts] => {
      const { creations, buffers } = row;
      return [type, { ...row, requests: count(creations.pymalloc + creations.malloc + buffers.total) }];
    });
    return { ...tally, byType: new Map(rows) };
  };
  const { program, shutdown, regions } = record;
  return { ...record, program: whole(program), shutdown: whole(shutdown), regions: regions.map(whole) };
}

/** Whether totals and rows are of different moments: a process that does not get on for a while may stand between the two. */
function isWithinEvent({ program, shutdown }: ProcessRecord): boolean {
  return [program, shutdown].some(({ counts, byType }) => {
    const rows = [...byType.values()].reduce(addCounts, ZERO);
    return !EVENTS.every((field) => rows[field] === counts[field]) || rows.creations.total !== counts.creations.total;
  });
}

const EVENTS = ['requests', 'resizes', 'relocations', 'releases', 'bytes', 'resizeBytes'] as const;

/** Of a process that counts all the time, was killed in the middle of that, or counted twice at once: totals and rows are of
 * different moments, so the rows alone are taken. */
function asFarAsRead(record: ProcessRecord): ProcessRecord {
  const ofRows = <T extends Interval>(tally: T): T => {
    const rows = [...tally.byType.values()].reduce(addCounts, ZERO);
    return { ...tally, counts: { ...rows, pools: tally.counts.pools, arenas: tally.counts.arenas } };
  };
  const regions = record.regions.map(ofRows);
  return { ...record, program: ofRows(record.program), shutdown: ofRows(record.shutdown), regions };
}

/**
 * A fork that only executes another program, as subprocess does on 3.8 and 3.9, is not a process of its own: what it
 * executed has its pid, and the parent it had.
 */
export function withoutForksToExecute(records: readonly ProcessRecord[]): ProcessRecord[] {
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

/** How a process ended: as it says itself, or as who waited for it saw it. */
export function exitOf(head: RecordingHead, all: readonly ProcessRecord[]): Exit | null {
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
