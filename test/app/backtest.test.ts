import { beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createOpenMetricsProvider } from '../../src/adapters/openmetrics/openmetrics-provider.ts';
import { createFixedClock } from '../../src/adapters/system/fixed-clock.ts';
import { type BacktestInput, testPast, testTwin } from '../../src/app/backtest.ts';
import { createProviders, type Providers } from '../../src/app/providers.ts';
import { parseConfig } from '../../src/core/manifest/parse-config.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import type { Release } from '../../src/core/manifest/release-schema.ts';
import type { BelayRecord } from '../../src/core/record/record-schema.ts';
import { millis } from '../../src/core/units.ts';
import { ERRORS_CHECK, minute, START, writeRelease } from '../builders/release.ts';
import { CONFIG, MANIFEST, Traffic } from '../builders/world.ts';

const DAY = 24 * 60;
const STEPS = [
  { weight: 5, hold: '30m' },
  { weight: 25, hold: '30m' },
  { weight: 100, hold: '1h' },
];
const ERRORS = { ...ERRORS_CHECK, tolerate: { relative: '25%', absolute: '0.5%' }, limit: '3%' };

function releaseOf(...checks: readonly unknown[]): Release {
  const text = stringify(writeRelease({ candidate: undefined, steps: STEPS, deadline: '12h', checks }));
  const reading = parseRelease(MANIFEST, text);
  if (reading.kind === 'bad') throw new Error(reading.problems[0]!.message);
  return reading.value.release;
}

/** A day of stable with 0.5 % of errors, of which so many minutes in the middle have a tenth. */
function providersOf(ill: number): { readonly providers: Providers; asked: number } {
  const text = stringify(writeRelease({ candidate: undefined }));
  const rate = (at: number): number => (Math.abs(at - minute(-DAY / 2)) < ill * 30_000 ? 0.1 : 0.005);
  const traffic = new Traffic({
    forge: { textAt: () => text },
    rates: { '3.4.1': rate },
    perMinute: 2_000,
    seed: 7,
  });
  for (let at = -DAY; at <= 0; at += 1) traffic.flow(minute(at));
  const clock = createFixedClock(START);
  const provider = createOpenMetricsProvider({ name: 'prod', text: traffic.openMetrics(), clock });
  const log = { info: () => undefined, warn: () => undefined, debug: () => undefined };
  const counted = {
    asked: 0,
    providers: createProviders({
      clock,
      log,
      openProvider: async () => ({
        name: 'prod',
        query: (request) => {
          counted.asked += 1;
          return provider.query(request);
        },
      }),
    }),
  };
  return counted;
}

const reading = parseConfig('config.yaml', CONFIG);
const config = reading.kind === 'ok' ? reading.value.config : undefined;
const inputOf = (release: Release, seed = '1'): BacktestInput => ({
  release,
  config,
  chain: { records: [], tip: null },
  now: START,
  stretch: millis(DAY * 60_000),
  seed,
});

describe('stable against itself', () => {
  let healthy: ReturnType<typeof providersOf>;
  beforeAll(() => {
    healthy = providersOf(0);
  });

  it('promotes a healthy stable, and asks a few questions for all rollouts together', async () => {
    const before = healthy.asked;
    const { trials, leftOut } = await testTwin(healthy.providers, inputOf(releaseOf(ERRORS)));
    expect(trials).toHaveLength(20);
    expect(trials.filter(({ end }) => end === 'rolled-back')).toEqual([]);
    expect(trials.filter(({ end }) => end === 'promoted').length).toBeGreaterThan(10);
    expect(new Set(trials.map(({ startedAt }) => startedAt)).size).toBe(20);
    expect(leftOut).toEqual([]);
    expect(healthy.asked - before).toBeLessThanOrEqual(6);
  });

  it('gives the same for the same seed, and divides otherwise for another', async () => {
    const ends = async (seed: string) =>
      (await testTwin(healthy.providers, inputOf(releaseOf(ERRORS), seed))).trials.map(
        ({ endedAt }) => endedAt,
      );
    const first = await ends('1');
    expect(await ends('1')).toEqual(first);
    expect(await ends('other')).not.toEqual(first);
  });

  it('finds by name the threshold that an ill hour breaks, and spares a comparison', async () => {
    const ratio = `${ERRORS_CHECK.bad} / ${ERRORS_CHECK.total}`;
    const rule = { name: 'rule', kind: 'threshold', provider: 'prod', query: ratio, max: 0.05, for: '10m' };
    const ill = providersOf(90);
    const { trials } = await testTwin(ill.providers, inputOf(releaseOf(ERRORS, rule)));
    const back = trials.filter(({ end }) => end === 'rolled-back');
    expect(back.length).toBeGreaterThan(0);
    expect(back.some(({ ruled }) => ruled.includes('rule'))).toBe(true);

    const compared = { ...ERRORS_CHECK, tolerate: { relative: '25%', absolute: '0.5%' }, limit: '50%' };
    const both = await testTwin(ill.providers, inputOf(releaseOf(compared)));
    expect(both.trials.filter(({ end }) => end === 'rolled-back')).toEqual([]);
  });

  it('leaves out what cannot be divided, and says nothing where there is nothing', async () => {
    const gauge = {
      name: 'load',
      kind: 'gauge',
      provider: 'prod',
      value: 'load{version="{{version}}"}',
      worse: 'higher',
      tolerate: { absolute: 5 },
    };
    const { leftOut } = await testTwin(healthy.providers, inputOf(releaseOf(ERRORS, gauge)));
    expect(leftOut).toEqual(['load']);
    const later = { ...inputOf(releaseOf(ERRORS)), now: minute(30 * DAY) };
    expect((await testTwin(healthy.providers, later)).trials).toEqual([]);
  });
});

describe('a rollout in the records', () => {
  it('is decided again over its own hours, and is not known where the metrics are gone', async () => {
    const { providers } = providersOf(0);
    const begun = (kind: string, at: number, candidate: string): BelayRecord =>
      ({
        at: minute(at),
        decision: { kind },
        stable: { version: '3.4.1', backend: 'scorer-a', artifacts: {} },
        candidate: { version: candidate, backend: 'scorer-b', artifacts: {} },
      }) as unknown as BelayRecord;
    const records = [
      begun('start', -40 * DAY, '3.3.0'),
      begun('rollback', -39 * DAY, '3.3.0'),
      begun('start', -600, '3.4.1'),
      begun('promote', -300, '3.4.1'),
    ];
    const chain = { records, tip: null };
    const past = await testPast(providers, { ...inputOf(releaseOf(ERRORS)), chain });
    expect(past.map(({ ended, again }) => [ended, again?.end])).toEqual([
      ['promoted', 'promoted'],
      ['rolled-back', undefined],
    ]);
  });
});
