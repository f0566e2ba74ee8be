// npm run build:site: site/, the playground with its interpreters as a folder for any host of static files.
// `-- --study DIR` puts the report of a study beside it. docs/hosting.md says what a host should send.
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import {
  ASKED,
  HEADERS,
  interpreterFiles,
  KEPT,
  PAGE_FOLDER,
  siteJson,
  studyPolicy,
  wantedReport,
} from '../dist/cli/playground-site.js';

const site = join(dirname(fileURLToPath(import.meta.url)), '..', 'site');
const { values: options } = parseArgs({ options: { study: { type: 'string' } } });
const report = options.study === undefined ? null : reportIn(options.study);

rmSync(site, { recursive: true, force: true });
cpSync(PAGE_FOLDER, site, { recursive: true });
for (const { address, folder, files } of interpreterFiles()) {
  mkdirSync(join(site, address), { recursive: true });
  for (const name of files) copyFileSync(join(folder, name), join(site, address, name));
}
if (report !== null) {
  mkdirSync(join(site, 'study'));
  copyFileSync(report, join(site, 'study/index.html'));
}
writeFileSync(join(site, 'site.json'), siteJson(report !== null));
writeFileSync(join(site, '_headers'), headersFile());
printSizes();
console.log(`
To look at it:  python3 -m http.server --bind 127.0.0.1 --directory site 8000
                then open http://127.0.0.1:8000/
To publish it:  docs/hosting.md`);

function reportIn(folder) {
  try {
    return wantedReport(folder);
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

/** As Netlify and Cloudflare Pages read it; other hosts leave it alone. No header stands in two rules for one file. */
function headersFile() {
  const { 'Content-Security-Policy': policy, ...all } = HEADERS;
  const rule = (path, headers) =>
    [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join('\n');
  const page = (path, cache, own = policy) => rule(path, { 'Content-Security-Policy': own, 'Cache-Control': cache });
  const rules = [
    rule('/*', all),
    ...['/', '/index.html', '/site.json'].map((path) => page(path, ASKED)),
    ...['/assets/*', '/interpreters/*'].map((path) => page(path, KEPT)),
  ];
  if (report !== null) rules.push(page('/study/*', ASKED, studyPolicy(readFileSync(report, 'utf8'))));
  return `${rules.join('\n\n')}\n`;
}

function printSizes() {
  const parts = [
    { name: 'the page', files: filesIn(PAGE_FOLDER) },
    ...interpreterFiles().map(({ minor, address }) => ({
      name: `CPython ${minor}`,
      files: filesIn(join(site, address)),
    })),
    ...(report === null ? [] : [{ name: 'the study', files: [report] }]),
  ];
  console.log(`${'site/'.padEnd(14)}${'bytes'.padStart(12)}${'compressed'.padStart(12)}`);
  for (const { name, files } of parts) {
    const size = files.reduce((sum, file) => sum + statSync(file).size, 0);
    const compressed = files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
    console.log(name.padEnd(14) + [size, compressed].map((n) => n.toLocaleString('en-US').padStart(12)).join(''));
  }
}

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
