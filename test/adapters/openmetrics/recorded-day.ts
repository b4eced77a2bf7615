import { type Instant, instant } from '../../../src/core/units.ts';
import type { MetricFamily, RecordedPoint, RecordedSeries } from '../../tools/open-metrics-writer.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

/** When the recorded day begins. */
export const DAY_START = instant(Date.UTC(2026, 10, 20));
/** How long it is (ms). */
export const DAY_LENGTH = 86_400_000;

const VERSIONS = ['3.4.1', '3.5.0'];
const PODS = ['a', 'b', 'c'];
const BOUNDS = ['0.01', '0.05', '0.1', '0.5', '1.0', '2.5', '+Inf'];

/**
 * A day of history that has all that makes PromQL hard: counters that start again, gaps, series that begin and end,
 * scrapes at odd milliseconds, sparse series, NaN and infinities, histograms with missing buckets, odd label values.
 */
export function recordDay(seed: number): readonly MetricFamily[] {
  const random = seededRandom(seed);
  const perPod = <T>(make: (labels: { version: string; pod: string }) => T): T[] =>
    VERSIONS.flatMap((version) => PODS.map((pod) => make({ version, pod })));
  return [
    counter(
      'predict',
      random,
      perPod((labels) => ({ labels, speed: random.between(1, 40) })),
    ),
    counter('predict_errors', random, [
      ...perPod((labels) => ({ labels: { ...labels, code: '500' }, speed: 0.2 })),
      { labels: { version: '3.5.0', pod: 'a', code: '503' }, speed: 0.01 },
    ]),
    gauge(
      'queue_depth',
      random,
      perPod((labels) => ({ labels, every: 30_000 })),
    ),
    gauge('temperature', random, [
      { labels: { room: 'north "A"' }, every: 60_000 },
      { labels: { room: 'süd\\b\n2' }, every: 60_000 },
      { labels: {}, every: 60_000 },
    ]),
    gauge('sparse', random, [
      { labels: { pod: 'a' }, every: 240_000 },
      { labels: { pod: 'b' }, every: 420_000 },
      { labels: { pod: 'c' }, every: 300_000 },
    ]),
    gauge('aligned', random, [{ labels: { pod: 'a' }, every: 60_000, phase: 0 }]),
    strange(random),
    histogram(random),
    {
      name: 'build',
      type: 'info',
      series: VERSIONS.map((version, index) => ({
        labels: { version, owner: `team-${index}` },
        points: moments(random, { every: 120_000 }).map((at) => [at, 1]),
      })),
    },
  ];
}

interface Plan {
  readonly every: number;
  /** Offset of the scrapes (ms); random when left out. */
  readonly phase?: number;
}

/** Scrape times: steady with some jitter, with gaps, and maybe a late begin and an early end. */
function moments(random: SeededRandom, plan: Plan): readonly Instant[] {
  const phase = plan.phase ?? random.between(0, plan.every - 1);
  const jitter = plan.phase === undefined && random.happens(0.5) ? 20 : 0;
  const begin = random.happens(0.2) ? random.between(0, DAY_LENGTH / 2) : 0;
  const end = random.happens(0.2) ? random.between(DAY_LENGTH / 2, DAY_LENGTH) : DAY_LENGTH;
  const gaps = Array.from({ length: random.between(0, 4) }, () => {
    const from = random.between(0, DAY_LENGTH);
    return { from, to: from + random.pick([90_000, 400_000, 1_800_000, 7_200_000]) };
  });
  const times: Instant[] = [];
  for (let at = phase; at < end; at += plan.every) {
    if (at < begin || gaps.some((gap) => at >= gap.from && at < gap.to)) continue;
    times.push(instant(DAY_START + at + random.between(0, jitter)));
  }
  return times;
}

function counter(
  name: string,
  random: SeededRandom,
  series: readonly { readonly labels: Readonly<Record<string, string>>; readonly speed: number }[],
): MetricFamily {
  return {
    name,
    type: 'counter',
    series: series.map(({ labels, speed }) => {
      let value = random.happens(0.3) ? 0 : random.between(0, 5000);
      const resets = random.pick([0, 0.0005, 0.004]);
      const points = moments(random, { every: 30_000 }).map((at): RecordedPoint => {
        if (random.happens(resets)) value = random.happens(0.5) ? 0 : random.between(0, 20);
        else if (random.happens(Math.min(1, speed))) value += random.between(0, Math.ceil(speed * 2));
        return [at, value];
      });
      return { labels, points };
    }),
  };
}

function gauge(
  name: string,
  random: SeededRandom,
  series: readonly (Plan & { readonly labels: Readonly<Record<string, string>> })[],
): MetricFamily {
  return {
    name,
    type: 'gauge',
    series: series.map(({ labels, ...plan }) => {
      let value = random.next() * 40 - 10;
      const points = moments(random, plan).map((at): RecordedPoint => {
        value += random.next() - 0.5;
        return [at, random.happens(0.1) ? Math.round(value) : value];
      });
      return { labels, points };
    }),
  };
}

function strange(random: SeededRandom): MetricFamily {
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e300, 5e-324];
  return {
    name: 'strange',
    type: 'unknown',
    series: ['x', 'y'].map((which) => ({
      labels: { which },
      points: moments(random, { every: 60_000 }).map((at) => [
        at,
        random.happens(0.1) ? random.pick(odd) : random.between(-3, 3),
      ]),
    })),
  };
}

/** Cumulative buckets; now and then a scrape has lost one, and the last version writes a bound in two ways. */
function histogram(random: SeededRandom): MetricFamily {
  const series: RecordedSeries[] = [];
  for (const version of VERSIONS)
    for (const pod of PODS.slice(0, 2)) {
      const times = moments(random, { every: 30_000 });
      const counts = BOUNDS.map(() => 0);
      const rows = times.map(() => {
        const seen = random.between(0, 6);
        for (let n = 0; n < seen; n += 1) {
          const bucket = Math.min(BOUNDS.length - 1, Math.floor(random.next() * random.next() * 8));
          for (let above = bucket; above < BOUNDS.length; above += 1) counts[above]! += 1;
        }
        return [...counts];
      });
      for (const [index, bound] of BOUNDS.entries())
        series.push({
          suffix: '_bucket',
          labels: { version, pod, le: version === '3.5.0' && pod === 'b' && bound === '1.0' ? '1' : bound },
          points: times
            .map((at, step): RecordedPoint => [at, rows[step]![index]!])
            .filter(() => !random.happens(0.01)),
        });
      series.push({
        suffix: '_count',
        labels: { version, pod },
        points: times.map((at, step) => [at, rows[step]!.at(-1)!]),
      });
    }
  return { name: 'predict_seconds', type: 'histogram', unit: 'seconds', help: 'time "to" predict', series };
}
