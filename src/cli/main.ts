/** The command line: what is typed becomes a command; errors become sentences; only this file ends the process. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { EXIT, PyallocsError } from '../core/errors.js';
import { takeHost } from '../engines/host.js';
import { endAllProcesses } from '../engines/processes.js';
import { printable } from '../report/text/style.js';
import { print } from './context.js';
import { separateProgram } from './program-arguments.js';
import { guardSignals } from './signals.js';

const WELCOME = `pyallocs: how often does this Python code allocate, and who serves the memory?

  pyallocs bench 'y = x + 1' -s 'x = 1000'           a statement, on the newest embedded Python
  pyallocs bench 'y = x + 1' -s 'x = 1000' -p all    the same on every Python there is
  pyallocs stat script.py                            a whole program, in the Python that you use
  pyallocs record script.py                          the same by line; then: pyallocs report
  pyallocs serve                                     type Python in a browser, see what each line allocates

Counts are exact integers: objects created, from a freelist or from an allocator, by type.
All commands: pyallocs --help    One of them: pyallocs bench --help`;

export async function main(argv: readonly string[]): Promise<void> {
  let code: number = EXIT.exact;
  takeHost();
  guardStreams(() => code);
  guardSignals((asked) => {
    endAllProcesses();
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    process.exit(asked);
  });
  const program = await makeProgram(argv, (result) => {
    code = result;
  });
  const withValue = program.commands.flatMap(({ options }) => options.filter(({ required }) => required));
  const flags = new Set(withValue.flatMap(({ short, long }) => [short ?? '', long ?? '']));
  const words = separateProgram(argv, flags);
  try {
    if (argv.length === 0) print(WELCOME);
    else await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    code = explain(error, words.includes('--') ? words.slice(0, words.indexOf('--')) : words);
  }
  endAllProcesses();
  process.exitCode = code;
}

type MakeCommand = (run: (code: number) => void) => Command;

/** Each in a module of its own, loaded when it is typed: starting up is most of what a short program waits for. */
const COMMANDS: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  bench: async () => (await import('./commands/bench.js')).benchCommand,
  stat: async () => (await import('./commands/stat.js')).statCommand,
  record: async () => (await import('./commands/record.js')).recordCommand,
  report: async () => (await import('./commands/report.js')).reportCommand,
  annotate: async () => (await import('./commands/annotate.js')).annotateCommand,
  export: async () => (await import('./commands/export.js')).exportCommand,
  diff: async () => (await import('./commands/diff.js')).diffCommand,
  check: async () => (await import('./commands/check.js')).checkCommand,
  study: async () => (await import('./commands/study.js')).studyCommand,
  serve: async () => (await import('./commands/serve.js')).serveCommand,
  interpreters: async () => (await import('./commands/interpreters.js')).interpretersCommand,
};

/** The program with the command that was typed, or with all of them when it is none. */
async function makeProgram(argv: readonly string[], run: (code: number) => void): Promise<Command> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const program = new Command('pyallocs')
    .description('How often does this Python code allocate, and who serves the memory?')
    .version(version, '-V, --version', 'print the version of pyallocs')
    .option('--ascii', 'letters instead of signs, for terminals that cannot draw them', false)
    .option('--debug', 'print the stack trace of an error of pyallocs itself', false);
  const verb = argv.find((word) => !word.startsWith('-')) ?? '';
  const load = Object.hasOwn(COMMANDS, verb) ? [COMMANDS[verb]] : Object.values(COMMANDS);
  for (const command of load) if (command !== undefined) program.addCommand((await command())(run));
  const quiet = { writeErr: (): void => {} };
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput(quiet).showSuggestionAfterError(true).enablePositionalOptions(false);
  }
  return program;
}

/** What may have been meant, by the error and the command. */
const HINTS: Readonly<Record<string, string>> = {
  'commander.unknownOption bench': '; a statement that begins with - stands after --, or in --execute=STATEMENT',
  'commander.unknownOption stat': "; Python's own options stand after --, as in: pyallocs stat -- -O script.py",
  'commander.missingMandatoryOptionValue export': ': folded, speedscope, csv or pprof',
  'commander.unknownOption record': "; Python's own options stand after --, as in: pyallocs record -- -O script.py",
  'commander.unknownCommand run':
    '; totals of a program: pyallocs stat script.py; with lines: pyallocs record script.py',
};

/** Prints an error as a sentence; returns the exit code it asks for. */
function explain(error: unknown, argv: readonly string[]): number {
  const debug = argv.includes('--debug');
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.exact; // --help and --version
    const sentence = error.message.replace(/^error: /, '').trim();
    const verb = argv.find((word) => !word.startsWith('-')) ?? '';
    const hint = sentence.includes('Did you mean') ? '' : (HINTS[`${error.code} ${verb}`] ?? '');
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

/** A reader that goes away (`| head -1`) is no error: the exit code stays what it is by then. */
function guardStreams(code: () => number): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      endAllProcesses();
      process.exit(error.code === 'EPIPE' ? code() : EXIT.internal);
    });
  }
}
