/** Whose a file is, by its path: the program's own, a library's, of the standard library, or no file at all. */
import type { Recording } from './recording.js';

export type FileOwner =
  /** Below the folder where the program was started, or beside its script. */
  | { readonly owner: 'program'; readonly path: string }
  /** Installed: the package and the path from it on. */
  | { readonly owner: 'library'; readonly name: string; readonly path: string }
  | { readonly owner: 'stdlib'; readonly name: string; readonly path: string }
  /** Code made while running, such as "<string>": there is no file. */
  | { readonly owner: 'generated'; readonly path: string }
  /** Any other file. */
  | { readonly owner: 'elsewhere'; readonly path: string };

/** site-packages/NAME, and Debian's dist-packages/NAME. */
const INSTALLED = /^(?:.*\/)?(?:site|dist)-packages\/(.+)$/;

/** /usr/lib/python3.12/json/decoder.py; /lib/python314.zip/json/decoder.py in the embedded engine. */
const STDLIB = /^.*\/lib(?:32|64)?\/python3[.\d]*t?(?:\.zip)?\/(.+)$/;

export class ProgramFiles {
  private readonly folders: readonly string[];
  /** Where the script lies, if that is where packages are installed: it is the program all the same. */
  private readonly installed: string | null;
  private readonly lib: string | null;
  private readonly mainFile: string | null;
  private readonly known = new Map<string, FileOwner>();

  constructor({ folder, command, interpreter }: Pick<Recording, 'folder' | 'command' | 'interpreter'>) {
    const script = scriptOf(command);
    const beside = script.kind === 'file' ? parentOf(absolute(slashed(script.path), folder)) : null;
    this.installed = beside !== null && INSTALLED.test(`${beside}/`) ? `${beside}/` : null;
    this.folders = [slashed(folder), ...(beside === null ? [] : [beside])].map((path) => path.replace(/\/*$/, '/'));
    this.lib = interpreter.path === null ? null : `${parentOf(slashed(interpreter.path)) ?? ''}/Lib/`;
    this.mainFile = script.kind === 'code' ? '<string>' : script.kind === 'input' ? '<stdin>' : null;
  }

  ownerOf(file: string): FileOwner {
    const found = this.known.get(file);
    if (found !== undefined) return found;
    const owner = this.find(file);
    this.known.set(file, owner);
    return owner;
  }

  /** How results name a file: from the program's folder on where it lies below it, otherwise as the interpreter does. */
  pathOf(file: string): string {
    const owner = this.ownerOf(file);
    return owner.owner === 'program' ? owner.path : file;
  }

  private find(file: string): FileOwner {
    if (file === this.mainFile) return { owner: 'program', path: file };
    if (file.startsWith('<')) return withoutFile(file);
    const path = slashed(file);
    if (this.installed !== null && path.startsWith(this.installed))
      return { owner: 'program', path: path.slice(this.installed.length) };
    const installed = INSTALLED.exec(path)?.[1];
    if (installed !== undefined) return { owner: 'library', name: topName(installed), path: installed };
    const inLib = this.lib !== null && path.startsWith(this.lib) ? path.slice(this.lib.length) : undefined;
    const standard = STDLIB.exec(path)?.[1] ?? inLib;
    if (standard !== undefined) return { owner: 'stdlib', name: topName(standard), path: standard };
    for (const folder of this.folders)
      if (path.startsWith(folder)) return { owner: 'program', path: path.slice(folder.length) };
    const relative = !path.startsWith('/') && !/^[A-Za-z]:\//.test(path);
    return relative ? { owner: 'program', path: path.replace(/^(\.\/)+/, '') } : { owner: 'elsewhere', path: file };
  }
}

/** What a row of a report by package is called. */
export function packageOf(owner: FileOwner): string {
  switch (owner.owner) {
    case 'program':
      return programPackage(owner.path);
    case 'library':
      return owner.name;
    case 'stdlib':
      return `(stdlib) ${owner.name}`;
    case 'generated':
      return '(generated)';
    case 'elsewhere':
      return parentOf(slashed(owner.path)) ?? owner.path;
  }
}

/** The folder of a package below the program's; for its own files "(program)". `src/` and `lib/` are no packages. */
function programPackage(path: string): string {
  const parts = path.split('/');
  if ((parts[0] === 'src' || parts[0] === 'lib') && parts.length > 1) parts.shift();
  return parts.length > 1 ? (parts[0] ?? '') : '(program)';
}

/** "<frozen importlib._bootstrap>" is of the standard library; "<string>" and the rest was made while running. */
function withoutFile(file: string): FileOwner {
  const frozen = /^<frozen ([\w.]+)>$/.exec(file)?.[1];
  if (frozen === undefined) return { owner: 'generated', path: file };
  return { owner: 'stdlib', name: frozen.split('.')[0] ?? frozen, path: file };
}

const topName = (path: string): string => (path.split('/')[0] ?? path).replace(/\.pyc?$/, '');

const slashed = (path: string): string => path.replaceAll('\\', '/');

function absolute(path: string, folder: string): string {
  if (path.startsWith('/') || /^[A-Za-z]:\//.test(path)) return path;
  return `${slashed(folder).replace(/\/*$/, '')}/${path.replace(/^(\.\/)+/, '')}`;
}

/** The folder a path lies in; null where it names none. */
function parentOf(path: string): string | null {
  const end = path.lastIndexOf('/');
  return end < 0 ? null : path.slice(0, end);
}

type Script =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'module' }
  | { readonly kind: 'code' }
  | { readonly kind: 'input' };

/** Python's own options that take the next word. */
const WITH_VALUE: readonly string[] = ['-W', '-X', '-Q', '--check-hash-based-pycs'];

/** What Python ran, from what stood after `python`. */
function scriptOf(command: readonly string[]): Script {
  for (let i = 0; i < command.length; i++) {
    const word = command[i] ?? '';
    if (word === '-') break;
    const letter = /^-[A-Za-z]*?([mc])/.exec(word)?.[1];
    if (letter !== undefined && !/^-[WXQ]/.test(word)) return { kind: letter === 'm' ? 'module' : 'code' };
    if (WITH_VALUE.includes(word)) i++;
    else if (word === '--') return command[i + 1] === undefined ? { kind: 'input' } : fileOf(command[i + 1] ?? '');
    else if (!word.startsWith('-')) return fileOf(word);
  }
  return { kind: 'input' };
}

const fileOf = (path: string): Script => (path === '-' ? { kind: 'input' } : { kind: 'file', path });
