/** What started the command line has to say to it: `python -m pyallocs` and the script that pip installs (python/pyallocs/_cli.py). */
import { delimiter } from 'node:path';

interface Host {
  /** The Python of `python -m pyallocs`: it is taken where none is selected. */
  readonly python: string | null;
  /** Folders of packages with embedded interpreters, from pip; null: it was not pip that installed us. */
  readonly embedded: readonly string[] | null;
}

let host: Host = { python: null, embedded: null };

/** Takes it out of the environment: a program that is counted must not see it. */
export function takeHost(environment: NodeJS.ProcessEnv = process.env): void {
  const { PYALLOCS_PYTHON: python = '', PYALLOCS_EMBEDDED: embedded } = environment;
  delete environment['PYALLOCS_PYTHON'];
  delete environment['PYALLOCS_EMBEDDED'];
  host = {
    python: python === '' ? null : python,
    embedded: embedded === undefined ? null : embedded.split(delimiter).filter((folder) => folder !== ''),
  };
}

export const hostPython = (): string | null => host.python;

export const hostFolders = (): readonly string[] | null => host.embedded;
