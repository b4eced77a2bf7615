import { describe, expect, it } from 'vitest';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { MetricsProvider } from '../../src/ports/metrics.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import { type RecordedPoint, writeOpenMetrics } from '../tools/open-metrics-writer.ts';
import { bringCandidate, CHECKS, only, openBench, told, writeManifest } from './bench.ts';

const HOUR = 60;
/** Labels come three days after the prediction. */
const DELAY = 72 * HOUR;
const LAST = 120 * HOUR;
/** Points of the recording, minutes apart. */
const APART = 10;
const REQUESTS = 3_000;

/** Share of the traffic that the candidate gets, by the minute, as this test rolls it out. */
const share = (at: number): number => (at < HOUR ? 0 : at < 5 * HOUR ? 0.1 : at < 9 * HOUR ? 0.5 : 1);

/** Three weeks of a service whose new version is wrong twice as often, which shows only in its labels. */
function record(wrong: Readonly<Record<string, number>>): string {
  const traffic = (version: string, at: number): number =>
    at < -HOUR ? 0 : REQUESTS * (version === CANDIDATE.version ? share(at) : 1 - share(at));
  const series = (count: (version: string, at: number) => number) =>
    Object.keys(wrong).map((version) => {
      let sum = 0;
      const points: RecordedPoint[] = [];
      for (let at = -2 * HOUR; at <= LAST; at += APART) {
        sum += count(version, at);
        points.push([minute(at), Math.floor(sum)]);
      }
      return { labels: { version }, points };
    });
  const family = (name: string, count: (version: string, at: number) => number) => ({
    name,
    type: 'counter' as const,
    series: series(count),
  });
  const labelled = (version: string, at: number) => traffic(version, at - DELAY) * 0.5;
  return writeOpenMetrics([
    family('predict', traffic),
    family('predict_errors', (version, at) => traffic(version, at) * 0.005),
    family('labelled', labelled),
    family('correct', (version, at) => labelled(version, at) * (1 - (wrong[version] ?? 0))),
  ]);
}

const ACCURACY = {
  name: 'accuracy',
  kind: 'accuracy',
  provider: 'prod',
  correct: 'sum(increase(correct_total{version="{{version}}"}[{{window}}]))',
  labelled: 'sum(increase(labelled_total{version="{{version}}"}[{{window}}]))',
  labelDelay: '72h',
  required: false,
  tolerate: { absolute: '1%' },
};

const SETUP = {
  watch: '7d',
  deadline: '48h',
  steps: [
    { weight: 10, hold: '4h' },
    { weight: 50, hold: '4h' },
    { weight: 100, hold: '2h' },
  ],
  checks: [...CHECKS, ACCURACY],
  health: { tick: '30m', ingestDelay: '10m', noDataDeadline: '6h' },
};

async function openPromoted(wrong: number) {
  const recorded = createOpenMetricsProvider({
    name: 'prod',
    text: record({ [STABLE.version]: 0.05, [CANDIDATE.version]: wrong }),
    clock: createFixedClock(minute(0)),
  });
  const provider = (clock: Clock): MetricsProvider => ({
    name: 'prod',
    query: async (request) => ({ ...(await recorded.query(request)), fetchedAt: clock.now() }),
  });
  const bench = openBench({
    provider,
    files: { [MANIFEST]: writeManifest(SETUP), [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }) },
  });
  await bench.tick(0);
  bringCandidate(bench, SETUP);
  expect(told(await bench.tick(HOUR))[0]).toBe('start');
  expect(told(await bench.tick(5 * HOUR + 1))[0]).toBe('advance');
  expect(told(await bench.tick(9 * HOUR + 2))[0]).toBe('advance');
  expect(told(await bench.tick(11 * HOUR + 10))).toEqual(['promote', 'CHECKS_PASS', 'committed']);
  return bench;
}

describe('labels that come days after the promotion', () => {
  it('take a version back on day 3, by what both versions answered side by side', async () => {
    const bench = await openPromoted(0.1);
    for (const hours of [24, 48, 70])
      expect(told(await bench.tick(hours * HOUR)), `after ${hours} h`).toEqual([
        'nothing',
        'WATCHING',
        'none',
      ]);
    const report = await bench.tick(78 * HOUR);
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'merged']);
    expect(only(report).decision.reasons[0]?.text).toMatch(/^accuracy: /);
    expect(bench.forge.textAt(MANIFEST)).toContain(`version: ${STABLE.version}`);
  });

  it('take nothing back when they are as good as those of the version before', async () => {
    const bench = await openPromoted(0.05);
    for (const hours of [24, 73, 78, 84, 96, 115])
      expect(told(await bench.tick(hours * HOUR)), `after ${hours} h`).toEqual([
        'nothing',
        'WATCHING',
        'none',
      ]);
  });
});
