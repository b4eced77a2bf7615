import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MetricsRequest, Observation } from '../../../src/core/analysis/observation.ts';
import { instant, millis } from '../../../src/core/units.ts';
import { type LocalServer, type ReceivedRequest, startServer } from '../../tools/http-server.ts';
import { createProvider } from './setup.ts';

const T = 1_700_000_000_000;
const STEP = 60_000;

/** The part of a grid that a request asks for: index of its first point and number of points. */
function partOf({ body }: ReceivedRequest): { readonly from: number; readonly points: number } {
  const form = new URLSearchParams(body);
  const from = (Number(form.get('start')) * 1000 - T) / STEP;
  return { from, points: (Number(form.get('end')) * 1000 - T) / STEP - from + 1 };
}

type Series = { readonly metric: object; readonly values?: unknown; readonly histograms?: unknown };

function matrix(...result: readonly Series[]): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

/** A series whose value is the index of the point. */
function series(request: ReceivedRequest, metric: object, pad = ''): Series {
  const { from, points } = partOf(request);
  return {
    metric,
    values: Array.from({ length: points }, (_, at) => [
      (T + (from + at) * STEP) / 1000,
      `${from + at}.0${pad}`,
    ]),
  };
}

function histograms(request: ReceivedRequest): Series {
  const { values } = series(request, {});
  return {
    metric: {},
    histograms: (values as [number, string][]).map(([at, count]) => [at, { count, sum: '0' }]),
  };
}

let server: LocalServer;
let answer: (request: ReceivedRequest) => string | number;
let from = 0;
beforeAll(async () => {
  server = await startServer((request, response) => {
    const given = answer(request);
    response.writeHead(typeof given === 'number' ? given : 200).end(typeof given === 'string' ? given : '');
  });
});
beforeEach(() => {
  from = server.requests.length;
});
afterAll(() => server.close());

const asked = () => server.requests.slice(from).map((request) => partOf(request).points);

async function ask(points: number, by = 'le', given: Parameters<typeof createProvider>[1] = {}) {
  const grid = { first: instant(T), last: instant(T + (points - 1) * STEP), step: millis(STEP) };
  const request: MetricsRequest = { kind: 'grouped', query: `sum by (${by}) (x)`, grid, by };
  return (await createProvider(server.url, given).query(request)).outcome;
}

function valuesOf(outcome: Observation['outcome']) {
  if (outcome.kind !== 'grouped') throw new Error(JSON.stringify(outcome));
  return Object.fromEntries(outcome.groups.map(({ value, values }) => [value, values]));
}

const count = (length: number, start = 0) => Array.from({ length }, (_, index) => start + index);

describe('grouped questions to a server', () => {
  it('are split into requests of a thousand points, whose series are joined by their labels', async () => {
    answer = (request) => matrix(series(request, { le: '1' }), series(request, { le: '+Inf' }));
    const outcome = await ask(2_500);
    expect(valuesOf(outcome)).toEqual({ '1': count(2_500), '+Inf': count(2_500) });
    expect(asked()).toEqual([1_000, 1_000, 500]);
  });

  it('are missing in the parts that do not have them', async () => {
    answer = (request) => {
      const { from: first } = partOf(request);
      if (first === 0) return matrix();
      return matrix(series(request, { bin: first === 1_000 ? 'a' : 'b' }));
    };
    const gap = (length: number) => count(length).map(() => 'missing');
    expect(valuesOf(await ask(2_500, 'bin'))).toEqual({
      a: [...gap(1_000), ...count(1_000, 1_000), ...gap(500)],
      b: [...gap(2_000), ...count(500, 2_000)],
    });
  });

  it('follow a bound whose spelling changes when the server is upgraded', async () => {
    answer = (request) => matrix(series(request, { le: partOf(request).from === 0 ? '1' : '1.0' }));
    expect(valuesOf(await ask(1_500))).toEqual({ '1': count(1_500) });
  });

  it('are many series where the parts have different ones for a value', async () => {
    answer = (request) => matrix(series(request, { bin: 'a', pod: `p${partOf(request).from}` }));
    expect(await ask(1_500, 'bin')).toMatchObject({
      reason: 'many-series',
      detail: expect.stringContaining('bin="a", expected 1: {pod="p0"}, {pod="p1000"}') as unknown,
    });
  });

  it('are many series where a proxy repeats one', async () => {
    answer = (request) => matrix(series(request, { bin: 'a' }), series(request, { bin: 'a' }));
    expect(await ask(5, 'bin')).toMatchObject({ reason: 'many-series' });
  });

  it('are asked in smaller parts when an answer is larger than is read', async () => {
    // about 3 KB a point: 1 MiB is reached beyond 340 points
    answer = (request) =>
      matrix(...count(10).map((bin) => series(request, { bin: String(bin) }, '0'.repeat(280))));
    const outcome = await ask(1_200, 'bin');
    expect(valuesOf(outcome)['7']).toEqual(count(1_200));
    expect(asked().slice(0, 3)).toEqual([1_000, 500, 250]);
    expect(Math.max(...asked().slice(3))).toBe(250);
  });

  it('are too large when even a few points are', async () => {
    answer = (request) => matrix(series(request, { bin: 'b'.repeat(1_100_000) }));
    expect(await ask(1_000, 'bin')).toMatchObject({
      reason: 'too-large',
      detail: expect.stringContaining('answer is larger than 1048576 bytes') as unknown,
    });
    expect(asked()).toEqual([1_000, 500, 250, 125, 63, 32, 16]);
  });

  it('stop at the first part that cannot be seen', async () => {
    answer = (request) => (partOf(request).from === 0 ? matrix(series(request, { le: '1' })) : '<html>');
    expect(await ask(5_000)).toMatchObject({ reason: 'bad-response' });
    expect(asked()).toHaveLength(2);
  });

  it('are absent when a part came with a warning', async () => {
    answer = (request) =>
      partOf(request).from === 0
        ? matrix(series(request, { le: '1' }))
        : matrix(series(request, { le: '1' })).replace('{', '{"warnings":["store s1 is down"],');
    expect(await ask(2_000)).toMatchObject({ reason: 'warnings' });
  });

  it('are asked again as other questions are', async () => {
    answer = (request) => (asked().length < 3 ? 503 : matrix(series(request, { le: '1' })));
    expect(valuesOf(await ask(3))).toEqual({ '1': [0, 1, 2] });
    answer = () => 503;
    expect(await ask(3)).toMatchObject({ reason: 'server-error' });
    answer = () => 400;
    expect(await ask(3)).toMatchObject({ reason: 'refused' });
  });

  it('do not add a native histogram to the buckets of a classic one', async () => {
    answer = (request) =>
      matrix(partOf(request).from === 0 ? series(request, { le: '+Inf' }) : histograms(request));
    expect(await ask(1_500)).toMatchObject({
      reason: 'bad-response',
      detail: expect.stringContaining('gave numbers and native histograms') as unknown,
    });
    answer = (request) => matrix({ ...series(request, {}), ...histograms(request) });
    expect(await ask(5)).toMatchObject({ reason: 'bad-response' });
  });

  it('join native histograms over the whole grid', async () => {
    answer = (request) => matrix(histograms(request));
    expect(valuesOf(await ask(1_500))).toEqual({ '+Inf': count(1_500) });
  });

  it('give no group that is named like a secret', async () => {
    const token = 'tok-3f9a8b7c6d5e4f';
    const spec = { auth: { kind: 'bearer', tokenEnv: 'TOKEN' } } as const;
    answer = (request) => matrix(series(request, { bin: `x ${token}` }));
    const outcome = await ask(3, 'bin', { spec, env: { TOKEN: token } });
    expect(outcome).toMatchObject({ reason: 'bad-response' });
    expect(JSON.stringify(outcome)).not.toContain(token);
  });
});
