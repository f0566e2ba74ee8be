/** `pyallocs annotate`: the source of a program, with what each line allocates beside it. */
import { Command } from 'commander';
import {
  type AnnotatedFile,
  type AnnotateResult,
  annotate,
  filesNamed,
  functionNamed,
  sourceLines,
} from '../../core/annotate.js';
import { EXIT, type ExitCode, PyallocsError } from '../../core/errors.js';
import { formatAnnotate } from '../../report/text/annotate.js';
import { list } from '../../report/text/numbers.js';
import { type GlobalOptions, outputStyle, print } from '../context.js';
import { checkWritable, writeText } from '../files.js';
import { jsonOption, lineCount, outputOption } from '../options.js';
import { recordingArguments } from '../recording-arguments.js';
import { DEFAULT_RECORDING, readRecording } from '../recording-files.js';
import { sourceReader } from '../sources.js';

interface Options {
  readonly bytecode: boolean;
  readonly context: number;
  readonly function?: string;
  readonly json?: boolean;
  readonly output?: string;
}

const DETAILS = `
Without FILE, ${DEFAULT_RECORDING} is read; a first word that is no recording is the source. Counts are those of the line itself,
without what it calls. Without a source, the program's own files are shown; --json always has all files and instructions.

Examples:
  pyallocs annotate                          the program's own files
  pyallocs annotate app.py --bytecode        one file, each line unfolded into its instructions
  pyallocs annotate json/decoder.py          a file of the standard library, by the end of its path
  pyallocs annotate copy.py --function deepcopy --bytecode   one function of it
  pyallocs annotate other.pb.gz app.py       of another recording

Exit code: 0 the recording is exact, 1 it is varying, 2 wrong usage, no recording in the file, or no such source.`;

export function annotateCommand(run: (code: ExitCode) => void): Command {
  return new Command('annotate')
    .description('Show source lines with their objects, requests and bytes.')
    .argument('[file]', `the recording (default: ${DEFAULT_RECORDING})`)
    .argument('[source]', 'a source file, by its path or the end of it')
    .option('--bytecode', 'unfold each line into its instructions, with types', false)
    .option('--function <name>', 'only this function: load, Config.load, Config.*')
    .option('--context <lines>', 'lines to show around each line with an event', lineCount, 2)
    .addOption(jsonOption())
    .addOption(outputOption())
    .addHelpText('after', DETAILS)
    .action((file: string | undefined, source: string | undefined, options: Options, command: Command) => {
      run(annotateSource(file, source, options, command.optsWithGlobals<GlobalOptions>()));
    });
}

function annotateSource(
  first: string | undefined,
  second: string | undefined,
  options: Options,
  globals: GlobalOptions,
): ExitCode {
  const { file, source } = recordingArguments(first, second);
  if (options.output !== undefined) checkWritable(options.output);
  const recording = readRecording(file);
  const readSource = sourceReader(recording);
  const result = annotate(recording, readSource);
  const only = options.function ?? null;
  const files = only === null ? shownFiles(result, source) : filesOfFunction(result, source, only);
  const json = `${JSON.stringify(result, null, 2)}\n`;
  if (options.output !== undefined) writeText(options.output, json);
  const { bytecode, context } = options;
  const lines = (name: string): readonly string[] | null => {
    const text = readSource(name);
    return text === null ? null : sourceLines(text.text);
  };
  if (options.json === true) process.stdout.write(json);
  else print(formatAnnotate(result, { files, function: only, bytecode, context, source: lines }, outputStyle(globals)));
  return result.outcome === 'exact' ? EXIT.exact : EXIT.inexact;
}

/** Those that were asked for; otherwise the program's own, and of a program without files of its own the first. */
function shownFiles(result: AnnotateResult, source: string | null): readonly AnnotatedFile[] {
  if (source === null) {
    const own = result.files.filter((file) => file.own);
    return own.length > 0 ? own : result.files.slice(0, 1);
  }
  const named = filesNamed(result, source);
  if (named.length > 0) return named;
  throw noSource(result, source);
}

/** The parts of the files that are of the function; of any file where none was asked for. */
function filesOfFunction(result: AnnotateResult, source: string | null, name: string): readonly AnnotatedFile[] {
  const files = filesNamed(result, source);
  if (files.length === 0) throw noSource(result, source ?? '');
  const found = files.map((file) => functionNamed(file, name)).filter((file) => file !== null);
  if (found.length > 0) return found;
  const most = functionsOf(files).slice(0, 5);
  throw new PyallocsError(
    'no-source',
    `nothing was recorded in a function ${name}${source === null ? '' : ` of ${source}`}; most was in ${list(most)}`,
  );
}

/** By the objects they create themselves, most first. */
function functionsOf(files: readonly AnnotatedFile[]): string[] {
  const created = new Map<string, number>();
  for (const { lines } of files)
    for (const one of lines.flatMap(({ instructions }) => instructions))
      created.set(one.function, (created.get(one.function) ?? 0) + one.counts.creations.total);
  return [...created].sort(([, a], [, b]) => b - a).map(([name]) => name);
}

function noSource(result: AnnotateResult, source: string): PyallocsError {
  const most = result.files.slice(0, 5).map(({ path }) => path);
  return new PyallocsError(
    'no-source',
    most.length === 0
      ? `nothing was recorded in ${source}: the recording has no events in Python code`
      : `nothing was recorded in ${source}; the recording knows ${result.files.length} files, first of all ${list(most)}`,
  );
}
