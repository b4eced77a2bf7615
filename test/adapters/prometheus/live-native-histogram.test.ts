import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Observation } from '../../../src/core/analysis/observation.ts';
import { type Instant, instant, millis } from '../../../src/core/units.ts';
import { hasPrometheus, type PrometheusServer, startPrometheus } from '../../tools/prometheus-server.ts';
import { type NativeSample, writeNativeHistograms } from '../../tools/remote-write.ts';
import { createProvider } from './setup.ts';

const START = 1_700_000_000_000;
const SCRAPE = 15_000;
const FLAGS = ['--web.enable-remote-write-receiver', '--enable-feature=native-histograms'];

/** A histogram that grows by one and the same at every scrape, at two buckets to a power of 2, and after a while at one. */
function growing(at: number): NativeSample {
  const isFine = at < 80;
  return {
    at: START + at * SCRAPE,
    schema: isFine ? 1 : 0,
    sum: 3 * at,
    zeroThreshold: 0.001,
    zeroCount: at,
    // up to 0.354, 1 and 2.83, then up to 0.5, 1 and 4
    positive: new Map(
      isFine
        ? [
            [-3, at],
            [0, 2 * at],
            [3, at],
          ]
        : [
            [-1, at],
            [0, 2 * at],
            [2, at],
          ],
    ),
    negative: new Map([[1, at]]),
  };
}

describe.skipIf(!hasPrometheus())('native histograms of a real Prometheus', () => {
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await startPrometheus({ openMetrics: '# EOF\n', flags: FLAGS });
    const samples = Array.from({ length: 161 }, (_, at) => growing(at));
    await writeNativeHistograms(
      server.url,
      ['a', 'b'].map((pod) => ({ labels: { __name__: 'predict_seconds', pod }, samples })),
    );
  });
  afterAll(() => server?.stop());

  const moment = (minute: number): Instant => instant(START + minute * 60_000);

  async function ask(query: string, by = 'le', step = 10): Promise<Observation['outcome']> {
    const grid = { first: moment(10), last: moment(30), step: millis(step * 60_000) };
    return (await createProvider(server.url).query({ kind: 'grouped', query, grid, by })).outcome;
  }

  function rows(outcome: Observation['outcome']) {
    if (outcome.kind !== 'grouped') throw new Error(JSON.stringify(outcome));
    return Object.fromEntries(outcome.groups.map(({ value, values }) => [value, values]));
  }

  it.each(['sum(increase(predict_seconds[5m]))', 'sum by (le) (increase(predict_seconds[5m]))'])(
    'are the buckets of %s',
    async (query) => {
      // 20 scrapes in 5 minutes, two pods
      expect(rows(await ask(query))).toMatchObject({
        '-1': [40, 40, 40],
        '0.001': [80, 80, 80],
        '0.35355339059327373': [120, 'missing', 'missing'],
        '0.5': [120, 120, 120],
        '1': [200, 200, 200],
        '2': [200, 200, 200],
        '2.82842712474619': [240, 'missing', 'missing'],
        '4': [240, 240, 240],
        '+Inf': [240, 240, 240],
      });
    },
  );

  it('agree with what the server itself says of the share below a bound', async () => {
    const buckets = rows(await ask('sum(increase(predict_seconds[5m]))'));
    for (const bound of [0.5, 1, 2, 4]) {
      const query = `histogram_fraction(-Inf, ${bound}, sum(increase(predict_seconds[5m])))`;
      const grid = { first: moment(10), last: moment(30), step: millis(600_000) };
      const { outcome } = await createProvider(server.url).query({ kind: 'range', query, grid });
      if (outcome.kind !== 'series') throw new Error(JSON.stringify(outcome));
      for (const [index, share] of outcome.values.entries())
        expect(Number(buckets[String(bound)]![index]) / Number(buckets['+Inf']![index])).toBeCloseTo(
          Number(share),
          9,
        );
    }
  });

  it('are as they are, whatever the length of the grid', async () => {
    const coarse = rows(await ask('sum(increase(predict_seconds[5m]))'));
    const fine = rows(await ask('sum(increase(predict_seconds[5m]))', 'le', 1 / 120));
    for (const [bound, values] of Object.entries(coarse))
      expect([bound, fine[bound]!.filter((_, at) => at % 1_200 === 0)]).toEqual([bound, values]);
  });

  it('must be one, and alone, and asked for by their bounds', async () => {
    expect(await ask('increase(predict_seconds[5m])')).toMatchObject({
      reason: 'many-series',
      detail: expect.stringMatching(
        /^gave 2 series, expected 1: \{pod="a"\}, \{pod="b"\}; add sum/,
      ) as unknown,
    });
    const both = 'predict_seconds{pod="a"} or label_replace(vector(1), "le", "1", "", "")';
    expect(await ask(both)).toMatchObject({
      reason: 'bad-response',
      detail: expect.stringMatching(/^gave numbers and native/) as unknown,
    });
    expect(await ask('sum(predict_seconds)', 'pod')).toMatchObject({
      reason: 'bad-response',
      detail: expect.stringMatching(/^gave a native histogram, expected a number/) as unknown,
    });
    expect(await ask('histogram_count(sum(predict_seconds))')).toMatchObject({ reason: 'many-series' });
  });
});
