/** The server of `pyallocs serve`: where it listens, and whom it answers. What it answers stands in playground-routes.ts. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PyallocsError } from '../core/errors.js';
import { reason } from './files.js';
import { type Routes, respondFrom, sendSentence, setHeaders } from './playground-routes.js';

export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_PORT = 8765;

export interface PlaygroundServer {
  readonly port: number;
  /** For a browser on this machine. */
  readonly url: string;
  /** Whether only this machine reaches it. */
  readonly local: boolean;
  close(): Promise<void>;
}

/** `port` null: the usual one, or any that is free where it is taken. */
export async function startPlaygroundServer(
  routes: readonly Routes[],
  host: string,
  port: number | null,
): Promise<PlaygroundServer> {
  const server = createServer();
  const { address, port: bound } = await listen(server, host, port);
  const local = isLoopback(address);
  server.on('request', (request, response) => {
    if (local && !isOwnName(request.headers.host, bound)) {
      setHeaders(response);
      sendSentence(response, 421, `This server answers to http://${nameOf(address)}:${bound}/ only.`);
    } else {
      answer(routes, request, response);
    }
  });
  return {
    port: bound,
    url: `http://${nameOf(address)}:${bound}/`,
    local,
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

function answer(routes: readonly Routes[], request: IncomingMessage, response: ServerResponse): void {
  if (routes.some((table) => respondFrom(table, request, response))) return;
  setHeaders(response);
  if (request.method === 'GET' || request.method === 'HEAD') sendSentence(response, 404, 'There is nothing here.');
  else sendSentence(response.setHeader('Allow', 'GET, HEAD'), 405, 'Only GET and HEAD.');
}

async function listen(server: Server, host: string, port: number | null): Promise<AddressInfo> {
  try {
    server.listen({ host, port: port ?? DEFAULT_PORT });
    await once(server, 'listening');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const taken = code === 'EADDRINUSE' || code === 'EACCES';
    if (taken && port === null) return listen(server, host, 0);
    throw new PyallocsError('no-port', whyNot(String(code), host, port ?? DEFAULT_PORT, error), { cause: error });
  }
  return server.address() as AddressInfo;
}

function whyNot(code: string, host: string, port: number, error: unknown): string {
  const another = 'name another, or leave --port out and a free one is taken';
  if (code === 'EADDRINUSE') return `port ${port} of ${host} is taken by another program; ${another}`;
  if (code === 'EACCES') return `port ${port} of ${host} may not be used: permission denied; ${another}`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `--host ${host} is no address of this machine; without --host it is ${DEFAULT_HOST}`;
  return `port ${port} of ${host} cannot be served: ${reason(error)}`;
}

function isLoopback(address: string): boolean {
  return /^(::ffff:)?127\./.test(address) || address === '::1';
}

/** As it stands in an address; a server on all addresses is shown by that of this machine. */
function nameOf(address: string): string {
  if (address === '0.0.0.0' || address === '::') return DEFAULT_HOST;
  return address.includes(':') ? `[${address}]` : address;
}

/**
 * Whether a request means this machine by its name. Another name that leads here was made to: a page elsewhere could read
 * what is served under it (DNS rebinding).
 */
function isOwnName(host: string | undefined, port: number): boolean {
  const [, name = '', named = '80'] = /^(\[[\da-f:]+\]|[\w.-]+)(?::(\d+))?$/i.exec(host ?? '') ?? [];
  const own = name.toLowerCase() === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
  return own && Number(named) === port;
}
