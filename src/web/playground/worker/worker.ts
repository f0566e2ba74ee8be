/** The worker of one interpreter: opens it, answers questions about code, one at a time. Its page ends it to cancel. */

import { unwrap } from '../../../core/assert.js';
import { hasNumbers, type Measurement } from '../../../core/outcome.js';
import type { ProgramResult } from '../../../core/program.js';
import { type Bytecode, bytecodeSchema } from '../../../engines/bytecode.js';
import { DEFAULT_MEASURE, type ProgramRun } from '../../../engines/engine.js';
import { askInstructions, encodeQuestion } from '../../../engines/instructions.js';
import { agrees, marksBetween, recordedRuns } from '../../../engines/marks.js';
import { type AskTexts, recordingOf } from '../../../engines/recorded-run.js';
import { selfCheckRefusal } from '../../../engines/self-check.js';
import { executionsOf, subjectOf } from '../../../engines/subject.js';
import { captureStreams } from '../../../engines/wasm/captured-streams.js';
import { crashWords } from '../../../engines/wasm/crash.js';
import { EMBEDDED, embeddedInterpreter } from '../../../engines/wasm/embedded.js';
import { EmbeddedInterpreter, type Opened, STATEMENT_ENVIRONMENT } from '../../../engines/wasm/interpreter.js';
import type { EmbeddedProgram } from '../../../engines/wasm/program.js';
import { countedProgram } from '../../../engines/wasm/program-outcome.js';
import type { FileSystem, LoadPyodide } from '../../../engines/wasm/pyodide.js';
import { whereOf, whereOfStatement } from '../../../engines/wasm/where.js';
import type { Answer, ProgramAnswer, ShownInstruction, StatementAnswer } from '../answer.js';
import { EXECUTIONS, type Growth } from '../growth.js';
import type { Question } from '../question.js';
import { type EngineFiles, fetchEngineFiles } from './engine-files.js';
import { PrintedOutput } from './printed-output.js';
import { PROGRAM, problemOf, problemOfProgram } from './problem.js';
import { countedFetch } from './progress.js';
import { instructionsOfProgram, instructionsOfStatement } from './shown-instructions.js';
import type { FromWorker, ToWorker } from './worker-messages.js';

/** The folder of a program in the interpreter. */
const FOLDER = '/playground';
/** Past this an interpreter is not used again: memory does not shrink, and all of it is put back after each question. */
const MEMORY_LIMIT = 768 * 2 ** 20;
/** Executions of a statement before its specialised instructions are looked at, and events that they may take. */
const WARMING = 1000;
const WARMING_EVENTS = 100_000;

interface Open {
  readonly interpreter: EmbeddedInterpreter;
  readonly opened: Opened;
  readonly version: string;
  readonly fs: FileSystem;
  readonly printed: PrintedOutput;
  readonly files: EngineFiles;
}

let open: Open | null = null;

const send = (message: FromWorker): void => postMessage(message);

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  answer(data).catch((error: unknown) => send({ kind: 'crashed', message: crashWords(error) }));
});
addEventListener('unhandledrejection', ({ reason }) => send({ kind: 'crashed', message: crashWords(reason) }));

async function answer(request: ToWorker): Promise<void> {
  switch (request.kind) {
    case 'open':
      open = await openInterpreter(request.version, request.folder);
      send({ kind: 'opened' });
      return;
    case 'ask': {
      const reusable = await (request.question.mode === 'program' ? askProgram : askStatement)(request.question);
      send({ kind: 'done', reusable: reusable && isSmall() });
      return;
    }
    case 'growth':
      send({ kind: 'growth', growth: await askGrowth(request.question) });
      send({ kind: 'done', reusable: isSmall() });
      return;
  }
}

const opened = (): Open => unwrap(open, 'an interpreter is open');

const isSmall = (): boolean => opened().interpreter.memorySize < MEMORY_LIMIT;

async function openInterpreter(version: string, folder: string): Promise<Open> {
  const printed = new PrintedOutput((part) => send({ kind: 'output', output: part }));
  let fs: FileSystem | undefined;
  const fetchPlain = globalThis.fetch;
  globalThis.fetch = countedFetch(fetchPlain, (loaded) => send({ kind: 'progress', loaded }));
  try {
    const [{ loadPyodide }, files] = await Promise.all([
      import(/* @vite-ignore */ `${folder}pyodide.mjs`) as Promise<{ loadPyodide: LoadPyodide }>,
      fetchEngineFiles(fetchPlain),
    ]);
    const result = await EmbeddedInterpreter.open({
      load: loadPyodide,
      indexURL: folder,
      core: files.core,
      harness: files.harness,
      mount: (system) => {
        fs = system;
        captureStreams(system, (stream, bytes) => printed.write(stream, bytes));
        system.mkdirTree(FOLDER);
        system.chdir(FOLDER);
        return [];
      },
      time: true,
      environment: STATEMENT_ENVIRONMENT,
      args: [],
    });
    const { interpreter, opened: about } = unwrap(result, 'the core knows the layout of this version');
    return { interpreter, opened: about, version, fs: unwrap(fs, 'it was mounted'), printed, files };
  } finally {
    globalThis.fetch = fetchPlain;
  }
}

function about(): StatementAnswer['result']['interpreter'] {
  const { version, opened: told } = opened();
  const offer = unwrap(
    EMBEDDED.find(({ minor }) => minor === version),
    'it is an embedded version',
  );
  return embeddedInterpreter(offer, null, told.version);
}

/** Of every answer of an interpreter that did not pass its self-check. */
function refusal(): Extract<Measurement, { readonly outcome: 'refused' }> | null {
  const { selfCheck } = opened().opened;
  return selfCheck.outcome === 'failed'
    ? { outcome: 'refused', reason: selfCheckRefusal(about().id, selfCheck) }
    : null;
}

/** Answers at once with the counts, and again with the instructions. */
async function askStatement({ setup, code }: Question): Promise<boolean> {
  const { interpreter, printed } = opened();
  const start = performance.now();
  const statement = { setup, statement: code };
  printed.discard();
  const measuring = refusal() ?? (await interpreter.measure(statement, DEFAULT_MEASURE));
  const [measurement, reusable] =
    'measurement' in measuring ? [measuring.measurement, measuring.reusable] : [measuring, true];
  const answered: StatementAnswer = {
    mode: 'statement',
    result: { interpreter: about(), ...measurement },
    instructions: null,
    pending: hasNumbers(measurement) && measurement.steady,
    problem: measurement.outcome === 'failed' ? problemOf(measurement.error) : null,
    ms: performance.now() - start,
  };
  send({ kind: 'answer', answer: answered });
  if (!answered.pending) return reusable;
  const found = await marksOf(statement, measurement);
  send({ kind: 'answer', answer: { ...answered, ...found, pending: false } });
  return reusable && found.reusable;
}

/** What each instruction of a statement allocates. */
async function marksOf(
  statement: { readonly setup: string; readonly statement: string },
  measurement: Measurement,
): Promise<{ readonly instructions: readonly ShownInstruction[] | null; readonly reusable: boolean }> {
  const { interpreter } = opened();
  const subject = subjectOf(statement, measurement);
  if (subject === null) return { instructions: null, reusable: true };
  const { executions, warming } = recordedRuns(subject, minor());
  const runs = [executions, 2 * executions].map((n) => ({ executions: n, warming }));
  const { recorded, reusable } = await interpreter.recordRuns(statement, runs);
  const [less, more] = await Promise.all(
    recorded.map((run) => whereOfStatement(run, opened().opened.version, instructionTexts)),
  );
  const codes = listed('bytecode', { ...statement, executions: executionsOf(subject, WARMING, WARMING_EVENTS) });
  if (less === undefined || more === undefined || codes === null) return { instructions: null, reusable };
  const marked = { executions, marks: marksBetween(less, more) };
  return { instructions: agrees(marked, subject) ? instructionsOfStatement(codes, marked) : null, reusable };
}

const minor = (): number => Number(opened().version.split('.')[1]);

async function askProgram({ code }: Question): Promise<boolean> {
  const { fs, printed } = opened();
  const start = performance.now();
  printed.keep();
  const refused = refusal();
  if (refused !== null) {
    const result: ProgramResult = { command: [PROGRAM], interpreter: about(), ...refused };
    send({ kind: 'answer', answer: programAnswer(result, null, null, start) });
    return true;
  }
  fs.writeFile(`${FOLDER}/${PROGRAM}`, code);
  const { run, reusable } = await record();
  const recording = recordingOf(run, FOLDER, 'folded', () => [{ file: PROGRAM, sha256: null }]);
  const codes = listed('listing', { statement: code });
  const instructions =
    recording === null || codes === null ? null : instructionsOfProgram(codes, recording, `${FOLDER}/${PROGRAM}`);
  send({ kind: 'answer', answer: programAnswer(run.result, recording, instructions, start) });
  return reusable;
}

function programAnswer(
  result: ProgramResult,
  recording: ProgramAnswer['recording'],
  instructions: Answer['instructions'],
  start: number,
): ProgramAnswer {
  const output = opened().printed.take();
  const exit = 'exit' in result ? result.exit : null;
  const problem = exit === null ? null : problemOfProgram(exit, output);
  return { mode: 'program', result, recording, instructions, problem, output, ms: performance.now() - start };
}

/** Runs and records the program in the folder. */
async function record(): Promise<{ readonly run: ProgramRun; readonly reusable: boolean }> {
  const { interpreter, files } = opened();
  const command = [PROGRAM];
  const program: EmbeddedProgram = {
    harness: files.program,
    module: files.module,
    command,
    argv: command,
    form: 'script',
    what: PROGRAM,
    environment: STATEMENT_ENVIRONMENT,
    path: [],
    warnings: [],
    terminals: [false, false, false],
    errors: 'strict',
    folders: [FOLDER],
  };
  const { ran, reusable } = interpreter.run(program, { stacks: 'folded', live: false });
  const result: ProgramResult = { command, interpreter: about(), ...countedProgram(ran, 1, command) };
  if (ran.recorded === null || (result.outcome !== 'exact' && result.outcome !== 'varying')) {
    return { run: { result, where: null, interpreterFiles: [] }, reusable };
  }
  return { run: await whereOf(result, ran.recorded, instructionTexts), reusable };
}

const instructionTexts: AskTexts = (codes) =>
  askInstructions({ codes, folder: FOLDER }, async (question) => ({
    text: opened().interpreter.instructions(opened().files.instructions, encodeQuestion(question, null)),
  }));

/** What this version compiles code to; null: it does not compile, or does not run. */
function listed(
  method: 'bytecode' | 'listing',
  experiment: { readonly statement: string; readonly setup?: string; readonly executions?: number },
): readonly Bytecode[] | null {
  const request = JSON.stringify({ method, experiments: [experiment] });
  const { interpreter, files } = opened();
  const { evaluated } = interpreter.evaluate(`${files.harness}\n${files.methods}`, request);
  if (evaluated.outcome === 'failed') return null;
  const [told] = JSON.parse(evaluated.text) as unknown[];
  const { success, data } = bytecodeSchema.safeParse(told);
  return success ? data : null;
}

async function askGrowth({ setup, code }: Question): Promise<Growth> {
  const statement = { setup, statement: code };
  const points: { executions: number; counts: (Growth & { outcome: 'counted' })['points'][number]['counts'] }[] = [];
  for (const executions of EXECUTIONS) {
    const { counted } = await opened().interpreter.countRuns(statement, [executions]);
    switch (counted.outcome) {
      case 'counted':
        points.push({ executions, counts: unwrap(counted.runs[0], 'one run was asked for').counts });
        break;
      case 'failed':
        return { outcome: 'failed', message: counted.error.message, error: counted.error };
      case 'refused':
        return { outcome: 'refused', message: counted.reason.message, error: null };
    }
  }
  return { outcome: 'counted', points };
}
