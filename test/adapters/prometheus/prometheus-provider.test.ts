import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import type { MetricsRequest } from '../../../src/core/analysis/observation.ts';
import { instant, millis } from '../../../src/core/units.ts';
import { type LocalServer, type ReceivedRequest, startServer } from '../../tools/http-server.ts';
import { ANSWER, createProvider, createTestClock, QUESTION } from './setup.ts';

let server: LocalServer;
let answer: (request: ReceivedRequest) => string;
beforeEach(async () => {
  answer = () => ANSWER;
  server = await startServer((request, response) => response.end(answer(request)));
});
afterEach(() => server.close());

const T = 1_700_000_000_000;

function rangeOf(grid: {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}): MetricsRequest {
  const { first, last, step } = grid;
  return {
    kind: 'range',
    query: 'q',
    grid: { first: instant(first), last: instant(last), step: millis(step) },
  };
}

/** A matrix that has a value at each point of the asked range for which `value` gives one. */
function matrix(
  request: ReceivedRequest,
  value: (seconds: number) => string | undefined,
  labels = {},
): string {
  const form = new URLSearchParams(request.body);
  const [start, end, step] = ['start', 'end', 'step'].map((key) => Number(form.get(key))) as [
    number,
    number,
    number,
  ];
  const values: [number, string][] = [];
  for (let at = start; at <= end; at += step) {
    const text = value(at);
    if (text !== undefined) values.push([at, text]);
  }
  const result = values.length === 0 ? [] : [{ metric: labels, values }];
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

describe('prometheus provider, requests', () => {
  it('posts an instant query as a form, unchanged, with the time in decimal seconds', async () => {
    const query = 'sum(increase(x_total{a="é+ &="}[5m]))\n  / 2 # %20';
    await createProvider(server.url).query({ kind: 'instant', query, at: instant(T + 3_600_123) });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/api/v1/query' });
    expect([...new URLSearchParams(request!.body)]).toEqual([
      ['query', query],
      ['time', '1700003600.123'],
    ]);
    expect(request!.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': 'belay',
    });
    expect(request!.headers).not.toHaveProperty('authorization');
    expect(request!.headers).not.toHaveProperty('x-scope-orgid');
  });

  it('posts a range query with start, end and step in decimal seconds', async () => {
    answer = (request) => matrix(request, () => '1');
    await createProvider(server.url).query(rangeOf({ first: T + 500, last: T + 60_500, step: 1_500 }));
    expect(server.requests[0]).toMatchObject({ path: '/api/v1/query_range' });
    expect([...new URLSearchParams(server.requests[0]!.body)]).toEqual([
      ['query', 'q'],
      ['start', '1700000000.5'],
      ['end', '1700000060.5'],
      ['step', '1.5'],
    ]);
  });

  it.each(['', '/', '/team-a/prometheus', '/team-a/prometheus/'])(
    'finds the API below the base path "%s"',
    async (path) => {
      await createProvider(server.url + path).query(QUESTION);
      expect(server.requests[0]!.path).toBe(`${path.replace(/\/$/, '')}/api/v1/query`);
    },
  );

  it('sends a bearer token, and the tenant', async () => {
    const spec = { auth: { kind: 'bearer', tokenEnv: 'PROM_TOKEN' }, tenant: 'team-a' } as const;
    await createProvider(server.url, { spec, env: { PROM_TOKEN: ' tok_123\n' } }).query(QUESTION);
    expect(server.requests[0]!.headers).toMatchObject({
      authorization: 'Bearer tok_123',
      'x-scope-orgid': 'team-a',
    });
  });

  it('sends user name and password as UTF-8', async () => {
    const spec = { auth: { kind: 'basic', usernameEnv: 'PROM_USER', passwordEnv: 'PROM_PASSWORD' } } as const;
    await createProvider(server.url, { spec, env: { PROM_USER: 'jo', PROM_PASSWORD: 'pä:ß' } }).query(
      QUESTION,
    );
    const [scheme, credentials] = server.requests[0]!.headers.authorization!.split(' ');
    expect([scheme, Buffer.from(credentials!, 'base64').toString('utf8')]).toEqual(['Basic', 'jo:pä:ß']);
  });

  it('makes a configured limit of staleness the lookback period of both kinds of query', async () => {
    const provider = createProvider(server.url, { spec: { maxStaleness: millis(90_000) } });
    await provider.query(QUESTION);
    await provider.query(rangeOf({ first: T, last: T, step: 1_000 }));
    const sent = server.requests.map(({ body }) => new URLSearchParams(body).get('lookback_delta'));
    expect(sent).toEqual(['90s', '90s']);
  });
});

describe('prometheus provider, time of the sample', () => {
  const at = (seconds: number): string => ANSWER.replace('1700003600', String(seconds));
  it.each([
    ['at the asked moment', 1_700_003_600, { kind: 'sample', value: 0.5 }],
    ['as old as the limit', 1_700_003_300, { kind: 'sample', value: 0.5 }],
    [
      'older than the limit',
      1_700_002_580,
      { kind: 'absent', reason: 'stale', detail: 'newest sample is 17m old (limit 5m)' },
    ],
    ['later than asked', 1_700_003_601, { kind: 'absent', reason: 'bad-response' }],
  ])('judges a sample %s', async (_, seconds, expected) => {
    answer = () => at(seconds);
    const { outcome } = await createProvider(server.url).query(QUESTION);
    expect(outcome).toMatchObject(expected);
  });

  it('obeys a configured limit', async () => {
    answer = () => at(1_700_003_539);
    const { outcome } = await createProvider(server.url, { spec: { maxStaleness: millis(60_000) } }).query(
      QUESTION,
    );
    expect(outcome).toMatchObject({ reason: 'stale', detail: 'newest sample is 1m1s old (limit 1m)' });
  });
});

describe('prometheus provider, long ranges', () => {
  const long = { first: T, last: T + 24_999 * 15_000, step: 15_000 };

  it('splits a grid of 25,000 points into three requests and joins the answers in order', async () => {
    answer = (request) => matrix(request, (seconds) => String((seconds - T / 1000) / 15));
    const { outcome } = await createProvider(server.url).query(rangeOf(long));
    if (outcome.kind !== 'series') throw new Error(JSON.stringify(outcome));
    expect(outcome.values).toEqual(Array.from({ length: 25_000 }, (_, index) => index));
    const asked = server.requests.map(({ body }) => new URLSearchParams(body));
    const points = asked.map((form) => (Number(form.get('end')) - Number(form.get('start'))) / 15 + 1);
    expect(points).toEqual([11_000, 11_000, 3_000]);
  });

  it('fills a part without series with missing points', async () => {
    const second = T / 1000 + 11_000 * 15;
    answer = (request) =>
      matrix(request, (at) => (at >= second && at < second + 11_000 * 15 ? undefined : '1'));
    const { outcome } = await createProvider(server.url).query(rangeOf(long));
    if (outcome.kind !== 'series') throw new Error(JSON.stringify(outcome));
    expect(outcome.values).toHaveLength(25_000);
    expect(
      outcome.values.map((value, index) => (value === 'missing' ? index : -1)).filter((i) => i >= 0),
    ).toEqual(Array.from({ length: 11_000 }, (_, index) => 11_000 + index));
  });

  it('is empty when no part has a series', async () => {
    answer = (request) => matrix(request, () => undefined);
    const { outcome } = await createProvider(server.url).query(rangeOf(long));
    expect(outcome).toMatchObject({ kind: 'absent', reason: 'empty' });
  });

  it('sees many series where each part has one, but not the same', async () => {
    answer = (request) => matrix(request, () => '1', { pod: `p${server.requests.length}`, job: 'x' });
    const { outcome } = await createProvider(server.url).query(rangeOf(long));
    expect(outcome).toMatchObject({ reason: 'many-series' });
    expect(outcome).toHaveProperty(
      'detail',
      expect.stringContaining('gave 3 series, expected 1: {pod="p1"}, {pod="p2"}'),
    );
  });

  it('stops at the first part that cannot be seen', async () => {
    answer = (request) => (server.requests.length === 2 ? '<html>' : matrix(request, () => '1'));
    const { outcome } = await createProvider(server.url).query(rangeOf(long));
    expect(outcome).toMatchObject({ reason: 'bad-response' });
    expect(server.requests).toHaveLength(2);
  });

  it.each<[string, { first: number; last: number; step: number }]>([
    ['without points', { first: T, last: T - 1, step: 1_000 }],
    ['without a step', { first: T, last: T, step: 0 }],
    ['finer than a millisecond', { first: T, last: T + 1_000, step: 0.5 }],
    ['of millions of points', { first: T, last: T + 2_000_000, step: 1 }],
  ])('calls a grid %s a bug of the caller', async (_, grid) => {
    await expect(createProvider(server.url).query(rangeOf(grid))).rejects.toMatchObject({ code: 'BUG' });
    expect(server.requests).toEqual([]);
  });
});

describe('prometheus provider, at once', () => {
  it('has six requests under way at most, and all others in their order', async () => {
    const open: ((response: Response) => void)[] = [];
    let started = 0;
    const hold: typeof fetch = () => {
      started += 1;
      return new Promise((resolve) => open.push(resolve));
    };
    const provider = createProvider('http://prometheus.test', { fetch: hold });
    const all = Array.from({ length: 20 }, () => provider.query(QUESTION));
    const settled = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
    await settled();
    expect(started).toBe(6);
    for (let done = 1; done <= 20; done++) {
      open.shift()!(new Response(ANSWER));
      await settled();
      expect(started).toBe(Math.min(20, 6 + done));
    }
    for (const { outcome } of await Promise.all(all)) expect(outcome).toEqual({ kind: 'sample', value: 0.5 });
  });

  it('keeps no place while it waits for the next attempt', async () => {
    const clock = createTestClock();
    const wake: (() => void)[] = [];
    const fetchers: number[] = [];
    const failing: typeof fetch = async () => {
      fetchers.push(fetchers.length);
      return new Response(null, { status: 503 });
    };
    const provider = createProvider('http://prometheus.test', {
      fetch: failing,
      clock: { now: clock.now, sleep: () => new Promise((resolve) => wake.push(() => resolve())) },
    });
    const all = Array.from({ length: 20 }, () => provider.query(QUESTION));
    await new Promise((resolve) => setImmediate(resolve));
    expect([fetchers.length, wake.length]).toEqual([20, 20]);
    while (wake.length > 0) {
      for (const go of wake.splice(0)) go();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(all);
    expect(fetchers).toHaveLength(60);
  });
});

describe('prometheus provider, credentials', () => {
  const bearer = { auth: { kind: 'bearer', tokenEnv: 'PROM_TOKEN' } } as const;
  const basic = { auth: { kind: 'basic', usernameEnv: 'PROM_USER', passwordEnv: 'PROM_PASSWORD' } } as const;

  it.each<
    [string, { readonly spec: typeof bearer | typeof basic; readonly env: Record<string, string> }, RegExp]
  >([
    [
      'a missing token',
      { spec: bearer, env: {} },
      /^provider "prod": environment variable PROM_TOKEN \(auth\.tokenEnv in \.belay\/config\.yaml\) is missing or empty\. Set it/,
    ],
    ['a blank token', { spec: bearer, env: { PROM_TOKEN: ' \n' } }, /PROM_TOKEN .* is missing or empty/],
    ['a missing user name', { spec: basic, env: { PROM_PASSWORD: 'x' } }, /PROM_USER \(auth\.usernameEnv/],
    ['a missing password', { spec: basic, env: { PROM_USER: 'x' } }, /PROM_PASSWORD \(auth\.passwordEnv/],
    [
      'a token of two lines',
      { spec: bearer, env: { PROM_TOKEN: 'hunter2\nhunter3' } },
      /PROM_TOKEN .* holds characters that a header cannot carry/,
    ],
    [
      'a user name with a colon',
      { spec: basic, env: { PROM_USER: 'hunter2:x', PROM_PASSWORD: 'long enough' } },
      /PROM_USER holds a ":"/,
    ],
  ])('refuses %s, naming the variable and never its value', (_, given, message) => {
    const create = () => createProvider('http://prometheus.test', given);
    expect(create).toThrow(
      expect.objectContaining({ code: 'REFUSED', message: expect.stringMatching(message) as unknown }),
    );
    expect(create).not.toThrow(/hunter/);
  });

  it('makes token, password and their header secret at once, and leaves the user name to be read', () => {
    const secrets = createSecrets();
    createProvider('http://prometheus.test', { spec: bearer, env: { PROM_TOKEN: 'tok_123' }, secrets });
    createProvider('http://prometheus.test', {
      spec: basic,
      env: { PROM_USER: 'johanna', PROM_PASSWORD: 'p4ssw0rd' },
      secrets,
    });
    const header = Buffer.from('johanna:p4ssw0rd').toString('base64');
    expect(secrets.mask(`tok_123 johanna p4ssw0rd ${header}`)).toBe('*** johanna *** ***');
  });
});
