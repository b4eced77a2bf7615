import { describe, expect, it } from 'vitest';
import { createOpenMetricsProvider } from '../../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../../src/adapters/system/fixed-clock.ts';
import type { Absence, Observation } from '../../../src/core/analysis/observation.ts';
import { ToolError } from '../../../src/core/errors.ts';
import { type Instant, instant, type Millis, millis } from '../../../src/core/units.ts';
import { writeOpenMetrics } from '../../tools/open-metrics-writer.ts';

const START = instant(Date.UTC(2026, 10, 21, 8));
const minutes = (count: number): Millis => millis(count * 60_000);
const minute = (count: number): Instant => instant(START + minutes(count));
const justAfter = (moment: Instant): Instant => instant(moment + 1);

/** Two counters that grow by 1 and 2 a minute for an hour, and gauges with something odd. */
const text = writeOpenMetrics([
  {
    name: 'predict',
    type: 'counter',
    series: ['3.4.1', '3.5.0'].map((version, index) => ({
      labels: { version, job: 'scorer' },
      points: Array.from({ length: 61 }, (_, at) => [minute(at), 100 + at * (index + 1)]),
    })),
  },
  { name: 'ended', type: 'gauge', series: [{ points: [[minute(10), 7]] }] },
  {
    name: 'odd',
    type: 'gauge',
    series: [
      {
        points: [
          [minute(0), 1],
          [minute(10), Number.NaN],
          [minute(20), Number.POSITIVE_INFINITY],
        ],
      },
    ],
  },
]);
const clock = createFixedClock(minute(1000));
const provider = createOpenMetricsProvider({ name: 'recorded', text, clock });

async function at(query: string, moment = minute(60)): Promise<Observation['outcome']> {
  return (await provider.query({ kind: 'instant', query, at: moment })).outcome;
}

async function over(query: string, grid: readonly [first: number, last: number, step: number]) {
  const [first, last, step] = grid;
  const asked = { first: minute(first), last: minute(last), step: minutes(step) };
  return (await provider.query({ kind: 'range', query, grid: asked })).outcome;
}

describe('openmetrics provider', () => {
  it('answers with the number of the one series, its name, the request and the time of asking', async () => {
    const request = { kind: 'instant', query: 'sum(increase(predict_total[10m]))', at: minute(30) } as const;
    expect(await provider.query(request)).toEqual({
      provider: 'recorded',
      request,
      fetchedAt: minute(1000),
      outcome: { kind: 'sample', value: 30 },
    });
  });

  it('accepts a scalar', async () => {
    expect(await at('1 + 1')).toEqual({ kind: 'sample', value: 2 });
  });

  it.each<[string, string, Absence['reason'], RegExp]>([
    ['nothing selected', 'no_such_metric', 'empty', /^gave no series, expected 1/],
    ['no sample in the lookback', 'ended', 'empty', /^gave no series/],
    ['a filter that nothing passes', 'predict_total > 1e9', 'empty', /^gave no series/],
    ['0/0', '0 / 0', 'not-a-number', /^gave NaN/],
    ['x/0', 'sum(predict_total) / 0', 'infinite', /^gave an infinite number/],
    ['-x/0', '-sum(predict_total) / 0', 'infinite', /infinite/],
    [
      'two series',
      'predict_total',
      'many-series',
      /^gave 2 series, expected 1: \{version="3\.4\.1"\}, \{version="3\.5\.0"\}; add sum\(\) or a label filter$/,
    ],
    ['a text', '"hello"', 'bad-response', /^gave a text/],
    ['a window', 'predict_total[5m]', 'bad-response', /^gave all samples of a window/],
    ['no PromQL', 'sum(predict_total', 'refused', /query: 1:18: expected "\)"/],
    [
      'an unknown function',
      '1 +\n  holt_winters(predict_total[5m], 0.1, 0.2)',
      'refused',
      /2:3: function "holt_winters"/,
    ],
    ['an aggregation that is not known', 'topk(1, predict_total)', 'refused', /1:1: aggregation "topk"/],
    ['a wrong type', 'rate(predict_total)', 'refused', /1:6: "rate" needs a range vector/],
    [
      'a match of many to many',
      'predict_total + on (job) predict_total',
      'refused',
      /1:15: several series on the right/,
    ],
    [
      'labels that become equal',
      '-{__name__=~"predict_total|odd",version!="3.5.0"} + 1',
      'many-series',
      /gave 2 series/,
    ],
    [
      'a time range without end',
      'count_over_time(vector(1)[90d:1ms])',
      'refused',
      /more than 20000000 values/,
    ],
  ])('gives an absence for %s', async (_, query, reason, detail) => {
    const outcome = await at(query, minute(query.includes('odd') ? 3 : 60));
    expect(outcome).toMatchObject({ kind: 'absent', reason, detail: expect.stringMatching(detail) });
  });

  it('does not take a recorded NaN or infinity for a number', async () => {
    expect(await at('odd', minute(10))).toMatchObject({ reason: 'not-a-number' });
    expect(await at('odd', minute(20))).toMatchObject({ reason: 'infinite' });
  });

  it('aligns a range to its grid and says why a point has no number', async () => {
    expect(await over('odd', [0, 24, 4])).toEqual({
      kind: 'series',
      values: [1, 1, 'missing', 'not-a-number', 'missing', 'infinite', 'infinite'],
    });
  });

  it('takes the points up to the last that the grid reaches', async () => {
    expect(await over('time()', [0, 5, 2])).toEqual({
      kind: 'series',
      values: [0, 2, 4].map((count) => minute(count) / 1000),
    });
  });

  it.each<[string, string, Absence['reason']]>([
    ['no series', 'no_such_metric', 'empty'],
    ['two series', 'predict_total', 'many-series'],
    ['a series at some points and another one at others', 'ended or odd', 'many-series'],
    ['a text', '"hello"', 'refused'],
    ['a window', 'predict_total[5m]', 'refused'],
    ['no PromQL', ')', 'refused'],
  ])('gives one absence for a whole range with %s', async (_, query, reason) => {
    expect(await over(query, [0, 30, 5])).toMatchObject({ kind: 'absent', reason });
  });

  it('does not see what happens after the asked moment', async () => {
    const now = minute(5);
    expect(await at('predict_total{version="3.4.1"}', now)).toEqual({ kind: 'sample', value: 105 });
    expect(await at('predict_total{version="3.4.1"} offset -3m', now)).toEqual({
      kind: 'sample',
      value: 105,
    });
    expect(await at(`predict_total{version="3.4.1"} @ ${minute(9) / 1000}`, now)).toEqual({
      kind: 'sample',
      value: 105,
    });
    expect(await at('ended', now)).toMatchObject({ reason: 'empty' });
    expect(await at('count_over_time(predict_total{version="3.4.1"}[1h] offset -61m)', now)).toMatchObject({
      reason: 'empty',
    });
  });

  it('sees a whole range up to its last point', async () => {
    expect(await over('predict_total{version="3.4.1"} offset -5m', [0, 10, 5])).toEqual({
      kind: 'series',
      values: [105, 110, 110],
    });
  });

  it('looks back five minutes, and counts a sample that is exactly so old', async () => {
    expect(await at('ended', minute(15))).toEqual({ kind: 'sample', value: 7 });
    expect(await at('ended', justAfter(minute(15)))).toMatchObject({ reason: 'empty' });
  });

  it.each([
    [minutes(2), 12],
    [minutes(30), 40],
    [minutes(0), 15],
  ])('looks back as far as the config says: %d ms', async (maxStaleness, lastMinute) => {
    const other = createOpenMetricsProvider({ name: 'recorded', text, clock, maxStaleness });
    const ask = async (moment: Instant) =>
      (await other.query({ kind: 'instant', query: 'ended', at: moment })).outcome;
    expect(await ask(minute(lastMinute))).toEqual({ kind: 'sample', value: 7 });
    expect(await ask(justAfter(minute(lastMinute)))).toMatchObject({ reason: 'empty' });
  });

  it('counts a sample on both ends of a window', async () => {
    const query = 'count_over_time(predict_total{version="3.4.1"}[5m])';
    expect(await at(query, minute(30))).toEqual({ kind: 'sample', value: 6 });
    expect(await at(query, justAfter(minute(30)))).toEqual({ kind: 'sample', value: 5 });
  });

  it('says of a file that ends before what is asked about that it is old, and what to do', async () => {
    const detail =
      'the newest sample of recorded is of 2026-11-21T09:00:00Z, 2h before what is asked about; write the file anew before each run, or ask a provider that is up to date';
    expect(await at('sum(predict_total)', minute(180))).toEqual({ kind: 'absent', reason: 'stale', detail });
    expect(await over('sum(predict_total)', [180, 240, 5])).toEqual({
      kind: 'absent',
      reason: 'stale',
      detail,
    });
    // what another name would not mend is not called old
    expect(await at('sum(predicted_total)', minute(30))).toMatchObject({ reason: 'empty' });
    expect(await over('sum(predicted_total)', [50, 240, 5])).toMatchObject({ reason: 'empty' });
    expect(await at('sum(increase(predict_total[4h]))', minute(180))).toMatchObject({ kind: 'sample' });
  });

  it('answers the same from the same recording, whenever it is asked', async () => {
    const later = createOpenMetricsProvider({
      name: 'recorded',
      text,
      clock: createFixedClock(minute(9999)),
    });
    const request = { kind: 'instant', query: 'sum(rate(predict_total[7m]))', at: minute(33) } as const;
    expect((await later.query(request)).outcome).toEqual((await provider.query(request)).outcome);
  });

  it('refuses a text that is no recording, with the place of the first problem', () => {
    const create = () =>
      createOpenMetricsProvider({ name: 'recorded', file: 'recordings/day.om', text: 'x 1\ny 2\n', clock });
    expect(create).toThrow(ToolError);
    expect(create).toThrow(/^recordings\/day\.om:1:4: expected a timestamp .* \(and 1 more\)$/);
  });

  it('loads a recording once, when it is first asked', async () => {
    let loads = 0;
    const lazy = createOpenMetricsProvider({
      name: 'recorded',
      clock,
      loadText: async () => {
        loads += 1;
        return text;
      },
    });
    expect(loads).toBe(0);
    const request = { kind: 'instant', query: 'ended', at: minute(12) } as const;
    await Promise.all([lazy.query(request), lazy.query(request)]);
    expect((await lazy.query(request)).outcome).toEqual({ kind: 'sample', value: 7 });
    expect(loads).toBe(1);
  });

  it('rejects every query when the recording that it loads is none', async () => {
    const lazy = createOpenMetricsProvider({ name: 'recorded', clock, loadText: async () => 'x' });
    const request = { kind: 'instant', query: '1', at: minute(12) } as const;
    await expect(lazy.query(request)).rejects.toMatchObject({ code: 'REFUSED' });
    await expect(lazy.query(request)).rejects.toMatchObject({ code: 'REFUSED' });
  });

  it('takes a grid without points for a mistake of the caller', async () => {
    await expect(over('1', [5, 0, 1])).rejects.toMatchObject({ code: 'BUG' });
  });
});
