/** A worker process: one interpreter, one request at a time. Started by worker-process.ts. */
import { constants, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { unwrap } from '../../core/assert.js';
import { instructionsOf } from './bare.js';
import { crashWords } from './crash.js';
import { EmbeddedInterpreter, type OpenOptions, STATEMENT_ENVIRONMENT } from './interpreter.js';
import type { Answer, Request } from './messages.js';
import type { FileSystem, LoadPyodide } from './pyodide.js';
import { mountProgramFolders, mountReadOnly } from './read-only.js';
import { inheritStreams } from './streams.js';

let interpreter: EmbeddedInterpreter | undefined;

const send = unwrap(process.send, 'worker.js is started by pyallocs only').bind(process) as (answer: Answer) => boolean;

process.on('message', (request: Request) => {
  answer(request).then(send, (error: unknown) => send({ kind: 'crashed', message: crashWords(error) }));
});
// An exception that leaves the interpreter's own callbacks reaches neither of them.
process.on('uncaughtException', (error) => send({ kind: 'crashed', message: crashWords(error) }));
process.on('disconnect', () => process.exit());
// Emscripten's NODEFS asks the internals of Node for the flags of open(2); the permission model keeps those shut.
Reflect.set(process, 'binding', () => ({ fs: constants }));

async function answer(request: Request): Promise<Answer> {
  switch (request.kind) {
    case 'open':
      return open(request, {
        mount: (fs) => mountReadOnly(fs, request.folders),
        time: request.time,
        environment: { ...STATEMENT_ENVIRONMENT, PYTHONHASHSEED: String(request.hashSeed) },
        args: [],
      });
    case 'open-program':
      return open(request, {
        mount: (fs) => {
          inheritStreams(fs);
          mountProgramFolders(fs, request.folders);
          return [];
        },
        time: request.time,
        environment: request.environment,
        args: request.args,
      });
    case 'run':
      return { kind: 'ran', ...opened().run(request.program, request.record) };
    case 'time-program':
      return { kind: 'timed', ...opened().timeProgram(request.program) };
    case 'measure': {
      const measuring = await opened().measure(request.statement, request.options);
      return { kind: 'measured', measuring };
    }
    case 'count-runs':
      return { kind: 'counted', counting: await opened().countRuns(request.statement, request.runs) };
    case 'evaluate':
      return { kind: 'evaluated', ...opened().evaluate(request.code, request.argument) };
    case 'absent-modules':
      return { kind: 'absent-modules', modules: opened().absentModules() };
    case 'instructions-here':
      return { kind: 'instructions', text: opened().instructions(request.script, request.request) };
    case 'instructions': {
      const { distribution, folders, script } = request;
      const mount = (fs: FileSystem): void => mountProgramFolders(fs, folders);
      const bare = { load: await loader(distribution), indexURL: distribution + sep, mount };
      return { kind: 'instructions', text: await instructionsOf(bare, script, request.request) };
    }
  }
}

async function open(
  { distribution, core, harness }: Request & { readonly kind: 'open' | 'open-program' },
  options: Pick<OpenOptions, 'mount' | 'time' | 'environment' | 'args'>,
): Promise<Answer> {
  const result = await EmbeddedInterpreter.open({
    load: await loader(distribution),
    indexURL: distribution + sep,
    core: readFileSync(core),
    harness: readFileSync(harness, 'utf8'),
    ...options,
  });
  interpreter = result?.interpreter;
  return { kind: 'opened', opened: result?.opened ?? null };
}

function opened(): EmbeddedInterpreter {
  return unwrap(interpreter, 'no interpreter is open');
}

async function loader(distribution: string): Promise<LoadPyodide> {
  const module = (await import(pathToFileURL(join(distribution, 'pyodide.mjs')).href)) as { loadPyodide: LoadPyodide };
  return module.loadPyodide;
}
