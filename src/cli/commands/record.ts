/** `pyallocs record`: a whole program with where its allocations come from. The program owns the streams, as in `stat`. */
import { Command, Option } from 'commander';
import { unwrap } from '../../core/assert.js';
import { PyallocsError } from '../../core/errors.js';
import type { Stacks } from '../../core/recording.js';
import type { Engine } from '../../engines/engine.js';
import { recordingOf } from '../../engines/recorded-run.js';
import { formatRecorded } from '../../report/text/recorded.js';
import { errorStyle, type GlobalOptions } from '../context.js';
import { ENGINES } from '../engines.js';
import { programExitCode } from '../exit-code.js';
import { checkWritable } from '../files.js';
import { jsonOption, programTimeoutOption, pythonOption } from '../options.js';
import { chooseForProgram } from '../program-interpreters.js';
import { DEFAULT_RECORDING, writeRecording } from '../recording-files.js';
import { withoutGuard } from '../signals.js';
import { sourceFiles } from '../source-files.js';

interface RecordOptions {
  readonly python: string[];
  readonly steady: boolean;
  readonly stacks: boolean;
  readonly fullRecursion?: boolean;
  readonly live: boolean;
  readonly timeout?: number;
  readonly json?: boolean;
  readonly output: string;
}

const DETAILS = `
The first word that is no option of pyallocs begins the program: what you would type after python. Options of Python
itself stand after --. The recording is gzipped pprof: go tool pprof, speedscope and Perfetto open it as it is.

Examples:
  pyallocs record script.py --verbose         then: pyallocs report
  pyallocs record -o before.pb.gz -m mymod    then: pyallocs diff before.pb.gz after.pb.gz
  pyallocs record --no-stacks script.py       lines and instructions only: cheaper
  pyallocs record --live script.py            also what lives: then pyallocs report --sort peak
  pyallocs record -p 3.14 -c 'import json'    in another Python

Exit code: that of the program, 128 + n if signal n ended it; 2 wrong usage, 125 pyallocs itself failed, 126 the
interpreter cannot be executed, 127 it was not found.`;

export function recordCommand(run: (code: number) => void): Command {
  return new Command('record')
    .description('Count the allocations of a whole program by line, instruction and call path.')
    .usage('[options] script.py args… | -m module | -c code | - | -- anything after python')
    .argument('[program...]', 'what you would type after python')
    .addOption(
      pythonOption(
        'that of `python -m pyallocs` or of the active virtual environment, or else the first python3 on PATH',
      ),
    )
    .option('-o, --output <file>', 'where to write the recording', DEFAULT_RECORDING)
    .option('--no-stacks', 'do not record the callers of each instruction')
    .addOption(new Option('--full-recursion', 'keep every level of recursion in the call paths').conflicts('noStacks'))
    .option('--live', 'also record which blocks live at the end, and which at the maximum of their bytes', false)
    .option('--steady', 'fix the hash seed and the address layout, so that the next run counts the same', false)
    .addOption(programTimeoutOption())
    .addOption(jsonOption('print the totals as JSON on standard error, in place of the summary'))
    .addHelpText('after', DETAILS)
    .action(async (program: string[], options: RecordOptions, command: Command) => {
      await record(program, options, command.optsWithGlobals<GlobalOptions>(), ENGINES, run);
    });
}

async function record(
  program: readonly string[],
  options: RecordOptions,
  globals: GlobalOptions,
  engines: readonly Engine[],
  run: (code: number) => void,
): Promise<void> {
  if (program.length === 0) {
    throw new PyallocsError('no-program', 'no program was given; try: pyallocs record script.py');
  }
  const [chosen, another] = chooseForProgram(engines, options.python);
  const { engine, offer, label } = unwrap(chosen, 'an interpreter was chosen');
  if (another !== undefined) {
    throw new PyallocsError(
      'one-interpreter',
      'a recording is of one interpreter; name one with -p, and record again for another',
    );
  }
  checkWritable(options.output);
  const folder = process.cwd();
  const stacks: Stacks = !options.stacks ? 'none' : options.fullRecursion === true ? 'full' : 'folded';
  const asked = { timeout: options.timeout ?? null, steady: options.steady, record: stacks, live: options.live };
  const { value } = await withoutGuard(() => engine.run(offer, label, { command: program }, asked));
  const recording = recordingOf(value, folder, stacks, ({ codes }) =>
    sourceFiles(codes, folder, value.interpreterFiles),
  );
  if (recording !== null) writeRecording(options.output, recording);
  const { result } = value;
  run(programExitCode(result));
  const text =
    options.json === true
      ? JSON.stringify({ schema: 'pyallocs/stat@1', ...result }, null, 2)
      : `${process.stderr.isTTY ? '\n' : ''}${formatRecorded(result, recording, options.output, errorStyle(globals))}`;
  process.stderr.write(`${text}\n`);
}
