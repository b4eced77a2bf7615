import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/adapters/github/connect.ts';
import { listen, shut } from '../system/forward-proxy.ts';

let api: Server;
let port = 0;

beforeAll(async () => {
  api = createServer((request, response) => {
    const { authorization } = request.headers;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: { path: request.url, authorization } }));
  });
  port = await listen(api);
});

afterAll(() => shut(api));

const BODY = { query: 'query { viewer { login } }', variables: {} };

describe('connect', () => {
  it('asks the endpoint for GraphQL, wherever that is, with the token', async () => {
    const url = `http://127.0.0.1:${port}`;
    const endpoint = { token: 'ghs_x', apiUrl: `${url}/api/v3`, graphqlUrl: `${url}/elsewhere/graphql` };
    const answer = await connect(endpoint)(BODY, new AbortController().signal);
    expect(answer).toMatchObject({
      status: 200,
      data: { data: { path: '/elsewhere/graphql', authorization: 'token ghs_x' } },
    });
  });

  it('sends through what it is given', async () => {
    const asked: unknown[] = [];
    const endpoint = {
      token: 'ghs_x',
      apiUrl: 'http://github.test/api/v3',
      graphqlUrl: 'http://github.test/api/graphql',
      fetch: (async (url) => {
        asked.push(url);
        return Response.json({ data: {} }, { status: 502 });
      }) satisfies typeof fetch,
    };
    const answer = await connect(endpoint)(BODY, new AbortController().signal);
    expect([asked, answer.status]).toEqual([['http://github.test/api/graphql'], 502]);
  });
});
