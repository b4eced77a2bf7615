import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaBinomialLogE, proportionInterval } from '../../../src/core/stats/beta-binomial.ts';
import type { Side } from '../../../src/core/stats/bets.ts';
import {
  type CumulativeBuckets,
  countsAbove,
  isHistogram,
  sharedBounds,
} from '../../../src/core/stats/buckets.ts';
import { burnRateLogE, excessEvents } from '../../../src/core/stats/burn-rate.ts';
import {
  calibrationError,
  calibrationLogE,
  calibrationTwinLogE,
} from '../../../src/core/stats/calibration.ts';
import { historyDispersion, replicaDispersion, replicaSpread } from '../../../src/core/stats/dispersion.ts';
import {
  distanceInterval,
  distributionLogE,
  observedDistance,
  referenceLogE,
} from '../../../src/core/stats/distribution.ts';
import { gaugeEvidence } from '../../../src/core/stats/gauge.ts';
import { disparityLogE, groupLogE } from '../../../src/core/stats/groups.ts';
import { planOneSample, planTwin } from '../../../src/core/stats/planner.ts';
import { poissonLogE, rateInterval } from '../../../src/core/stats/poisson.ts';
import { quantileInterval, quantileSafeLogE } from '../../../src/core/stats/quantile-interval.ts';
import { shiftedLogE } from '../../../src/core/stats/shifted-buckets.ts';
import { exactSplitLogE, splitEvidence } from '../../../src/core/stats/split.ts';
import { stabilityIndex } from '../../../src/core/stats/stability-index.ts';
import { tailLogE } from '../../../src/core/stats/tail.ts';
import { announceSeed } from './seeded-random.ts';

const seed = announceSeed('laws of the other kinds', 20261121);
const runs = { seed, numRuns: 150 };

const side = fc.constantFrom<Side>('harm', 'safe');
const size = fc.oneof(fc.constantFrom(0, 1, 1e9), fc.integer({ min: 0, max: 5_000 }));
const share = fc.double({ min: 0, max: 1, noNaN: true });
const counts = fc
  .tuple(size, share)
  .map(([exposure, part]) => ({ events: Math.round(exposure * part ** 3), exposure }));
const tick = fc.record({ candidate: counts, stable: counts });
const bins = fc.array(size, { minLength: 3, maxLength: 3 });
const binTick = fc.record({ candidate: bins, stable: bins });
const histogram: fc.Arbitrary<CumulativeBuckets> = bins.map(([a, b, c]) => ({
  bounds: [0.1, 0.25, Number.POSITIVE_INFINITY],
  counts: [a!, a! + b!, a! + b! + c!],
}));
const empty: CumulativeBuckets = { bounds: [], counts: [] };
const bucketTick = fc.record({
  candidate: fc.oneof({ weight: 9, arbitrary: histogram }, { weight: 1, arbitrary: fc.constant(empty) }),
  stable: histogram,
});
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 6 });
const margin = { ratio: 1.1, difference: 0.0025 };
const claimed = fc.tuple(counts, share).map(([count, claim]) => ({ ...count, claimed: claim }));

/** Every number in a value, Infinity and all; NaN is what must not be found. */
function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(numbersIn);
}

function expectNumbers(value: unknown): void {
  for (const number of numbersIn(value)) expect(Number.isNaN(number)).toBe(false);
}

describe('never NaN, whatever is counted', () => {
  it('in one arm', () => {
    fc.assert(
      fc.property(some(counts), side, share, (given, which, limit) => {
        expectNumbers(poissonLogE(given, { side: which, rate: limit * 10 }));
        expectNumbers(rateInterval(given, { alpha: 0.025 }));
        expectNumbers(burnRateLogE(given, { side: which, target: limit, burnRate: 14.4 }));
        for (const one of given) {
          expectNumbers(betaBinomialLogE(one, { side: which, limit }));
          const interval = proportionInterval(one, { alpha: 0.025, dispersion: 1.5 });
          expectNumbers(interval);
          expect(interval.low).toBeLessThanOrEqual(interval.high);
        }
        expectNumbers(historyDispersion(given));
        expectNumbers(replicaDispersion([given, given]));
        expectNumbers(replicaSpread(given));
      }),
      runs,
    );
  });

  it('in histograms', () => {
    fc.assert(
      fc.property(some(bucketTick), side, (given, which) => {
        expectNumbers(tailLogE(given, { side: which, margin, limits: [0.1, 0.2, 7] }));
        expectNumbers(shiftedLogE(given, { factor: 1.25 }));
        expectNumbers(quantileSafeLogE(given, { quantile: 0.9, factor: 1.2 }));
        const stable = given.map((one) => one.stable);
        const interval = quantileInterval(stable, { quantile: 0.9, alpha: 0.025 });
        expectNumbers(interval);
        expect(interval.low).toBeLessThan(interval.high);
      }),
      runs,
    );
  });

  it('in bins, groups and splits', () => {
    fc.assert(
      fc.property(some(binTick), some(tick), side, share, (given, ticks, which, part) => {
        expectNumbers(distributionLogE(given, { side: which, tolerance: part / 5 }));
        expectNumbers(observedDistance(given));
        const distance = distanceInterval(given, { alpha: 0.025 });
        expectNumbers(distance);
        expect(distance.low).toBeLessThanOrEqual(distance.high);
        const one = given.map(({ stable }) => stable);
        expectNumbers(referenceLogE(one, { side: which, tolerance: part, reference: [1, 0, 2] }));
        expectNumbers(stabilityIndex(one[0] ?? [], { reference: [1, 1, 2], alpha: 0.05 }));
        const groups = [
          { name: 'a', ticks },
          { name: 'b', ticks: ticks.slice(1) },
          { name: 'c', ticks: [] },
        ];
        expectNumbers(groupLogE(groups, { side: which, margin }));
        expectNumbers(disparityLogE(groups, { side: which, margin }));
        expectNumbers(excessEvents(ticks));
        const split = ticks.map(({ candidate, stable }) => ({
          candidate: candidate.exposure,
          stable: stable.exposure,
        }));
        expectNumbers(splitEvidence(split, { share: part }));
        expectNumbers(exactSplitLogE(split, { share: part }));
      }),
      { ...runs, numRuns: 60 },
    );
  });

  it('in claims, gauges and plans', () => {
    const any = fc.double();
    fc.assert(
      fc.property(
        some(some(claimed)),
        some(tick),
        fc.array(fc.record({ candidate: any, stable: any }), { maxLength: 90 }),
        fc.tuple(share, share, size, size, side),
        (claims, ticks, gauge, [a, b, n, m, which]) => {
          expectNumbers(calibrationLogE(claims, { side: which, tolerance: a / 10 }));
          expectNumbers(calibrationTwinLogE([ticks, []], { side: which, tolerance: a / 10 }));
          expectNumbers(calibrationError(claims, { alpha: 0.05 }));
          const line = { difference: a, unit: 'sd' } as const;
          expectNumbers(gaugeEvidence(gauge, { worse: 'lower', harm: line, safe: line, alpha: 0.025 }));
          const plan = { side: which, alpha: 0.05, margin };
          const rates = { candidateRate: a, stableRate: b };
          expectNumbers(planTwin({ ...rates, candidateExposure: n, stableExposure: m }, plan));
          expectNumbers(planOneSample({ exposure: n, rate: a, limit: b }, plan));
        },
      ),
      runs,
    );
  });
});

describe('the numbers go the right way', () => {
  it('intervals of a proportion are nested in α and hold what was observed', () => {
    fc.assert(
      fc.property(
        counts.filter(({ exposure }) => exposure > 0),
        (given) => {
          const wide = proportionInterval(given, { alpha: 0.005 });
          const narrow = proportionInterval(given, { alpha: 0.05 });
          const observed = given.events / given.exposure;
          expect(wide.low).toBeLessThanOrEqual(narrow.low + 1e-12);
          expect(narrow.low).toBeLessThanOrEqual(observed + 1e-12);
          expect(observed).toBeLessThanOrEqual(narrow.high + 1e-12);
          expect(narrow.high).toBeLessThanOrEqual(wide.high + 1e-12);
        },
      ),
      runs,
    );
  });

  it('an interval of a rate is the proportion times the scale of exposure', () => {
    const minutes = rateInterval([{ events: 12, exposure: 600 }], { alpha: 0.025 });
    const hours = rateInterval([{ events: 12, exposure: 10 }], { alpha: 0.025 });
    expect(hours.low / minutes.low).toBeCloseTo(60, 6);
    expect(hours.high / minutes.high).toBeCloseTo(60, 6);
    expect(minutes.low).toBeLessThan(0.02);
    expect(minutes.high).toBeGreaterThan(0.02);
    expect(rateInterval([{ events: 0, exposure: 10 }], { alpha: 0.025 }).low).toBe(0);
  });

  it('more tolerance is never more harm nor less safety', () => {
    fc.assert(
      fc.property(some(binTick), (given) => {
        const at = (which: Side, tolerance: number) =>
          distributionLogE(given, {
            side: which,
            tolerance,
            mixture: [{ kappa: which === 'harm' ? 1.2 : 0.8, weight: 1 }],
          });
        expect(at('harm', 0.1)).toBeLessThanOrEqual(at('harm', 0.05) + 1e-6);
        expect(at('safe', 0.1)).toBeGreaterThanOrEqual(at('safe', 0.05) - 1e-6);
      }),
      runs,
    );
  });

  it('what is above a bound falls as the bound rises, in every histogram there is', () => {
    fc.assert(
      fc.property(histogram, (given) => {
        expect(isHistogram(given)).toBe(true);
        const events = sharedBounds([given, empty]).map((bound) => countsAbove(given, bound).events);
        expect(events).toEqual([...events].sort((a, b) => b - a));
      }),
      runs,
    );
  });
});

describe('a goal that bets play for', () => {
  it('is reached by the mean of several tests when only one of them has something to show', () => {
    const goal = Math.log(20);
    const bounds = [1, 2, Number.POSITIVE_INFINITY];
    const slow = Array.from({ length: 30 }, () => ({
      candidate: { bounds, counts: [60, 90, 100] },
      stable: { bounds, counts: [600, 980, 1000] },
    }));
    const harm = { side: 'harm', goal } as const;
    expect(tailLogE(slow, { ...harm, margin, limits: [1, 2] }).logE).toBeGreaterThanOrEqual(goal - 1e-9);
    expect(shiftedLogE(slow, { goal, factor: 1 }).logE).toBeGreaterThanOrEqual(goal - 1e-9);
    const group = (name: string, events: number) => ({
      name,
      ticks: Array.from({ length: 30 }, () => ({
        candidate: { events, exposure: 100 },
        stable: { events: 10, exposure: 1000 },
      })),
    });
    const groups = ['a', 'b', 'c', 'd'].map((name) => group(name, 1));
    const one = [...groups, group('e', 5)];
    expect(groupLogE(one, { ...harm, margin }).logE).toBeGreaterThanOrEqual(goal - 1e-9);
    expect(disparityLogE(one, { ...harm, margin }).logE).toBeGreaterThanOrEqual(goal - 1e-9);
  });
});

describe('100,000 ticks', () => {
  it('are read by every kind, which work that grows with their square would not end with', () => {
    const length = 100_000;
    const buckets = { bounds: [1, 2, Number.POSITIVE_INFINITY], counts: [50, 58, 60] };
    const bucketTicks = Array.from({ length }, () => ({ candidate: buckets, stable: buckets }));
    expectNumbers(tailLogE(bucketTicks, { side: 'harm', margin, limits: [1, 2] }));
    const binTicks = Array.from({ length }, () => ({ candidate: [3, 4, 5], stable: [30, 40, 50] }));
    expectNumbers(distributionLogE(binTicks, { side: 'harm', tolerance: 0.02 }));
    const gauge = Array.from({ length }, (_, i) => ({
      candidate: (i * 7919) % 13,
      stable: (i * 104_729) % 11,
    }));
    const flat = { difference: 1, unit: 'sd' } as const;
    expectNumbers(gaugeEvidence(gauge, { worse: 'lower', harm: flat, safe: flat, alpha: 0.025 }));
  });
});
