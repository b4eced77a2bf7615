import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPrometheusProvider } from '../../src/adapters/prometheus/prometheus-provider.ts';
import { createSecrets } from '../../src/adapters/system/secrets.ts';
import type { MetricsRequest, Observation } from '../../src/core/analysis/observation.ts';
import { instant, millis } from '../../src/core/units.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { type Bench, healthy, openInFlight, readRecording, sick, told, weightOf } from '../app/bench.ts';
import { CANDIDATE, STABLE } from '../builders/release.ts';
import { type LocalServer, startServer } from '../tools/http-server.ts';
import './hold-matrix.ts';

/** Call 19: the query of a provider over HTTP. A fault is nobody's harm and nobody's health, and the next tick goes on. */

type Strike = (response: ServerResponse, body: string) => void;

const JSON_TYPE = { 'content-type': 'application/json' };
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Strike =>
  (response) =>
    void response.writeHead(code, headers).end('no');
const text =
  (say: (body: string) => string): Strike =>
  (response, body) =>
    void response.writeHead(200, JSON_TYPE).end(say(body));

/** By how they strike; `again`: the same query is asked again at once, so that one of them is not noticed. */
const STRIKES: readonly (readonly [id: string, name: string, again: boolean, strike: Strike])[] = [
  ['F1', 'the connection ends', true, (response) => void response.destroy()],
  ['F3', '500', true, status(500)],
  ['F3', '502', true, status(502)],
  ['F3', '503', true, status(503)],
  ['F3', '504', true, status(504)],
  ['F4', '429', true, status(429, { 'retry-after': '1' })],
  ['F5', '401', false, status(401)],
  ['F6', '404', false, status(404)],
  ['F6', '403', false, status(403)],
  ['F7', '409', false, status(409)],
  ['F8', '422', false, status(422)],
  ['F9', 'half a body', false, text((body) => body.slice(0, body.length / 2))],
  ['F9', 'the page of a proxy', false, text(() => '<!doctype html>')],
  ['F9', 'no body', false, text(() => '')],
  ['F9', 'JSON of something else', false, text(() => '{"data":[]}')],
  ['F9', 'a redirect to a page', false, status(302, { location: '/login' })],
  ['F10', 'a reset', true, (response) => void response.socket?.resetAndDestroy()],
];

let server: LocalServer;
let health: Parameters<typeof readRecording>[0];
let strike: { readonly how: Strike; left: number } | undefined;

beforeAll(async () => {
  server = await startServer((request, response) => {
    void answer(request.path, new URLSearchParams(request.body)).then((body) => {
      if (!strike || strike.left <= 0) return response.writeHead(200, JSON_TYPE).end(body);
      strike.left -= 1;
      return strike.how(response, body);
    });
  });
});
afterEach(() => {
  strike = undefined;
});
afterAll(() => server.close());

async function answer(path: string, form: URLSearchParams): Promise<string> {
  const at = (key: string) => instant(Math.round(Number(form.get(key)) * 1000));
  const query = form.get('query') ?? '';
  const request: MetricsRequest = path.endsWith('query_range')
    ? {
        kind: 'range',
        query,
        grid: { first: at('start'), last: at('end'), step: millis(Number(form.get('step')) * 1000) },
      }
    : { kind: 'instant', query, at: at('time') };
  const { outcome } = await readRecording(health).query(request);
  return JSON.stringify({ status: 'success', data: dataOf(request, outcome) });
}

function dataOf(request: MetricsRequest, outcome: Observation['outcome']): object {
  if (request.kind === 'instant') {
    const value = outcome.kind === 'sample' ? [request.at / 1000, String(outcome.value)] : undefined;
    return { resultType: 'vector', result: value ? [{ metric: {}, value }] : [] };
  }
  const { first, step } = request.grid;
  const values = outcome.kind === 'series' ? outcome.values : [];
  const points = values.flatMap((value, index) =>
    typeof value === 'number' ? [[(first + index * step) / 1000, String(value)]] : [],
  );
  return { resultType: 'matrix', result: points.length > 0 ? [{ metric: {}, values: points }] : [] };
}

function provider(clock: Clock) {
  const spec = { kind: 'prometheus', url: server.url } as const;
  return createPrometheusProvider({
    name: 'prod',
    spec,
    env: {},
    clock: { now: () => clock.now(), sleep: async () => undefined },
    secrets: createSecrets(),
    random: () => 0.5,
  });
}

async function open(candidate: typeof healthy): Promise<Bench> {
  health = { [STABLE.version]: healthy, [CANDIDATE.version]: candidate };
  return openInFlight(2, { health, provider });
}

const STORIES = [
  ['a step', healthy, 32, ['advance', 'CHECKS_PASS', 'committed'], 25],
  ['a rollback by decision', sick, 20, ['rollback', 'HARM_PROVEN', 'merged'], 0],
] as const;

describe.each(STORIES)('%s', (_, candidate, at, quiet, weight) => {
  it.for(STRIKES)('%s %s at one query', async ([id, , again, how], { task }) => {
    task.meta.fault = { id, call: 'query' };
    const bench = await open(candidate);
    strike = { how, left: 1 };
    const report = await bench.tick(at);
    expect(strike.left, 'the fault strikes').toBe(0);
    if (again) expect(told(report)).toEqual(quiet);
    else expect([told(report)[0], exitCodeOf(report)]).toEqual(['hold', 0]);
    await bench.tick(at + 3);
    expect(weightOf(bench)).toBe(weight);
    expect(bench.forge.pulls.length).toBe(quiet[0] === 'rollback' ? 1 : 0);
  });

  it.for(STRIKES)('%s %s at every query of a tick', async ([id, , , how], { task }) => {
    task.meta.fault = { id, call: 'query' };
    const bench = await open(candidate);
    strike = { how, left: 1_000 };
    const report = await bench.tick(at);
    expect([told(report)[0], told(report)[2], exitCodeOf(report)]).toEqual(['hold', 'none', 0]);
    strike = undefined;
    expect(told(await bench.tick(at + 3))).toEqual(quiet);
    expect(weightOf(bench)).toBe(weight);
  });
});
