// Fails when the playground asks a browser for more JavaScript than it may before the first interpreter, which is 14 MB.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PAGE_FOLDER } from '../dist/cli/playground-site.js';

/** Bytes, each file compressed as a host sends it. */
const LIMIT = 250_000;

const files = readdirSync(PAGE_FOLDER, { recursive: true })
  .filter((name) => /\.m?js$/.test(name))
  .map((name) => ({ name, size: gzipSync(readFileSync(join(PAGE_FOLDER, name))).length }))
  .sort((a, b) => b.size - a.size);
const total = files.reduce((sum, { size }) => sum + size, 0);
const row = (size, name) => `${size.toLocaleString('en-US').padStart(9)}  ${name}`;

for (const { name, size } of files) console.log(row(size, name));
console.log(row(total, `bytes of JavaScript, compressed; at most ${LIMIT.toLocaleString('en-US')}`));
if (files.length === 0) console.log('There is none: the playground is not built. npm run build');
process.exit(total > LIMIT || files.length === 0 ? 1 : 0);
