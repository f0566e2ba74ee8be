/** The command line: what is typed becomes a command; errors become sentences; only this file ends the process. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EXIT, type ExitCode, PyallocsError } from '../core/errors.js';
import { endAllWorkers } from '../engines/wasm/worker-process.js';
import { printable } from '../report/text/style.js';
import { benchCommand } from './commands/bench.js';
import { interpretersCommand } from './commands/interpreters.js';
import { studyCommand } from './commands/study.js';
import { print } from './context.js';

const WELCOME = `pyallocs: how often does this Python code allocate, and who serves the memory?

  pyallocs bench 'y = x + 1' -s 'x = 1000'           a statement, on the newest embedded Python
  pyallocs bench 'y = x + 1' -s 'x = 1000' -p all    the same on six versions, side by side
  pyallocs study                                     the whole investigation, as a report

Counts are exact integers: objects created, from a freelist or from an allocator, by type.
All commands: pyallocs --help    One of them: pyallocs bench --help`;

export async function main(argv: readonly string[]): Promise<void> {
  guardStreams();
  guardSignals();
  let code: ExitCode = EXIT.exact;
  const program = makeProgram((result) => {
    code = result;
  });
  try {
    if (argv.length === 0) print(WELCOME);
    else await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    code = explain(error, argv);
  }
  endAllWorkers();
  process.exitCode = code;
}

function makeProgram(run: (code: ExitCode) => void): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('pyallocs')
    .description('How often does this Python code allocate, and who serves the memory?')
    .version(version, '-V, --version', 'print the version of pyallocs')
    .option('--ascii', 'letters instead of signs, for terminals that cannot draw them', false)
    .option('--debug', 'print the stack trace of an error of pyallocs itself', false);
  for (const command of [benchCommand(run), studyCommand(run), interpretersCommand(run)]) program.addCommand(command);
  const quiet = { writeErr: (): void => {} };
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput(quiet).showSuggestionAfterError(true).enablePositionalOptions(false);
  }
  return program;
}

/** Prints an error as a sentence; returns the exit code it asks for. */
function explain(error: unknown, argv: readonly string[]): ExitCode {
  const debug = argv.includes('--debug');
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.exact; // --help and --version
    const sentence = error.message.replace(/^error: /, '').trim();
    const hint =
      error.code === 'commander.unknownOption' && argv.includes('bench') && !sentence.includes('Did you mean')
        ? '; a statement that begins with - stands after --, or in --execute=STATEMENT'
        : '';
    const usage = sentence === '(outputHelp)' ? 'no such command; see: pyallocs --help' : sentence + hint;
    process.stderr.write(`pyallocs: ${printable(usage)}\n`);
    return EXIT.usage;
  }
  if (error instanceof PyallocsError) {
    process.stderr.write(`pyallocs: ${printable(error.message)}\n`);
    if (debug) process.stderr.write(`${error.stack}\n${error.cause === undefined ? '' : `${String(error.cause)}\n`}`);
    return error.exitCode;
  }
  const detail = debug && error instanceof Error ? error.stack : `${error}; --debug shows where`;
  process.stderr.write(`pyallocs: an error of pyallocs itself: ${printable(String(detail))}\n`);
  return EXIT.internal;
}

/** A reader that goes away (`| head -1`) is no error. */
function guardStreams(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      endAllWorkers();
      process.exit(error.code === 'EPIPE' ? EXIT.exact : EXIT.internal);
    });
  }
}

/** Ctrl-C and a polite kill end the workers too. */
function guardSignals(): void {
  const end = (code: number): void => {
    endAllWorkers();
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    process.exit(code);
  };
  process.on('SIGINT', () => end(EXIT.interrupted));
  process.on('SIGTERM', () => end(143));
}
