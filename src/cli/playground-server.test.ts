import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { folder } from '../../test/cli.js';
import { besidePage, pageRoutes } from './playground-routes.js';
import { DEFAULT_PORT, type PlaygroundServer, startPlaygroundServer } from './playground-server.js';
import { HEADERS, interpreterAddresses, PAGE_POLICY, studyPolicy, studyReport } from './playground-site.js';

const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; style-src 'self'; " +
  "img-src 'self'; base-uri 'none'; form-action 'none'";
const FOREVER = 'public, max-age=31536000, immutable';
const HASH = `'sha256-${'A'.repeat(43)}='`;
const REPORT = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${HASH}; style-src ${HASH} 'unsafe-inline'">report`;

const outside = folder({ 'secret.txt': 'secret' });
const built = folder({
  'index.html': '<p>page</p>',
  'assets/index-1a2b.js': 'script()',
  'assets/index-1a2b.css': 'p {}',
  'assets/pyallocs-3c4d.wasm': '\0asm',
  'not-listed.txt': 'not listed',
  'assets/.hidden': 'hidden',
});
const study = folder({ 'report.html': REPORT, 'run.json': '{}', 'data/a.csv': 'a' });
symlinkSync(join(outside, 'secret.txt'), join(built, 'assets', 'link.js'));
symlinkSync(outside, join(built, 'assets', 'linked'));

const routes = [pageRoutes(built), besidePage(() => studyReport(study))];
const { '3.14': address = '' } = interpreterAddresses();
let server: PlaygroundServer;
beforeAll(async () => {
  server = await startPlaygroundServer(routes, '127.0.0.1', 0);
});
afterAll(() => server.close());

const get = (path: string, init: RequestInit = {}): Promise<Response> => fetch(server.url + path, init);

/** The answer to these very bytes, to its end. */
function raw(request: string | Buffer): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.end(request);
  return text(socket);
}

/** The answer to a request for this very target. */
const target = (path: string | Buffer, host = `127.0.0.1:${server.port}`): Promise<string> =>
  raw(
    Buffer.concat([
      Buffer.from('GET '),
      Buffer.from(path),
      Buffer.from(` HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    ]),
  );

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1]);

describe('the server of the playground', () => {
  test.each([
    ['', 'text/html;charset=utf-8', 'no-cache'],
    ['index.html', 'text/html;charset=utf-8', 'no-cache'],
    ['site.json', 'application/json', 'no-cache'],
    ['assets/index-1a2b.js', 'text/javascript', FOREVER],
    ['assets/index-1a2b.css', 'text/css', FOREVER],
    ['assets/pyallocs-3c4d.wasm', 'application/wasm', FOREVER],
    [`${address}pyodide.mjs`, 'text/javascript', FOREVER],
    [`${address}pyodide.asm.wasm`, 'application/wasm', FOREVER],
    [`${address}python_stdlib.zip`, 'application/zip', FOREVER],
    [`${address}pyodide-lock.json`, 'application/json', FOREVER],
    [`${interpreterAddresses()['3.10']}pyodide.asm.data`, 'application/octet-stream', FOREVER],
    [`${interpreterAddresses()['3.10']}pyodide.asm.js`, 'text/javascript', FOREVER],
    [`${interpreterAddresses()['3.10']}pyodide_py.tar`, 'application/octet-stream', FOREVER],
  ])('says of /%s what it is, and how long it stays so', async (path, type, cache) => {
    const { status, headers, body } = await get(path, { method: 'HEAD' });
    expect([status, headers.get('content-type'), headers.get('cache-control'), body]).toEqual([200, type, cache, null]);
    expect(Number(headers.get('content-length'))).toBeGreaterThan(0);
    expect(headers.get('content-security-policy')).toBe(`${POLICY}; frame-ancestors 'none'`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  });

  test('the policy is what a page without headers says too', () => {
    expect(PAGE_POLICY).toBe(POLICY);
    expect(HEADERS['Content-Security-Policy']).toBe(`${PAGE_POLICY}; frame-ancestors 'none'`);
  });

  test('gives the bytes of the files', async () => {
    expect(await (await get('')).text()).toBe('<p>page</p>');
    expect(await (await get('?x=1')).text()).toBe('<p>page</p>');
    expect(await (await get('assets/index-1a2b.js')).text()).toBe('script()');
    const module = await (await get(`${address}pyodide.mjs`)).text();
    expect(module).toContain('loadPyodide');
  });

  test('a page that has not changed is not sent again', async () => {
    const tag = (await get('')).headers.get('etag') ?? '';
    const again = await get('', { headers: { 'If-None-Match': tag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('content-security-policy')).toBe(HEADERS['Content-Security-Policy']);
    expect((await get('', { headers: { 'If-None-Match': '"other"' } })).status).toBe(200);
  });

  test.each(['', 'assets/index-1a2b.js', 'site.json', 'study/', 'nothing'])(
    'refuses other methods on /%s',
    async (path) => {
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
        const { status, headers } = await get(path, { method });
        expect([method, status, headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
        expect(headers.get('content-security-policy')).toBe(HEADERS['Content-Security-Policy']);
      }
    },
  );

  test.each([
    'nothing',
    'not-listed.txt',
    'index',
    'assets',
    'assets/',
    'assets/index-1a2b',
    'assets/index-1a2b.js/',
    'assets/.hidden',
    'interpreters/',
    address,
    `${address}package.json`,
    `${address}pyodide.d.ts`,
    `${address}pyodide.mjs.map`,
    `${address}console.html`,
    'study/report.html',
    'study/run.json',
    'study/data/a.csv',
    'favicon.ico',
  ])('has no /%s', async (path) => {
    const answer = await get(path);
    expect([answer.status, await answer.text()]).toEqual([404, 'There is nothing here.\n']);
    expect(answer.headers.get('content-security-policy')).toBe(HEADERS['Content-Security-Policy']);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['dots', '/../secret.txt'],
    ['dots inside', '/assets/../../secret.txt'],
    ['dots to a file that is served', '/assets/../index.html'],
    ['dots above an interpreter', `/${address}../../../package.json`],
    ['encoded dots', '/%2e%2e/secret.txt'],
    ['encoded slashes', '/assets%2f..%2f..%2fsecret.txt'],
    ['twice encoded dots', '/%252e%252e/secret.txt'],
    ['dots in an overlong encoding', '/%c0%ae%c0%ae/secret.txt'],
    ['an encoded letter of a file that is served', '/%69ndex.html'],
    ['backslashes', '/assets\\..\\..\\secret.txt'],
    ['encoded backslashes', '/assets%5c..%5c..%5csecret.txt'],
    ['an encoded null byte', '/index.html%00.js'],
    ['two slashes', '//index.html'],
    ['two slashes and a host', '//127.0.0.1/index.html'],
    ['a drive', '/C:/Windows/win.ini'],
    ['a file of the machine', '/etc/passwd'],
    ['an address of the file scheme', 'file:///etc/passwd'],
    ['an absolute address', 'http://127.0.0.1/index.html'],
    ['an absolute address of another host', 'http://example.org/'],
    ['a link to a file', '/assets/link.js'],
    ['a file behind a link to a folder', '/assets/linked/secret.txt'],
    ['an asterisk', '*'],
  ])('refuses %s', async (_, path) => {
    const answer = await target(path);
    expect(statusOf(answer)).toBe(404);
    expect(answer).not.toMatch(/secret|root:|page<\/p>/);
  });

  test.each([
    ['a null byte', Buffer.from('/index.html\0.js')],
    ['no slash', Buffer.from('index.html')],
    ['a line break', Buffer.from('/index\r\n.html')],
  ])('refuses %s in the address, and goes on', async (_, path) => {
    expect(statusOf(await target(path))).toBe(400);
    expect((await get('')).status).toBe(200);
  });

  test('bytes beyond ASCII in the address are no file', async () => {
    expect([400, 404]).toContain(statusOf(await target(Buffer.from([0x2f, 0xff, 0xfe, 0xc0, 0xae]))));
  });

  test('no range brings it down', async () => {
    for (const range of ['bytes=5-2', 'bytes=-1', 'bytes=99999999999-', 'bytes=x', 'lines=1-2']) {
      const answer = await get('assets/index-1a2b.js', { headers: { Range: range } });
      expect([range, answer.status, await answer.text()]).toEqual([range, 200, 'script()']);
    }
  });

  test('a file that is gone since it was listed breaks that answer and nothing else', async () => {
    const here = folder({ 'index.html': 'page', 'assets/a.js': 'a' });
    const own = await startPlaygroundServer([pageRoutes(here)], '127.0.0.1', 0);
    rmSync(join(here, 'assets', 'a.js'));
    await expect(fetch(`${own.url}assets/a.js`).then((answer) => answer.text())).rejects.toThrow();
    expect(await (await fetch(own.url)).text()).toBe('page');
    rmSync(join(here, 'index.html'));
    expect((await fetch(own.url)).status).toBe(404);
    await own.close();
  });

  test('answers to the names of this machine, and to no other', async () => {
    for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])
      expect([host, statusOf(await target('/', `${host}:${server.port}`))]).toEqual([host, 200]);
    for (const host of [
      'example.org',
      `example.org:${server.port}`,
      '127.0.0.1',
      '127.0.0.1:1',
      `localhost.example.org:${server.port}`,
      `127.0.0.1.example.org:${server.port}`,
      `localhost:${server.port}@example.org`,
      `x@localhost:${server.port}`,
      '',
    ])
      expect([host, statusOf(await target('/', host))]).toEqual([host, 421]);
    expect(statusOf(await raw('GET / HTTP/1.1\r\nConnection: close\r\n\r\n'))).toBe(400);
    expect(statusOf(await raw('GET / HTTP/1.0\r\n\r\n'))).toBe(421);
  });

  test('is not reached by the other addresses of this machine', async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal);
    for (const { address } of others) await expect(fetch(`http://${address}:${server.port}/`)).rejects.toThrow();
  });
});

describe('the study beside the playground', () => {
  test('is its report, under a policy of its own', async () => {
    const answer = await get('study/');
    expect([answer.status, await answer.text()]).toEqual([200, REPORT]);
    expect(answer.headers.get('content-type')).toBe('text/html;charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toBe(
      `default-src 'none'; script-src ${HASH}; style-src ${HASH}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-popups allow-popups-to-escape-sandbox`,
    );
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await (await get('site.json')).json()).toEqual({ study: true });
  });

  test('is also there without the slash', async () => {
    const answer = await get('study', { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/study/']);
  });

  test('a page that names no hashes may run nothing', () => {
    expect(studyPolicy('<script>alert(1)</script>')).toMatch(/script-src 'none'; style-src 'none'; /);
    const loose = `<meta http-equiv="Content-Security-Policy" content="script-src *; style-src 'unsafe-inline'">`;
    expect(studyPolicy(loose)).toMatch(/script-src 'none'; style-src 'none'; /);
  });

  test('a link is no report', () => {
    const linked = folder();
    symlinkSync(join(outside, 'secret.txt'), join(linked, 'report.html'));
    expect(studyReport(linked)).toBeNull();
  });

  test('where there is none, the page is told so', async () => {
    const own = await startPlaygroundServer([besidePage(() => null)], '127.0.0.1', 0);
    expect(await (await fetch(`${own.url}site.json`)).json()).toEqual({ study: false });
    const answer = await fetch(`${own.url}study/`);
    expect([answer.status, await answer.text()]).toEqual([
      404,
      'There is no study here; this makes one: pyallocs study\n',
    ]);
    await own.close();
  });
});

describe('the port of the playground', () => {
  test('is another where the usual one is taken and none was asked for', async () => {
    const [first, second] = [
      await startPlaygroundServer(routes, '127.0.0.1', null),
      await startPlaygroundServer(routes, '127.0.0.1', null),
    ];
    expect(second.port).not.toBe(first.port);
    expect(second.port).not.toBe(DEFAULT_PORT);
    expect((await fetch(second.url)).status).toBe(200);
    await Promise.all([first.close(), second.close()]);
  });

  test('is not replaced when it was asked for', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    await expect(startPlaygroundServer(routes, '127.0.0.1', port)).rejects.toThrow(
      `port ${port} of 127.0.0.1 is taken by another program; name another, or leave --port out and a free one is taken`,
    );
    taken.close();
  });

  test('a host that is not this machine is told', async () => {
    await expect(startPlaygroundServer(routes, '192.0.2.1', null)).rejects.toThrow(
      '--host 192.0.2.1 is no address of this machine; without --host it is 127.0.0.1',
    );
  });

  test('closing ends what is open', async () => {
    const own = await startPlaygroundServer(routes, '127.0.0.1', 0);
    const open = connect(own.port, '127.0.0.1');
    open.on('error', () => {});
    await new Promise((resolve) => open.once('connect', resolve));
    const ended = new Promise((resolve) => open.once('close', resolve));
    await own.close();
    await ended;
    await expect(fetch(own.url)).rejects.toThrow();
  });
});

test('a page that was not built is told with what builds it', () => {
  expect(() => pageRoutes(folder())).toThrow(
    /^the playground is missing from this installation: .+; in a clone, this builds it: npm run build$/,
  );
});

test('the addresses of interpreters are the releases of package.json', () => {
  const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(interpreterAddresses()).toEqual(
    Object.fromEntries(
      ['3.10', '3.11', '3.12', '3.13', '3.14', '3.15'].map((minor) => [
        minor,
        `interpreters/${minor}-${dependencies[`pyodide-${minor}`].replace('npm:pyodide@', '')}/`,
      ]),
    ),
  );
});
