/**
 * What the playground answers: a table from each address to its file, listed beforehand. An address that does not stand in it,
 * letter for letter, is not there; nothing is decoded, resolved or looked up on the disk, so no request leads out of it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import sirv from 'sirv';
import { EXIT, PyallocsError } from '../core/errors.js';
import { ASKED, HEADERS, interpreterFiles, KEPT, PAGE_FOLDER, siteJson, studyPolicy } from './playground-site.js';

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** By address, from the slash on. */
export type Routes = ReadonlyMap<string, Respond>;

/** What lies beside the page, whoever serves that. `report`: the file of the study, if there is one at that moment. */
export function besidePage(report: () => string | null): Routes {
  const routes = new Map<string, Respond>();
  for (const { address, folder, files } of interpreterFiles()) {
    const respond = keptFiles(folder, files);
    for (const name of files) routes.set(`/${address}${name}`, respond);
  }
  routes.set('/site.json', (request, response) => {
    sendAsked(request, response, 'application/json', Buffer.from(siteJson(report() !== null)));
  });
  routes.set('/study', (_, response) => {
    response.writeHead(308, { Location: '/study/' }).end();
  });
  routes.set('/study/', (request, response) => {
    const page = contentOf(report());
    if (page === null) return sendSentence(response, 404, 'There is no study here; this makes one: pyallocs study');
    response.setHeader('Content-Security-Policy', studyPolicy(page.toString('utf8')));
    sendAsked(request, response, 'text/html;charset=utf-8', page);
  });
  return routes;
}

/** The built page itself. */
export function pageRoutes(folder: string = PAGE_FOLDER): Routes {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new PyallocsError(
      'not-built',
      `the playground is missing from this installation: ${folder}; in a clone, this builds it: npm run build`,
      { exitCode: EXIT.internal },
    );
  }
  const routes = new Map<string, Respond>();
  const page: Respond = (request, response) => {
    const content = contentOf(join(folder, 'index.html'));
    if (content === null)
      return sendSentence(response, 404, 'The playground was removed; this builds it: npm run build');
    sendAsked(request, response, 'text/html;charset=utf-8', content);
  };
  const assets = existsSync(join(folder, 'assets')) ? readdirSync(join(folder, 'assets'), { withFileTypes: true }) : [];
  const names = assets.filter((entry) => entry.isFile()).map(({ name }) => `assets/${name}`);
  const respond = keptFiles(folder, names);
  for (const name of names) routes.set(`/${name}`, respond);
  return routes.set('/', page).set('/index.html', page);
}

/** Answers if the address is in the table. */
export function respondFrom(routes: Routes, request: IncomingMessage, response: ServerResponse): boolean {
  const respond = routes.get((request.url ?? '').split('?', 1)[0] ?? '');
  if (respond === undefined) return false;
  setHeaders(response);
  if (request.method === 'GET' || request.method === 'HEAD') respond(request, response);
  else sendSentence(response.setHeader('Allow', 'GET, HEAD'), 405, 'Only GET and HEAD.');
  return true;
}

export function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
}

export function sendSentence(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain;charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${sentence}\n`);
}

/** Files of a folder that never change. sirv lists what there is once and reads from there; what is not in `names` does not get to it. */
function keptFiles(folder: string, names: readonly string[]): Respond {
  const respond = sirv(folder, { extensions: [] });
  const byEnd = new Map(names.map((name) => [name.slice(name.lastIndexOf('/') + 1), name]));
  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const name = byEnd.get(path.slice(path.lastIndexOf('/') + 1)) ?? '';
    response.setHeader('Cache-Control', KEPT);
    // Of these it knows none.
    if (/\.(data|tar)$/.test(name)) response.setHeader('Content-Type', 'application/octet-stream');
    if (name.endsWith('.py')) response.setHeader('Content-Type', 'text/plain;charset=utf-8');
    // It makes streams of ranges without looking at them; a server may leave a range out of account.
    delete request.headers.range;
    // It watches neither the file, which may be gone since it was listed, nor the browser, which may be.
    response.once('pipe', (file: Readable) => {
      file.once('error', () => response.destroy());
      response.once('close', () => file.destroy());
    });
    request.url = `/${name}`;
    respond(request, response, () => sendSentence(response, 404, 'There is nothing here.'));
  };
}

/** What may have changed since the browser last asked: named by a hash of its content. */
function sendAsked(request: IncomingMessage, response: ServerResponse, type: string, content: Buffer): void {
  const tag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
  response.setHeader('Cache-Control', ASKED).setHeader('ETag', tag);
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
  } else {
    response.writeHead(200, { 'Content-Type': type, 'Content-Length': content.length });
    response.end(content);
  }
}

function contentOf(path: string | null): Buffer | null {
  try {
    return path === null ? null : readFileSync(path);
  } catch {
    return null; // it was removed a moment ago
  }
}
