// Installs and builds, as far as something changed since the last time. Every npm script that needs either begins here.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'node_modules/.pyallocs-installed');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  console.error('Installing (about 370 MB: six Python interpreters, a compiler and the test tools) …');
  const npm = process.env.npm_execpath;
  const command = npm ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  run(command[0], command[1], { stdio: ['ignore', 'ignore', 'inherit'], shell: !npm });
  writeFileSync(stamp, lock);
} else {
  run(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
}

function run(command, args, options) {
  const { status } = spawnSync(command, args, { cwd: root, ...options });
  if (status !== 0) {
    console.error(`This command failed: ${[command, ...args].join(' ')}`);
    process.exit(status ?? 1);
  }
}
