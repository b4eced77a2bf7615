import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { ApiRequest } from './api.ts';
import { Exchange, type ExchangeWorld, Hangup, type WireAnswer } from './exchange.ts';
import type { LoggedRequest } from './request-log.ts';

export interface LabServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on an ephemeral port of 127.0.0.1. */
export async function listen(world: () => ExchangeWorld, latencyMs: () => number): Promise<LabServer> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    answer(world(), latencyMs(), request, response).catch((error: unknown) => {
      world().violations.push(`lab: ${String((error as Error).stack ?? error)}`);
      response.destroy();
    });
  });
  server.keepAliveTimeout = 60_000;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { port, close: () => closeServer(server, sockets) };
}

function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

const PREFIXES = [
  { prefix: '/api/graphql', api: 'graphql' },
  { prefix: '/graphql', api: 'graphql' },
  { prefix: '/api/v3', api: 'rest' },
] as const;

function route(path: string): { readonly api: LoggedRequest['api']; readonly path: string } {
  for (const { prefix, api } of PREFIXES)
    if (path === prefix || path.startsWith(`${prefix}/`))
      return { api, path: api === 'graphql' ? '/graphql' : path.slice(prefix.length) || '/' };
  return { api: 'git', path };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function answer(
  world: ExchangeWorld,
  latencyMs: number,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://lab');
  const { api, path } = route(url.pathname);
  const entry: LoggedRequest = {
    api,
    method: request.method ?? 'GET',
    path: `${path}${url.search}`,
    fields: [],
    operation: undefined,
    actor: undefined,
    tokenKind: undefined,
    status: 0,
    fault: undefined,
    startedAt: performance.now(),
    endedAt: 0,
  };
  world.requests.push(entry);
  const body = await readBody(request);
  if (latencyMs > 0 && api !== 'git') await wait(latencyMs);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
  const read: ApiRequest = { method: entry.method, path, query: url.searchParams, headers, body };
  const exchange = new Exchange(world, entry, read);
  const wire = await exchange.run();
  // GitHub's own clock: what is said to last until a moment is measured against it
  response.setHeader('date', new Date(world.clock.now()).toUTCString());
  write(wire, entry, request, response);
  entry.endedAt = performance.now();
}

function write(
  wire: WireAnswer | Hangup,
  entry: LoggedRequest,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (wire instanceof Hangup) {
    if (wire.half) {
      const { status, headers, body } = wire.half;
      response.writeHead(status, { ...headers, 'content-length': String(body.length) });
      response.write(body.subarray(0, body.length / 2), () => hangUp(wire, request));
    } else hangUp(wire, request);
    return;
  }
  entry.status = wire.status;
  response.writeHead(wire.status, { ...wire.headers, 'content-length': String(wire.body.length) });
  response.end(wire.body);
}

function hangUp({ manner }: Hangup, request: IncomingMessage): void {
  if (manner === 'reset') request.socket.resetAndDestroy();
  else if (manner === 'close') request.socket.destroy();
}
