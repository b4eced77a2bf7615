import { writeFile } from 'node:fs/promises';
import { makeHistory } from '../adapters/prometheus/history.ts';
import { startPrometheus } from './prometheus-server.ts';

/**
 * Writes the recorded half of test/fixtures/http/prometheus from the Prometheus on this machine:
 * `npx tsx test/tools/record-prometheus-answers.ts`. Read the difference before you commit it.
 */

const at = { time: '1700003600' };
const grid = { start: '1700003580', end: '1700003640', step: '30' };
const exchanges: readonly (readonly [name: string, path: string, form: Readonly<Record<string, string>>])[] =
  [
    ['vector-one', 'query', { query: 'predict_total{version="3.4.1"}', ...at }],
    ['vector-one-millisecond', 'query', { query: 'sum(predict_total)', time: '1700003600.123' }],
    ['vector-empty', 'query', { query: 'no_such_metric', ...at }],
    ['vector-two', 'query', { query: 'predict_total', ...at }],
    ['vector-nan', 'query', { query: 'sum(predict_total) * 0 / 0', ...at }],
    ['vector-infinite', 'query', { query: 'vector(1) / 0', ...at }],
    ['vector-minus-infinite', 'query', { query: 'vector(-1) / 0', ...at }],
    ['vector-tiny', 'query', { query: 'vector(5e-324)', ...at }],
    ['vector-huge', 'query', { query: 'vector(1.7976931348623157e308)', ...at }],
    ['scalar', 'query', { query: '0.1 + 0.2', ...at }],
    ['scalar-nan', 'query', { query: '0 / 0', ...at }],
    ['text', 'query', { query: '"3.5.0"', ...at }],
    ['window', 'query', { query: 'predict_total[30s]', ...at }],
    ['matrix-one', 'query_range', { query: 'predict_total{version="3.4.1"}', ...grid }],
    [
      'matrix-quarter-seconds',
      'query_range',
      { query: 'time()', start: '1700000000', end: '1700000001', step: '0.25' },
    ],
    ['matrix-empty', 'query_range', { query: 'no_such_metric', ...grid }],
    ['matrix-two', 'query_range', { query: 'predict_total', ...grid }],
    [
      'matrix-gap',
      'query_range',
      { query: 'queue_depth', start: '1700002400', end: '1700003600', step: '200' },
    ],
    ['matrix-infinite', 'query_range', { query: '1 / (time() % 60)', ...grid }],
    ['matrix-nan', 'query_range', { query: '(time() % 60) / (time() % 60)', ...grid }],
    ['error-bad-promql', 'query', { query: 'sum(', ...at }],
    ['error-many-to-many', 'query', { query: 'predict_total + on() predict_total', ...at }],
    ['error-range-of-text', 'query_range', { query: '"3.5.0"', ...grid }],
    [
      'error-too-many-points',
      'query_range',
      { query: 'time()', start: '1700000000', end: '1700011001', step: '1' },
    ],
    [
      'error-end-before-start',
      'query_range',
      { query: 'time()', start: '1700000001', end: '1700000000', step: '1' },
    ],
    ['error-not-found', 'no_such_path', {}],
  ];

const server = await startPrometheus({ openMetrics: makeHistory(1).openMetrics });
try {
  const build = (await (await fetch(`${server.url}/api/v1/status/buildinfo`)).json()) as {
    data: { version: string };
  };
  for (const [name, path, form] of exchanges) {
    const response = await fetch(`${server.url}/api/v1/${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    const exchange = {
      source: `recorded from Prometheus ${build.data.version}, history of test/adapters/prometheus/history.ts, seed 1`,
      request: { path: `/api/v1/${path}`, form },
      status: response.status,
      contentType: response.headers.get('content-type'),
      body: await response.text(),
    };
    const file = new URL(`../fixtures/http/prometheus/${name}.json`, import.meta.url);
    await writeFile(file, `${JSON.stringify(exchange, undefined, 2)}\n`);
  }
} finally {
  await server.stop();
}
