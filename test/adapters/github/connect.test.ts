import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect as dial } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect } from '../../../src/adapters/github/connect.ts';

/** A proxy that takes every tunnel to one local server, and remembers where it was asked to go. */

const asked: string[] = [];
let api: Server;
let proxy: Server;

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

beforeAll(async () => {
  api = createServer((request, response) => {
    const { authorization } = request.headers;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: { path: request.url, authorization } }));
  });
  proxy = createServer();
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const onward = dial(portOf(api), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    socket.on('error', () => onward.destroy());
  });
  await Promise.all([listen(api), listen(proxy)]);
  vi.stubEnv('https_proxy', `http://127.0.0.1:${portOf(proxy)}`);
  vi.stubEnv('http_proxy', `http://127.0.0.1:${portOf(proxy)}`);
});

afterAll(() => {
  vi.unstubAllEnvs();
  for (const server of [api, proxy]) {
    server.closeAllConnections();
    server.close();
  }
});

const BODY = { query: 'query { viewer { login } }', variables: {} };

describe('connect', () => {
  it('goes through the proxy of the environment when it is told to', async () => {
    const endpoint = {
      token: 'ghs_x',
      apiUrl: 'http://github.example/api/v3',
      graphqlUrl: 'http://github.example/api/graphql',
    };
    const answer = await connect({ ...endpoint, proxy: true })(BODY, new AbortController().signal);
    expect(asked).toEqual(['github.example:80']);
    expect(answer).toMatchObject({
      status: 200,
      data: { data: { path: '/api/graphql', authorization: 'token ghs_x' } },
    });
  });

  it('goes straight to the endpoint otherwise', async () => {
    asked.length = 0;
    const url = `http://127.0.0.1:${portOf(api)}`;
    const endpoint = { token: 'ghs_x', apiUrl: `${url}/api/v3`, graphqlUrl: `${url}/elsewhere/graphql` };
    const answer = await connect(endpoint)(BODY, new AbortController().signal);
    expect(answer).toMatchObject({ status: 200, data: { data: { path: '/elsewhere/graphql' } } });
    expect(asked).toEqual([]);
  });
});
