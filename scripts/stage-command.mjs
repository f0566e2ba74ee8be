// The command line as the Python distribution carries it, in build/command: what npm would publish, and the packages it imports,
// without embedded interpreters and without the agent, whose sources python/hatch_build.py adds. The last step of every build.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyPackages, packageJson } from './packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const COMMAND_FOLDER = join(root, 'build', 'command');
const LEFT_OUT = /(^|\/)(__pycache__|embedded|_command)$|\.(test|testkit)\.|\.d\.ts$|\.(tsbuildinfo|hash|so|toml~)$/;
/** What pip reads, and the command line does not. */
const OF_PIP = ['pyproject.toml', 'hatch_build.py', 'LICENSE', 'DESCRIPTION.md'].map((name) => `python/${name}`);

export function stageCommand() {
  rmSync(COMMAND_FOLDER, { recursive: true, force: true });
  mkdirSync(COMMAND_FOLDER, { recursive: true });
  for (const part of ['bin', 'dist', 'python', 'LICENSE']) {
    const filter = (path) => !LEFT_OUT.test(path) && !OF_PIP.includes(relative(root, path));
    cpSync(join(root, part), join(COMMAND_FOLDER, part), { recursive: true, filter });
  }
  const { name, version, license, type, engines, dependencies } = packageJson(root);
  const about = { name, version, license, type, engines, dependencies };
  writeFileSync(join(COMMAND_FOLDER, 'package.json'), `${JSON.stringify(about, null, 2)}\n`);
  const names = Object.keys(dependencies).filter((dependency) => !dependency.startsWith('pyodide-'));
  copyPackages(names, root, join(COMMAND_FOLDER, 'node_modules'));
}
