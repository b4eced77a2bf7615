import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpenMetricsProvider } from '../../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../../src/adapters/system/fixed-clock.ts';
import type { MetricsRequest, Observation } from '../../../src/core/analysis/observation.ts';
import { instant, millis } from '../../../src/core/units.ts';
import { writeOpenMetrics } from '../../tools/open-metrics-writer.ts';
import { hasPrometheus, type PrometheusServer, startPrometheus } from '../../tools/prometheus-server.ts';
import { createProvider } from '../prometheus/setup.ts';
import { isClose } from './ask-prometheus.ts';
import { pinTo, randomQuery } from './random-query.ts';
import { DAY_LENGTH, DAY_START, recordDay } from './recorded-day.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

/** Another seed gives another day and other queries: BELAY_SEED=7 npx vitest run test/adapters/openmetrics */
const SEED = Number(process.env.BELAY_SEED ?? 20261121);
type Question = Extract<MetricsRequest, { kind: 'grouped' }>;
/** Metrics that have a label, most of them. */
const METRICS: Readonly<Record<string, readonly string[]>> = {
  le: ['predict_seconds_bucket', 'predict_seconds_bucket', 'predict_seconds_bucket{version=~"3.*"}'],
  version: ['predict_total', 'predict_seconds_count', 'build_info', 'sparse'],
  pod: ['predict_total', 'queue_depth', 'predict_seconds_count', 'aligned'],
  code: ['predict_errors_total'],
  which: ['strange'],
  room: ['temperature'],
};
const WINDOWS = ['1m', '5m', '10m', '30m', '1h', '61s'];

function randomGrid(random: SeededRandom): Question['grid'] {
  const grain = random.pick([1, 1_000, 60_000]);
  const first = DAY_START + Math.round(random.between(0, DAY_LENGTH) / grain) * grain;
  const step = random.pick([60_000, 300_000, 37_777]);
  return { first: instant(first), last: instant(first + random.between(0, 40) * step), step: millis(step) };
}

/** What a manifest asks, sometimes by another label than the one that is aggregated by, and sometimes just anything. */
function randomQuestion(random: SeededRandom): { readonly query: string; readonly by: string } {
  const by = random.pick(['le', 'le', 'le', ...Object.keys(METRICS)]);
  const window = random.pick(WINDOWS);
  const kept = random.happens(0.85) ? by : random.pick([`${by}, pod`, 'version', '']);
  const metric = random.pick(METRICS[random.happens(0.9) ? by : 'le'] ?? []);
  const inner = random.pick([
    `increase(${metric}[${window}])`,
    `increase(${metric}[${window}] offset 5m)`,
    `rate(${metric}[${window}])`,
    metric,
    `${metric} / 0`,
    `(${pinTo(randomQuery(random), DAY_START / 1000)})`,
  ]);
  const query = random.pick([
    `sum by (${kept}) (${inner})`,
    `sum by (${kept}) (${inner})`,
    `max by (${kept}) (${inner})`,
    `sum by (${kept}) (${inner}) / on () group_left () count(queue_depth)`,
    inner,
  ]);
  return { query, by };
}

function differs(ours: Observation['outcome'], theirs: Observation['outcome']): boolean {
  if (ours.kind === 'absent' || theirs.kind === 'absent')
    return !(ours.kind === 'absent' && theirs.kind === 'absent' && ours.reason === theirs.reason);
  if (ours.kind !== 'grouped' || theirs.kind !== 'grouped') return true;
  if (ours.groups.length !== theirs.groups.length) return true;
  return ours.groups.some(({ value, values }, index) => {
    const other = theirs.groups[index];
    return (
      value !== other?.value ||
      values.length !== other.values.length ||
      values.some((one, point) => {
        const same = other.values[point];
        return typeof one === 'number' && typeof same === 'number' ? !isClose(one, same) : one !== same;
      })
    );
  });
}

describe.skipIf(!hasPrometheus())(`groups of a recording, against a real Prometheus (seed ${SEED})`, () => {
  const text = writeOpenMetrics(recordDay(SEED));
  let server: PrometheusServer;
  beforeAll(async () => {
    server = await startPrometheus({ openMetrics: text });
  });
  afterAll(() => server?.stop());

  /**
   * Over a grid the server adds up series in an order that changes from answer to answer; at one moment it does not, and then
   * that is what must agree.
   */
  async function differsAtMoments(
    request: Question,
    ask: (one: Question) => Promise<boolean>,
  ): Promise<boolean> {
    const { first, last, step } = request.grid;
    const query = request.query
      .replaceAll('@ start()', `@ ${first / 1000}`)
      .replaceAll('@ end()', `@ ${first / 1000 + Math.floor((last - first) / step) * (step / 1000)}`);
    for (let at: number = first; at <= last; at += step)
      if (await ask({ ...request, query, grid: { first: instant(at), last: instant(at), step } }))
        return true;
    return false;
  }

  it('are the same for 400 random questions', { timeout: 120_000 }, async () => {
    const random = seededRandom(SEED + 4);
    const ours = createOpenMetricsProvider({ name: 'prod', text, clock: createFixedClock(DAY_START) });
    const theirs = createProvider(server.url);
    const met = new Map<string, number>();
    for (let round = 0; round < 400; round += 1) {
      const request: Question = { kind: 'grouped', ...randomQuestion(random), grid: randomGrid(random) };
      const [mine, its] = [await ours.query(request), await theirs.query(request)];
      const name = its.outcome.kind === 'absent' ? its.outcome.reason : its.outcome.kind;
      met.set(name, (met.get(name) ?? 0) + 1);
      if (!differs(mine.outcome, its.outcome)) continue;
      const ask = async (one: Question): Promise<boolean> =>
        differs((await ours.query(one)).outcome, (await theirs.query(one)).outcome);
      if (await differsAtMoments(request, ask))
        expect({ request, outcome: mine.outcome }).toEqual({ request, outcome: its.outcome });
    }
    expect(met.get('grouped')).toBeGreaterThan(150);
    for (const reason of ['empty', 'many-series']) expect(met.get(reason)).toBeGreaterThan(3);
  });
});
