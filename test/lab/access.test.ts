import { Octokit } from '@octokit/rest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask } from './ask.ts';
import { VirtualClock } from './clock.ts';
import type { RepositoryHandle } from './handle.ts';
import { type Lab, startLab } from './lab.ts';
import { roundTrips } from './request-log.ts';

let lab: Lab;
let open: RepositoryHandle;
let closed: RepositoryHandle;
const clock = new VirtualClock();

beforeAll(async () => {
  lab = await startLab({ clock });
  open = await lab.createRepository({ name: 'open', files: { a: 'a' } });
  closed = await lab.createRepository({ name: 'closed', files: { a: 'a' }, settings: { private: true } });
});
afterEach(() => expect(lab.takeViolations()).toEqual([]));
afterAll(() => lab.close());

const get = (path: string, token?: string): Promise<Response> =>
  fetch(`${lab.apiUrl}${path}`, { headers: token === undefined ? {} : { authorization: `token ${token}` } });

describe('tokens', () => {
  it('are rejected when they are unknown, expired or garbage, by REST and GraphQL alike', async () => {
    for (const token of [lab.tokens.expired, 'ghs_neverissued', '', 'x y']) {
      const rest = await get('/repos/acme/open', token);
      expect([rest.status, await rest.json()]).toMatchObject([401, { message: 'Bad credentials' }]);
      const graphql = await ask(lab, { token, query: '{ viewer { login } }' });
      expect([graphql.status, graphql.body.message]).toEqual([401, 'Bad credentials']);
    }
  });

  it('are taken as bearer, token and basic', async () => {
    const basic = `basic ${Buffer.from(`x-access-token:${lab.tokens.app}`).toString('base64')}`;
    for (const authorization of [`Bearer ${lab.tokens.app}`, `token ${lab.tokens.app}`, basic]) {
      const response = await fetch(`${lab.apiUrl}/repos/acme/closed`, { headers: { authorization } });
      expect(response.status).toBe(200);
    }
  });

  it('are not needed to read what is public, but to write and for GraphQL', async () => {
    expect((await get('/repos/acme/open')).status).toBe(200);
    expect((await get('/repos/acme/closed')).status).toBe(404);
    const anonymous = new Octokit({ baseUrl: lab.apiUrl, log: silent });
    const label = { owner: 'acme', repo: 'open', name: 'x', color: 'ffffff' };
    await expect(anonymous.issues.createLabel(label)).rejects.toMatchObject({
      status: 401,
      response: { data: { message: 'Requires authentication' } },
    });
    expect((await ask(lab, { query: '{ viewer { login } }' })).status).toBe(401);
  });

  it('that lack a permission are told which one is needed', async () => {
    const octokit = new Octokit({ baseUrl: lab.apiUrl, auth: lab.tokens.readOnly, log: silent });
    const sha = (await open.head())!;
    await expect(
      octokit.git.createRef({ owner: 'acme', repo: 'open', ref: 'refs/heads/x', sha }),
    ).rejects.toMatchObject({
      status: 403,
      response: {
        data: { message: 'Resource not accessible by integration' },
        headers: { 'x-accepted-github-permissions': 'contents=write' },
      },
    });
    const { status, body } = await ask(lab, {
      token: lab.tokens.readOnly,
      query: `mutation { createRef(input:{repositoryId:"${open.nodeId}", name:"refs/heads/x", oid:"${sha}"}) { clientMutationId } }`,
    });
    expect([status, body]).toMatchObject([
      200,
      {
        data: { createRef: null },
        errors: [
          { type: 'FORBIDDEN', path: ['createRef'], message: 'Resource not accessible by integration' },
        ],
      },
    ]);
  });

  it('of an App that is not installed see no private repository', async () => {
    const token = lab.token({ kind: 'app', repositories: ['acme/open'] });
    expect((await get('/repos/acme/closed', token)).status).toBe(404);
    expect((await get('/repos/acme/open', token)).status).toBe(200);
  });

  it('without the permission cannot read the pull requests of a private repository', async () => {
    const token = lab.token({ kind: 'app', permissions: { metadata: 'read', contents: 'read' } });
    const rest = await get('/repos/acme/closed/pulls', token);
    expect([rest.status, rest.headers.get('x-accepted-github-permissions')]).toEqual([
      403,
      'pull_requests=read',
    ]);
    const { body } = await ask(lab, {
      token,
      query: `{ repository(owner:"acme", name:"closed") { id ref(qualifiedName:"main") { name }
        pullRequests(first:1) { totalCount } } }`,
    });
    expect(body.errors).toMatchObject([{ type: 'FORBIDDEN', path: ['repository', 'pullRequests'] }]);
    expect((await get(`/repos/acme/closed/pulls`, lab.tokens.app)).status).toBe(200);
    expect(closed.pulls).toEqual([]);
  });
});

describe('rate limits', () => {
  const headers = (response: { readonly headers: Headers }): unknown =>
    ['limit', 'used', 'remaining', 'reset', 'resource'].map((name) =>
      response.headers.get(`x-ratelimit-${name}`),
    );

  it('are told with every answer, REST and GraphQL apart', async () => {
    const token = lab.token({ kind: 'actions' });
    const reset = String((clock.now() + 3_600_000) / 1000);
    expect(headers(await get('/repos/acme/open', token))).toEqual(['1000', '1', '999', reset, 'core']);
    expect(headers(await get('/repos/acme/nothing', token))).toEqual(['1000', '2', '998', reset, 'core']);
    expect(headers(await ask(lab, { token, query: '{ viewer { login } }' }))).toEqual([
      '1000',
      '1',
      '999',
      reset,
      'graphql',
    ]);
    const limits = await (await get('/rate_limit', token)).json();
    expect(limits).toMatchObject({ resources: { core: { used: 2 }, graphql: { used: 1 } } });
  });

  it('refuse what is over the budget until the hour is over', async () => {
    const token = lab.token({ kind: 'app', rateLimit: 1 });
    expect((await get('/repos/acme/open', token)).status).toBe(200);
    const over = await get('/repos/acme/open', token);
    expect([over.status, over.headers.get('x-ratelimit-remaining'), await over.json()]).toMatchObject([
      403,
      '0',
      { message: expect.stringMatching(/^API rate limit exceeded for installation ID \d+\.$/) },
    ]);
    await ask(lab, { token, query: '{ viewer { login } }' });
    const graphql = await ask(lab, { token, query: '{ viewer { login } }' });
    expect([graphql.status, graphql.body]).toMatchObject([200, { errors: [{ type: 'RATE_LIMITED' }] }]);
    clock.advance(3_600_000);
    expect((await get('/repos/acme/open', token)).status).toBe(200);
  });
});

describe('the request log', () => {
  it('keeps who asked what and how it ended', async () => {
    lab.clearRequests();
    await get('/repos/acme/open/pulls?state=all', lab.tokens.person);
    await ask(lab, { token: lab.tokens.actions, query: '{ a: viewer { login } rateLimit { limit } }' });
    await get('/repos/acme/open', 'wrong');
    expect(lab.requests).toMatchObject([
      {
        api: 'rest',
        method: 'GET',
        path: '/repos/acme/open/pulls?state=all',
        operation: 'pulls/list',
        actor: 'mona',
        tokenKind: 'user',
        status: 200,
      },
      {
        api: 'graphql',
        path: '/graphql',
        fields: ['viewer', 'rateLimit'],
        actor: 'github-actions[bot]',
        status: 200,
      },
      { operation: 'repos/get', actor: undefined, status: 401 },
    ]);
    for (const { startedAt, endedAt } of lab.requests) expect(endedAt).toBeGreaterThanOrEqual(startedAt);
  });

  it('gives the longest chain of requests, which is what latency multiplies', async () => {
    lab.clearRequests();
    lab.latencyMs = 300;
    const before = performance.now();
    await Promise.all([1, 2, 3].map(() => get('/repos/acme/open', lab.tokens.app)));
    await get('/repos/acme/open', lab.tokens.app);
    const took = performance.now() - before;
    lab.latencyMs = 0;
    expect(lab.requests).toHaveLength(4);
    expect(roundTrips(lab.requests)).toBe(2);
    expect(took).toBeGreaterThanOrEqual(599);
  });
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
