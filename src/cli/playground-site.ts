/**
 * The playground as a site: which files it has beside the built page, where they lie, and what is said to a browser with
 * them. The same for `serve`, the development server (scripts/dev.mjs) and a folder for a static host (scripts/build-site.mjs).
 */
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PyallocsError } from '../core/errors.js';
import { distributionOf, installedEmbedded } from '../engines/wasm/distribution.js';
import { EMBEDDED, packageOf } from '../engines/wasm/embedded.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Built by `npm run build`. */
export const PAGE_FOLDER: string = join(ROOT, 'dist', 'web', 'playground');

/** What the page may load and run. WebAssembly is what the interpreters are made of; nothing is ever evaluated from text. */
export const PAGE_POLICY: string = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Sent with every answer. A <meta> cannot say who may show the page in a frame. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': `${PAGE_POLICY}; frame-ancestors 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Of what has its version or its hash in its name. */
export const KEPT = 'public, max-age=31536000, immutable';
/** Of all else: the browser asks each time whether it changed. */
export const ASKED = 'no-cache';

/** What Pyodide asks for when it starts: each release has some of them. */
const RUN_TIME_FILES = [
  'pyodide.mjs',
  'pyodide.asm.js',
  'pyodide.asm.mjs',
  'pyodide.asm.wasm',
  'pyodide.asm.data',
  'python_stdlib.zip',
  'pyodide_py.tar',
  'pyodide-lock.json',
  'repodata.json',
];

/** By minor version, where an interpreter lies beside the page. The version of the package is in it, so that a browser may keep it for good. */
export function interpreterAddresses(): Record<string, string> {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return Object.fromEntries(
    EMBEDDED.map((offer) => {
      const release = /^npm:pyodide@([\w.-]+)$/.exec(dependencies[packageOf(offer)] ?? '')?.[1];
      if (release === undefined) throw new Error(`package.json must name the release of ${packageOf(offer)}`);
      return [offer.minor, `interpreters/${offer.minor}-${release}/`];
    }),
  );
}

export interface InterpreterFiles {
  readonly minor: string;
  readonly address: string;
  /** Where npm or pip put them. */
  readonly folder: string;
  readonly files: readonly string[];
}

export function interpreterFiles(): InterpreterFiles[] {
  const addresses = interpreterAddresses();
  return installedEmbedded().map((offer) => {
    const folder = distributionOf(offer);
    const files = RUN_TIME_FILES.filter((name) => isFile(join(folder, name)));
    return { minor: offer.minor, address: addresses[offer.minor] ?? '', folder, files };
  });
}

/** What Pyodide loads as scripts or with XMLHttpRequest; all else comes by fetch(), which the page counts. */
const NOT_FETCHED = /\.(m?js|data)$/;

export interface Distribution {
  /** Relative to the page, with a slash at its end. */
  readonly address: string;
  /** Of the files that come by fetch(). */
  readonly fetchedBytes: number;
}

/** By minor version, what the page knows of an interpreter before it loads it. */
export function distributions(): Record<string, Distribution> {
  return Object.fromEntries(
    interpreterFiles().map(({ minor, address, folder, files }) => {
      const fetched = files.filter((name) => !NOT_FETCHED.test(name));
      const fetchedBytes = fetched.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
      return [minor, { address, fetchedBytes }];
    }),
  );
}

/** What the page asks for to know what lies beside it. */
export const siteJson = (study: boolean): string => `${JSON.stringify({ study })}\n`;

/** The report in the folder of a study; null: there is none. A link is none: it may lead out of the folder. */
export function studyReport(folder: string): string | null {
  const report = join(folder, 'report.html');
  return isFile(report) ? report : null;
}

/** The same of a folder that was asked for by name. */
export function wantedReport(folder: string): string {
  const report = studyReport(folder);
  if (report !== null) return report;
  throw new PyallocsError(
    'no-study',
    `${folder} holds no report.html of a study; this makes one: pyallocs study --out ${folder}`,
  );
}

/**
 * The policy for the report of a study: no more than its own <meta> allows, and of that only inline parts that it names by
 * their hash. It shares nothing with the playground: a page in a sandbox has an origin of its own.
 */
export function studyPolicy(page: string): string {
  const own = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page)?.[1] ?? '';
  const hashed = ['script-src', 'style-src'].map((directive) => {
    const sources = new RegExp(`(?:^|; )${directive} ([^;]*)`).exec(own)?.[1] ?? '';
    const hashes = sources.match(/'sha256-[\w+/]{43}='/g) ?? ["'none'"];
    return `${directive} ${hashes.join(' ')}`;
  });
  return [
    "default-src 'none'",
    ...hashed,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    'sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox',
  ].join('; ');
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
