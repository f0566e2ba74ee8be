// npm run check: format, lint, types, layering, unused code, the size of the playground. A check that fails prints the command that mends it.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const tool = (path, ...args) => [process.execPath, [join(root, 'node_modules', path), ...args]];
const CHECKS = [
  { name: 'format', run: tool('@biomejs/biome/bin/biome', 'format', '.'), mend: 'npx biome format --write .' },
  {
    name: 'lint',
    run: tool('@biomejs/biome/bin/biome', 'lint', '--error-on-warnings', '.'),
    mend: 'npx biome lint --write .   (what is left needs a person)',
  },
  {
    name: 'types',
    run: tool('typescript/bin/tsc', '-p', 'tsconfig.test.json'),
    mend: 'npx tsc -p tsconfig.test.json --watch',
  },
  {
    name: 'layering',
    run: [process.execPath, [join(root, 'scripts/check-layers.mjs')]],
    mend: 'node scripts/check-layers.mjs',
  },
  { name: 'unused code', run: tool('knip/bin/knip.js'), mend: 'npx knip --fix   (read the diff)' },
  {
    name: 'size of the playground',
    run: [process.execPath, [join(root, 'scripts/check-playground-size.mjs')]],
    mend: 'node scripts/check-playground-size.mjs   (what it lists first is the largest)',
  },
];

let failed = 0;
for (const { name, run, mend } of CHECKS) {
  const { status, stdout, stderr } = spawnSync(run[0], run[1], { cwd: root, encoding: 'utf8' });
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  if (status === 0) continue;
  failed++;
  console.log(`${stdout}${stderr}\nTo mend it: ${mend}\n`);
}
process.exit(failed === 0 ? 0 : 1);
