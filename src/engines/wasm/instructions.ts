/** Asks an embedded interpreter what the instructions of recorded code objects are: the one that ran the program, or a new one. */
import { readFileSync } from 'node:fs';
import type { Offer } from '../engine.js';
import {
  ANSWER_TIMEOUT,
  type Attempt,
  askInstructions,
  encodeQuestion,
  type InstructionAnswer,
  type InstructionQuestion,
} from '../instructions.js';
import { distributionOf, packagesFolder, START_TIMEOUT } from './distribution.js';
import type { ProgramFolder } from './program-folders.js';
import { type Reply, WORKER_FILES, WorkerProcess } from './worker-process.js';

/**
 * `folders`: those that the program saw, to find its sources in. `ran`: the worker process in which it ran, whose
 * interpreter is asked first: it is there, and has what the program made in memory. Never fails: see askInstructions.
 */
export async function embeddedInstructions(
  offer: Offer,
  folders: readonly ProgramFolder[],
  question: InstructionQuestion,
  ran: WorkerProcess | null = null,
): Promise<InstructionAnswer> {
  const script = readFileSync(WORKER_FILES.instructions, 'utf8');
  return askInstructions(question, async (asked) => {
    const request = encodeQuestion(asked, null);
    if (ran?.alive) {
      const attempt = attemptOf(await ran.ask({ kind: 'instructions-here', script, request }, ANSWER_TIMEOUT));
      if ('text' in attempt) return attempt;
    }
    return askNew(offer, folders, script, request);
  });
}

async function askNew(
  offer: Offer,
  folders: readonly ProgramFolder[],
  script: string,
  request: string,
): Promise<Attempt> {
  const distribution = distributionOf(offer);
  const worker = new WorkerProcess({
    readable: [packagesFolder(distribution), ...folders.map(({ folder }) => folder)],
  });
  const seen = folders.map((one) => ({ ...one, writable: false }));
  try {
    return attemptOf(
      await worker.ask(
        { kind: 'instructions', distribution, folders: seen, script, request },
        START_TIMEOUT + ANSWER_TIMEOUT,
      ),
    );
  } finally {
    await worker.end();
  }
}

function attemptOf(reply: Reply): Attempt {
  switch (reply.kind) {
    case 'instructions':
      return { text: reply.text };
    case 'crashed':
      return { why: reply.message };
    case 'timeout':
      return { why: 'it did not answer in time' };
    default:
      throw new Error(`the worker process answered another question: ${reply.kind}`);
  }
}
