import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpenMetricsProvider } from '../../../src/adapters/openmetrics/openmetrics-provider.ts';
import { parseOpenMetrics } from '../../../src/adapters/openmetrics/parse-openmetrics.ts';
import { runQuery } from '../../../src/adapters/openmetrics/run-query.ts';
import { createSeriesStore, type SeriesStore } from '../../../src/adapters/openmetrics/series-store.ts';
import { createFixedClock } from '../../../src/adapters/system/fixed-clock.ts';
import type { MetricsRequest, Observation } from '../../../src/core/analysis/observation.ts';
import { instant, millis } from '../../../src/core/units.ts';
import { writeOpenMetrics } from '../../tools/open-metrics-writer.ts';
import { hasPrometheus, type PrometheusServer, startPrometheus } from '../../tools/prometheus-server.ts';
import { createProvider } from '../prometheus/setup.ts';
import { type Asked, askPrometheus, difference, isClose, plain, slice } from './ask-prometheus.ts';
import { mutateQuery, randomPattern } from './mutate-query.ts';
import { pinTo, randomQuery } from './random-query.ts';
import { DAY_LENGTH, DAY_START, recordDay } from './recorded-day.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

/** Another seed gives another day and other queries: BELAY_SEED=7 npx vitest run test/adapters/openmetrics */
const SEED = Number(process.env.BELAY_SEED ?? 20261121);
const LOOKBACK = 300_000;
/** Queries that give no number at any moment of the day. */
const ABSENCES = [
  ...[
    'nothing',
    'nothing or nothing',
    'predict_total',
    '{__name__=~"predict.*"}',
    '"text"',
    'predict_total[5m]',
  ],
  ...['0 / 0', '1 / 0', '-1 / vector(0)', 'sum(', 'nope(predict_total)', 'rate(predict_total)', ''],
];

function open(text: string): SeriesStore {
  const read = parseOpenMetrics(text, 'day.om');
  if (read.kind === 'problems') throw new Error(JSON.stringify(read.problems[0]));
  return createSeriesStore(read.series);
}

function randomMoment(random: SeededRandom): number {
  const grain = random.pick([1, 1000, 30_000, 60_000]);
  return DAY_START + Math.round(random.between(0, DAY_LENGTH) / grain) * grain;
}

function randomAsked(random: SeededRandom): Asked {
  const first = randomMoment(random);
  if (random.happens(0.6)) return { kind: 'instant', first, interval: 1, count: 1 };
  const interval = random.pick([60_000, 300_000, 1000, 37_777]);
  return { kind: 'range', first, interval, count: random.between(1, 60) };
}

/** What a request to a provider gave, without what only one of two providers can say. */
function bare({ outcome }: Observation): unknown {
  return outcome.kind === 'absent' ? outcome.reason : outcome;
}

function sameOutcome(ours: Observation, theirs: Observation): boolean {
  const [a, b] = [ours.outcome, theirs.outcome];
  if (a.kind === 'sample' && b.kind === 'sample') return isClose(a.value, b.value);
  if (a.kind === 'series' && b.kind === 'series')
    return (
      a.values.length === b.values.length &&
      a.values.every((value, index) => {
        const other = b.values[index];
        return typeof value === 'number' && typeof other === 'number'
          ? isClose(value, other)
          : value === other;
      })
    );
  return a.kind === 'absent' && b.kind === 'absent' && a.reason === b.reason;
}

describe.skipIf(!hasPrometheus())(`a recording, against a real Prometheus (seed ${SEED})`, () => {
  const text = writeOpenMetrics(recordDay(SEED));
  const store = open(text);
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await startPrometheus({ openMetrics: text });
  });
  afterAll(() => server?.stop());

  const answer = (query: string, { first, interval, count }: Asked) =>
    runQuery(store, { query, steps: { first, interval, count }, lookback: LOOKBACK });

  /** What differs; undefined when nothing does. */
  async function compare(query: string, asked: Asked): Promise<string | undefined> {
    const ours = plain(answer(query, asked), asked);
    const differs = difference(ours, await askPrometheus(server.url, query, asked));
    if (differs === undefined) return undefined;
    const stillDiffers = asked.kind === 'instant' ? differs : await compareMoments(query, asked);
    return stillDiffers && `${query}\n${JSON.stringify(asked)}\n${differs}\n${stillDiffers}`;
  }

  /**
   * Over a grid the server adds up series in an order that changes from answer to answer, so that sum(x) % sum(x) is
   * sometimes 0 and sometimes almost sum(x). At one moment it does not: then that is what must agree.
   */
  async function compareMoments(query: string, asked: Asked): Promise<string | undefined> {
    const { first, interval, count } = asked;
    const last = first + (count - 1) * interval;
    const pinned = query
      .replaceAll('@ start()', `@ ${first / 1000}`)
      .replaceAll('@ end()', `@ ${last / 1000}`);
    const whole = plain(answer(query, asked), asked);
    for (let moment = first; moment <= last; moment += interval) {
      const one: Asked = { kind: 'instant', first: moment, interval: 1, count: 1 };
      const ours = plain(answer(pinned, one), one);
      const differs =
        difference(slice(whole, moment), slice(ours, moment)) ??
        difference(slice(ours, moment), slice(await askPrometheus(server.url, pinned, one), moment));
      if (differs !== undefined) return differs;
    }
    return undefined;
  }

  it('gives the same series and numbers for 500 random queries', { timeout: 120_000 }, async () => {
    const random = seededRandom(SEED);
    let withSeries = 0;
    for (let round = 0; round < 500; round += 1) {
      const asked = randomAsked(random);
      const pin = DAY_START + random.next() * (asked.first - DAY_START);
      const query = pinTo(randomQuery(random), pin / 1000);
      expect(await compare(query, asked)).toBeUndefined();
      withSeries += (await askPrometheus(server.url, query, asked))?.size ? 1 : 0;
    }
    // Else the comparison would have compared nothing.
    expect(withSeries).toBeGreaterThan(200);
  });

  it.each([
    'sum(increase(predict_errors_total{version="3.5.0"}[30m]))',
    'sum(increase(predict_errors_total{version="3.5.0"}[1h])) / sum(increase(predict_total{version="3.5.0"}[1h]))',
    'sum by (le) (increase(predict_seconds_bucket{version="3.5.0"}[15m]))',
    'histogram_quantile(0.99, sum by (le) (rate(predict_seconds_bucket[5m])))',
    'histogram_quantile(0.5, predict_seconds_bucket)',
    'max(queue_depth) > 5 or vector(0)',
    'avg_over_time(queue_depth[10m])',
    'sum(rate(predict_total[5m])) by (version) / ignoring (owner) group_right build_info',
    'max_over_time(sum(rate(predict_total[5m]))[1h:5m])',
    'absent(nothing{version="3.5.0"}) * time()',
    'quantile without (pod) (0.9, queue_depth offset 1h)',
    'aligned',
    'count_over_time(aligned[5m])',
    'strange',
  ])('follows the server through the day: %s', async (query) => {
    const day: Asked = { kind: 'range', first: DAY_START - 600_000, interval: 300_000, count: 293 };
    expect(await compare(query, day)).toBeUndefined();
    for (let hour = 0; hour <= 24; hour += 3)
      expect(
        await compare(query, { ...day, kind: 'instant', first: DAY_START + hour * 3_600_000, count: 1 }),
      ).toBe(undefined);
  });

  it('leads to the same observations as a provider that asks the server', { timeout: 120_000 }, async () => {
    const random = seededRandom(SEED + 1);
    const ours = createOpenMetricsProvider({ name: 'prod', text, clock: createFixedClock(DAY_START) });
    const theirs = createProvider(server.url);
    const outcomes = new Set<string>();
    for (let round = 0; round < 250; round += 1) {
      const asked = randomAsked(random);
      const inner = pinTo(randomQuery(random), DAY_START / 1000);
      const wrapped = random.happens(0.7) ? `${random.pick(['sum', 'max', 'avg'])}(${inner})` : inner;
      const query = ABSENCES[round] ?? wrapped;
      const grid = {
        first: instant(asked.first),
        last: instant(asked.first + (asked.count - 1) * asked.interval),
        step: millis(asked.interval),
      };
      const request: MetricsRequest =
        asked.kind === 'instant'
          ? { kind: 'instant', query, at: grid.first }
          : { kind: 'range', query, grid };
      const [mine, its] = [await ours.query(request), await theirs.query(request)];
      outcomes.add(its.outcome.kind === 'absent' ? its.outcome.reason : its.outcome.kind);
      const agrees =
        sameOutcome(mine, its) || (asked.kind === 'range' && (await compare(query, asked)) === undefined);
      if (!agrees)
        expect({ query, asked, outcome: bare(mine) }).toEqual({ query, asked, outcome: bare(its) });
    }
    const kinds = ['empty', 'infinite', 'many-series', 'not-a-number', 'refused', 'sample', 'series'];
    expect([...outcomes].sort()).toEqual(expect.arrayContaining(kinds));
  });

  it('refuses what the server refuses', { timeout: 120_000 }, async () => {
    const random = seededRandom(SEED + 2);
    const asked: Asked = { kind: 'instant', first: randomMoment(random), interval: 1, count: 1 };
    let accepted = 0;
    for (let round = 0; round < 400; round += 1) {
      const query = mutateQuery(pinTo(randomQuery(random), DAY_START / 1000), random);
      const { kind } = answer(query, asked);
      if (kind === 'refused' || kind === 'other') continue;
      accepted += 1;
      expect(await compare(query, asked)).toBeUndefined();
    }
    expect(accepted).toBeGreaterThan(20);
  });
});

describe.skipIf(!hasPrometheus())(`patterns, against a real Prometheus (seed ${SEED})`, () => {
  const random = seededRandom(SEED + 3);
  const letters = [
    'a',
    'b',
    'ab',
    'c',
    '1',
    '_',
    '-',
    ' ',
    '\n',
    'é',
    '😀',
    '.',
    'A',
    '\\',
    '"',
    '\t',
    ']',
    '$',
  ];
  const word = () => Array.from({ length: random.between(1, 6) }, () => random.pick(letters)).join('');
  const values = new Set(Array.from({ length: 150 }, word));
  const text = writeOpenMetrics([
    {
      name: 'm',
      type: 'gauge',
      series: [...values].map((value) => ({ labels: { value }, points: [[DAY_START, 1]] })),
    },
  ]);
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await startPrometheus({ openMetrics: text });
  });
  afterAll(() => server?.stop());

  it('match and capture as those of the server', async () => {
    const store = open(text);
    const asked: Asked = { kind: 'instant', first: DAY_START, interval: 1, count: 1 };
    let understood = 0;
    for (let round = 0; round < 400; round += 1) {
      const pattern = JSON.stringify(randomPattern(random));
      const query = random.happens(0.5)
        ? `m{value=~${pattern}}`
        : `label_replace(m, "to", "<$1|\${2}|$n|$0$$>", "value", ${pattern})`;
      const answer = runQuery(store, {
        query,
        steps: { first: asked.first, interval: 1, count: 1 },
        lookback: LOOKBACK,
      });
      if (answer.kind === 'refused') continue;
      understood += 1;
      const differs = difference(plain(answer, asked), await askPrometheus(server.url, query, asked));
      expect(differs && `${query}: ${differs}`).toBeUndefined();
    }
    expect(understood).toBeGreaterThan(100);
  });
});
