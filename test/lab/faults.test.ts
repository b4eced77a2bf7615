import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask } from './ask.ts';
import { VirtualClock } from './clock.ts';
import type { Effect, Fault, FaultMatch } from './faults.ts';
import type { RepositoryHandle } from './handle.ts';
import { type Lab, startLab } from './lab.ts';
import { PROPOSE, proposal } from './rollback-documents.ts';

let lab: Lab;
let repo: RepositoryHandle;
let count = 0;
const clock = new VirtualClock();

beforeAll(async () => {
  lab = await startLab({ clock });
});
beforeEach(async () => {
  lab.clearFaults();
  lab.clearRequests();
  count += 1;
  repo = await lab.createRepository({ name: `faults-${count}`, files: { a: 'a' } });
});
afterEach(() => expect(lab.takeViolations()).toEqual([]));
afterAll(() => lab.close());

/** Creates a branch by REST. */
async function createRef(name = 'x'): Promise<Response> {
  return fetch(`${lab.apiUrl}/repos/${repo.fullName}/git/refs`, {
    method: 'POST',
    headers: { authorization: `bearer ${lab.tokens.app}` },
    body: JSON.stringify({ ref: `refs/heads/${name}`, sha: await repo.head() }),
  });
}

const CREATE: FaultMatch = { operation: 'git/create-ref' };

describe('a connection that ends without an answer', () => {
  it.each<[Fault, boolean]>([
    [{ kind: 'timeout', effect: 'before' }, false],
    [{ kind: 'timeout', effect: 'after' }, true],
    [{ kind: 'reset', effect: 'before' }, false],
    [{ kind: 'reset', effect: 'after' }, true],
  ])('by %o has had its effect: %s', async (fault, happened) => {
    await lab.inject({ match: CREATE, fault });
    const error: Error = await createRef().then(
      () => new Error('it was answered'),
      (thrown: Error) => thrown,
    );
    expect(error.message).toBe('fetch failed');
    expect((error.cause as { code: string }).code).toBe(
      fault.kind === 'reset' ? 'ECONNRESET' : 'UND_ERR_SOCKET',
    );
    expect(await repo.head('x')).toEqual(happened ? await repo.head() : undefined);
    expect(lab.requests[0]).toMatchObject({ status: 0, fault: fault.kind });
    expect((await createRef()).status).toBe(happened ? 422 : 201);
  });

  it('can hang until the client gives up', async () => {
    await lab.inject({ match: CREATE, fault: { kind: 'timeout', effect: 'after', hang: true } });
    const url = `${lab.apiUrl}/repos/${repo.fullName}/git/refs`;
    const body = JSON.stringify({ ref: 'refs/heads/x', sha: await repo.head() });
    const headers = { authorization: `bearer ${lab.tokens.app}` };
    await expect(
      fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(500) }),
    ).rejects.toThrow(/timeout/);
    await vi.waitFor(async () => expect(await repo.head('x')).toBe(await repo.head()), { timeout: 30_000 });
  });
});

describe('a status', () => {
  it.each([500, 502, 503, 504])('of %i leaves open whether the work was done', async (status) => {
    for (const effect of ['before', 'after'] satisfies Effect[]) {
      await lab.inject({ match: CREATE, fault: { kind: 'status', status, effect } });
      const response = await createRef(effect);
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ message: expect.any(String) });
      expect((await repo.head(effect)) !== undefined).toBe(effect === 'after');
    }
  });

  it.each([
    [401, 'Bad credentials'],
    [404, 'Not Found'],
    [409, 'Conflict'],
    [422, 'Validation Failed'],
  ])('of %i says %s', async (status, message) => {
    await lab.inject({ match: CREATE, fault: { kind: 'status', status } });
    const response = await createRef();
    expect([response.status, await response.json()]).toMatchObject([
      status,
      { message, status: `${status}` },
    ]);
    expect(await repo.branches()).toEqual(['main']);
  });

  it('can carry any message', async () => {
    const message = 'Base branch was modified. Review and try the merge again.';
    await lab.inject({ match: CREATE, fault: { kind: 'status', status: 405, message } });
    expect(await (await createRef()).json()).toMatchObject({ message });
  });
});

describe('a secondary rate limit', () => {
  it.each([403, 429] as const)('answers %i with retry-after or without', async (status) => {
    await lab.inject({ match: CREATE, fault: { kind: 'rate-limit', status, retryAfter: 7 } });
    const first = await createRef();
    expect([first.status, first.headers.get('retry-after')]).toEqual([status, '7']);
    expect(await first.json()).toMatchObject({
      message: expect.stringContaining('You have exceeded a secondary rate limit'),
    });
    await lab.inject({ match: CREATE, nth: 1, fault: { kind: 'rate-limit', status, primary: true } });
    const second = await createRef();
    expect([
      second.status,
      second.headers.get('retry-after'),
      second.headers.get('x-ratelimit-remaining'),
    ]).toEqual([status, null, '0']);
    expect(await repo.branches()).toEqual(['main']);
  });
});

describe('a body that ends in the middle', () => {
  it('ends with the connection, or when the client gives up; the work is done', async () => {
    await lab.inject({ match: CREATE, fault: { kind: 'cut' } });
    const cut = await createRef();
    expect(cut.status).toBe(201);
    await expect(cut.text()).rejects.toThrow('terminated');
    expect(await repo.head('x')).toBe(await repo.head());
    await lab.inject({ match: CREATE, fault: { kind: 'cut', stall: true } });
    const stalled = await createRef('y');
    const first = await stalled.body?.getReader().read();
    expect(first?.value?.length).toBeGreaterThan(0);
  });
});

describe('good JSON that is not the answer', () => {
  it.each([
    ['foreign', { status: 'ok' }],
    ['list', []],
    ['void', { data: null }],
    ['nulls', { data: { repository: null } }],
  ] as const)('is %s', async (form, body) => {
    await lab.inject({ match: { api: 'graphql' }, fault: { kind: 'body', form } });
    const query = `query { repository(owner: "${repo.owner}", name: "${repo.name}") { id } }`;
    expect((await ask(lab, { token: lab.tokens.app, query })).body).toEqual(body);
  });
});

describe('a broken body on a good status', () => {
  it.each(['truncated', 'invalid', 'html', 'empty'] as const)('that is %s cannot be read', async (form) => {
    await lab.inject({ match: CREATE, fault: { kind: 'body', form } });
    const response = await createRef();
    expect(response.status).toBe(201);
    await expect(response.json()).rejects.toThrow(SyntaxError);
    expect(response.headers.get('content-type')).toContain(
      form === 'html' ? 'text/html' : 'application/json',
    );
    expect(await repo.head('x')).toBeDefined();
  });
});

describe('a fault of one GraphQL field', () => {
  it('leaves its siblings alone', async () => {
    const message = 'Something went wrong while executing your query.';
    await lab.inject({ fault: { kind: 'field', field: 'createPullRequest', type: null, message } });
    const { status, body } = await ask(lab, {
      token: lab.tokens.app,
      query: PROPOSE,
      variables: proposal({
        repositoryId: repo.nodeId,
        fullName: repo.fullName,
        branch: 'x',
        parent: (await repo.head())!,
        path: 'a',
        text: 'b',
      }),
    });
    expect([status, body]).toMatchObject([200, { data: { p: null }, errors: [{ path: ['p'], message }] }]);
    expect(body.errors?.[0]).not.toHaveProperty('type');
    expect([await repo.read('a', 'x'), repo.pulls]).toEqual(['b', []]);
  });
});

describe('a rule', () => {
  it('strikes the nth matching request and as many times as it says', async () => {
    await lab.inject({ match: CREATE, nth: 2, times: 2, fault: { kind: 'status', status: 502 } });
    const statuses = [];
    for (const name of ['a1', 'a2', 'a3', 'a4']) statuses.push((await createRef(name)).status);
    expect(statuses).toEqual([201, 502, 502, 201]);
    expect(lab.requests.map((request) => request.fault)).toEqual([undefined, 'status', 'status', undefined]);
  });

  it('strikes only what it matches: interface, method, path, operation and token', async () => {
    const fault: Fault = { kind: 'status', status: 500 };
    await lab.inject({ match: { api: 'graphql' }, fault });
    await lab.inject({ match: { method: 'DELETE' }, fault });
    await lab.inject({ match: { path: /\/pulls$/ }, fault });
    await lab.inject({ match: { operation: 'createRef' }, fault });
    await lab.inject({ match: { token: 'actions' }, fault });
    expect((await createRef()).status).toBe(201);
    await lab.inject({ match: { path: `/repos/${repo.fullName}/git/refs` }, fault });
    expect((await createRef('y')).status).toBe(500);
    expect((await ask(lab, { token: lab.tokens.app, query: '{ viewer { login } }' })).status).toBe(500);
  });
});

describe('stale reads', () => {
  const read = async (): Promise<unknown> => {
    const { body } = await ask(lab, {
      token: lab.tokens.app,
      query: `{ repository(owner:"acme", name:"${repo.name}") { ref(qualifiedName:"main") { target { oid } }
        pullRequests(first:5) { totalCount } } }`,
    });
    const { repository } = body.data as {
      repository: { ref: { target: { oid: string } }; pullRequests: { totalCount: number } };
    };
    return [repository.ref.target.oid, repository.pullRequests.totalCount];
  };

  it('show the world as it was for so many requests, while writes see the truth', async () => {
    const old = await repo.head();
    await lab.inject({ fault: { kind: 'stale', forRequests: 2 } });
    const now = await repo.commit({ files: { b: 'b' } });
    await repo.commit({ branch: 'x', files: { x: 'x' } });
    await repo.openPull({ head: 'x', title: 'X' });
    expect(await read()).toEqual([old, 0]);
    expect((await createRef('written-meanwhile')).status).toBe(201);
    expect(await read()).toEqual([old, 0]);
    expect(await read()).toEqual([now, 1]);
  });

  it('end after so many milliseconds of the clock', async () => {
    const old = await repo.head();
    await lab.inject({ fault: { kind: 'stale', forMs: 30_000 } });
    const now = await repo.commit({ files: { b: 'b' } });
    for (let index = 0; index < 3; index += 1) expect(await read()).toEqual([old, 0]);
    const rest = await fetch(`${lab.apiUrl}/repos/${repo.fullName}/git/ref/heads/main`);
    expect(await rest.json()).toMatchObject({ object: { sha: old } });
    clock.advance(30_000);
    expect(await read()).toEqual([now, 0]);
  });
});
