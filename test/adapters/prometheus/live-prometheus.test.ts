import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Absence, Observation } from '../../../src/core/analysis/observation.ts';
import { instant, millis } from '../../../src/core/units.ts';
import { hasPrometheus, type PrometheusServer, startPrometheus } from '../../tools/prometheus-server.ts';
import { GAP, INTERVAL, makeHistory, RESET, SAMPLES, START } from './history.ts';
import { createProvider } from './setup.ts';

const history = makeHistory(7);
const moment = (sample: number) => instant((START + sample * INTERVAL) * 1000);
const END = SAMPLES - 1;

/** The counter's true growth over the samples after `from` up to `to`. */
function growth(version: '3.4.1' | '3.5.0', from: number, to: number): number {
  return history.growth[version].slice(from + 1, to + 1).reduce((sum, step) => sum + step, 0);
}

describe.skipIf(!hasPrometheus())('prometheus provider, against a real Prometheus', () => {
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await startPrometheus({ openMetrics: history.openMetrics });
  });
  afterAll(() => server?.stop());

  const at = async (query: string, sample = END): Promise<Observation['outcome']> =>
    (await createProvider(server.url).query({ kind: 'instant', query, at: moment(sample) })).outcome;

  const over = async (
    query: string,
    grid: { readonly first: number; readonly last: number; readonly step: number },
  ): Promise<Observation['outcome']> => {
    const asked = {
      first: moment(grid.first),
      last: moment(grid.last),
      step: millis(grid.step * INTERVAL * 1000),
    };
    return (await createProvider(server.url).query({ kind: 'range', query, grid: asked })).outcome;
  };

  it('gives the number of the one series at the asked moment', async () => {
    const depth = history.queue[100];
    expect(await at('queue_depth', 100)).toEqual({ kind: 'sample', value: depth });
    expect(await at('predict_total{version="3.4.1"}')).toEqual({
      kind: 'sample',
      value: growth('3.4.1', 0, END),
    });
  });

  it('asks for the moment to the millisecond', async () => {
    const provider = createProvider(server.url);
    const query = { kind: 'instant', query: 'time()', at: instant(START * 1000 + 123) } as const;
    expect((await provider.query(query)).outcome).toEqual({ kind: 'sample', value: START + 0.123 });
  });

  it('accepts a scalar', async () => {
    expect(await at('scalar(queue_depth) * 0 + 1.5')).toEqual({ kind: 'sample', value: 1.5 });
  });

  it('counts through a counter reset', async () => {
    const query = 'increase(predict_total{version="3.5.0"}[10m])';
    const outcome = await at(query, RESET + 20);
    const truth = growth('3.5.0', RESET - 20, RESET + 20);
    if (outcome.kind !== 'sample') throw new Error(JSON.stringify(outcome));
    // Servers differ in whether the window holds its first moment and so in how much they extrapolate.
    expect(Math.abs(outcome.value / truth - 1)).toBeLessThan(0.05);
    expect(await at('resets(predict_total{version="3.5.0"}[10m])', RESET + 20)).toEqual({
      kind: 'sample',
      value: 1,
    });
  });

  it.each<[string, string, Absence['reason'], RegExp]>([
    ['a metric that does not exist', 'no_such_metric', 'empty', /^gave no series/],
    ['0/0', '0 / 0', 'not-a-number', /^gave NaN/],
    [
      'a ratio of two series without traffic',
      'sum(predict_total * 0) / sum(predict_total * 0)',
      'not-a-number',
      /NaN/,
    ],
    ['x/0', 'sum(predict_total) / 0', 'infinite', /infinite/],
    ['-x/0', '-sum(predict_total) / 0', 'infinite', /infinite/],
    [
      'two series',
      'predict_total',
      'many-series',
      /gave 2 series, expected 1: \{version="3\.[45]\.[01]"\}, \{version=/,
    ],
    [
      'two metrics',
      '{__name__=~"queue_depth|predict_total",version!="3.5.0"}',
      'many-series',
      /__name__="queue_depth"/,
    ],
    ['a text', '"x"', 'bad-response', /gave a text/],
    ['a window', 'predict_total[1m]', 'bad-response', /gave all samples of a window/],
    ['bad PromQL', 'sum(predict_total', 'refused', /HTTP 400 \(bad_data: .*parse error/],
    ['an unknown function', 'summ(predict_total)', 'refused', /HTTP 400 \(bad_data: .*unknown function/],
    ['many-to-many matching', 'predict_total + on() predict_total', 'refused', /HTTP 422 \(execution: /],
  ])('gives a typed absence for %s', async (_, query, reason, detail) => {
    expect(await at(query)).toEqual({
      kind: 'absent',
      reason,
      detail: expect.stringMatching(detail) as unknown,
    });
  });

  it('is empty when the newest sample lies beyond the lookback period', async () => {
    expect(await at('queue_depth', GAP.after + 25)).toMatchObject({ kind: 'absent', reason: 'empty' });
  });

  it('gives one entry per grid point, and missing in the gap', async () => {
    const outcome = await over('queue_depth', { first: 0, last: END, step: 8 });
    if (outcome.kind !== 'series') throw new Error(JSON.stringify(outcome));
    expect(outcome.values).toHaveLength(61);
    const lookback = 300 / INTERVAL;
    for (const [index, value] of outcome.values.entries()) {
      const sample = index * 8;
      const newest = sample > GAP.after && sample < GAP.before ? GAP.after : sample;
      // At exactly the lookback period servers differ: its end is open since 3.0.
      if (sample - newest === lookback) continue;
      expect([sample, value]).toEqual([
        sample,
        sample - newest > lookback ? 'missing' : history.queue[newest],
      ]);
    }
    expect(outcome.values.filter((value) => value === 'missing').length).toBeGreaterThan(5);
  });

  it('marks each point that is no number', async () => {
    const seconds = (START + END * INTERVAL).toString();
    const outcome = await over(`1 / (${seconds} - time())`, { first: END - 2, last: END, step: 1 });
    expect(outcome).toEqual({ kind: 'series', values: [1 / 30, 1 / 15, 'infinite'] });
    expect(await over('vector(0) / 0', { first: 0, last: 1, step: 1 })).toEqual({
      kind: 'series',
      values: ['not-a-number', 'not-a-number'],
    });
  });

  it('is empty when a range has no series, and refuses to choose among two', async () => {
    const grid = { first: 0, last: 10, step: 1 };
    expect(await over('no_such_metric', grid)).toMatchObject({ kind: 'absent', reason: 'empty' });
    expect(await over('predict_total', grid)).toMatchObject({ kind: 'absent', reason: 'many-series' });
    expect(await over('sum(', grid)).toMatchObject({ kind: 'absent', reason: 'refused' });
  });

  it('reads a grid that is longer than the server allows in one request', async () => {
    const grid = {
      first: instant(START * 1000),
      last: instant(START * 1000 + 24_999 * 250),
      step: millis(250),
    };
    const { outcome } = await createProvider(server.url).query({ kind: 'range', query: 'time()', grid });
    if (outcome.kind !== 'series') throw new Error(JSON.stringify(outcome));
    expect(outcome.values).toEqual(Array.from({ length: 25_000 }, (_, index) => START + index / 4));
  });

  it('sends a limit of staleness in a form that the server accepts', async () => {
    const spec = { maxStaleness: millis(60_000) };
    const provider = createProvider(server.url, { spec });
    const { outcome } = await provider.query({ kind: 'instant', query: 'queue_depth', at: moment(END) });
    expect(outcome).toEqual({ kind: 'sample', value: history.queue[END] });
  });

  it('says the same of the same question, whenever and however often it is asked', async () => {
    const query = { kind: 'instant', query: 'sum(increase(predict_total[1h]))', at: moment(END) } as const;
    const provider = createProvider(server.url);
    const [first, ...rest] = await Promise.all(Array.from({ length: 30 }, () => provider.query(query)));
    expect(first!.outcome.kind).toBe('sample');
    for (const observation of rest) expect(observation).toEqual(first);
  });
});
