/** `pyallocs serve`: the playground on this machine. */
import { Command, InvalidArgumentError } from 'commander';
import { EXIT, type ExitCode, PyallocsError } from '../../core/errors.js';
import { installedEmbedded } from '../../engines/wasm/distribution.js';
import { EMBEDDED } from '../../engines/wasm/embedded.js';
import { printable } from '../../report/text/style.js';
import { print } from '../context.js';
import { besidePage, pageRoutes } from '../playground-routes.js';
import { DEFAULT_HOST, DEFAULT_PORT, type PlaygroundServer, startPlaygroundServer } from '../playground-server.js';
import { studyReport, wantedReport } from '../playground-site.js';
import { stoppable } from '../signals.js';
import { STUDY_FOLDER } from '../study-files.js';

interface ServeOptions {
  readonly port?: number;
  readonly host: string;
  readonly study?: string;
}

const DETAILS = `
The interpreters run in the browser: the server only hands out files, and what is typed there never leaves the browser.

Examples:
  pyallocs serve                         then open the address that it prints
  pyallocs serve --port 9000             at an address that stays the same
  pyallocs serve --study results         with the report of a study in that folder, at /study/
  pyallocs serve --host 0.0.0.0          for other machines as well: anyone who reaches this one can read what is served

Exit code: 0 ended by Ctrl-C, 2 wrong usage, or the port that was asked for is taken.`;

export function serveCommand(run: (code: ExitCode) => void): Command {
  return new Command('serve')
    .description(
      'Serve the playground: an editor in the browser where each line and instruction shows what it allocates.',
    )
    .option('--port <n>', `the port; 0 for any that is free (default: ${DEFAULT_PORT}, or a free one)`, portNumber)
    .option('--host <address>', 'the address of this machine to serve it at', DEFAULT_HOST)
    .option('--study <folder>', `a study whose report is served too (default: ${STUDY_FOLDER}, if it is here)`)
    .addHelpText('after', DETAILS)
    .action(async (options: ServeOptions) => run(await serve(options)));
}

async function serve({ port, host, study }: ServeOptions): Promise<ExitCode> {
  if (study !== undefined) wantedReport(study);
  const folder = study ?? STUDY_FOLDER;
  if (installedEmbedded().length === 0) {
    const message =
      "the playground needs an embedded Python, and none is installed; this installs one: pip install 'pyallocs[cli]'";
    throw new PyallocsError('no-distribution', message);
  }
  const routes = [pageRoutes(), besidePage(() => studyReport(folder))];
  await stoppable(async (stop) => {
    const server = await startPlaygroundServer(routes, host, port ?? null);
    announce(server, studyReport(folder) === null ? null : folder);
    if (port === undefined && server.port !== DEFAULT_PORT) tell(`Port ${DEFAULT_PORT} is taken, so this is another.`);
    tell('Ctrl-C ends it.');
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve));
    await server.close();
  });
  return EXIT.exact;
}

function announce({ url, local, port }: PlaygroundServer, study: string | null): void {
  print(url);
  tell(`The playground with ${interpretersInWords()} in the browser.`);
  if (study !== null) tell(`The report of the study in ${study}: ${url}study/`);
  if (!local) tell(`Whoever reaches port ${port} of this machine can read it.`);
}

function interpretersInWords(): string {
  const there = installedEmbedded().map(({ minor }) => minor);
  if (there.length === EMBEDDED.length) return `CPython ${there[0]} to ${there.at(-1)}, which run`;
  const missing = "; this installs the others: pip install 'pyallocs[embedded-all]'. What is there runs";
  return `CPython ${there.join(', ')} only${missing}`;
}

function tell(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

function portNumber(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)
    throw new InvalidArgumentError('It must be a whole number from 0 to 65,535.');
  return Number(value);
}
