import { describe, expect, it } from 'vitest';
import { betaBinomialLogE, proportionInterval } from '../../../src/core/stats/beta-binomial.ts';
import { REFERENCE_MIXTURE } from '../../../src/core/stats/bets.ts';
import { compositionLogE } from '../../../src/core/stats/composition.ts';
import { rolloutDispersion } from '../../../src/core/stats/dispersion.ts';
import { referenceCuts } from '../../../src/core/stats/distribution.ts';
import { anytimeTLogE, gaugeEvidence } from '../../../src/core/stats/gauge.ts';
import { logMean } from '../../../src/core/stats/log-space.ts';
import { planTwin } from '../../../src/core/stats/planner.ts';
import { poissonLogE } from '../../../src/core/stats/poisson.ts';
import { quantileInterval } from '../../../src/core/stats/quantile-interval.ts';
import { exactSplitLogE } from '../../../src/core/stats/split.ts';
import { stabilityIndex } from '../../../src/core/stats/stability-index.ts';

/**
 * Belay's own reference values, continued from test/reference/evidence-vectors.json: computed from the formulas cited in
 * the sources by a program written independently of this code, V23, V25 and V26 being one program's values.
 */
const drift = [260, 240, 180, 170, 150];
const fifths = [0.2, 0.2, 0.2, 0.2, 0.2];
const jeffreys = (side: 'harm' | 'safe', events: number, exposure: number, limit: number): number =>
  betaBinomialLogE({ events, exposure }, { side, limit });
const wavy = Array.from({ length: 120 }, (_, i) => ({
  candidate: 0.5 * Math.sin(12.9898 * i) + ((7919 * i) % 13) / 13 + 0.2,
  stable: 0,
}));
const zero = { difference: 0, unit: 'absolute' } as const;
const wavyReading = () => {
  const got = gaugeEvidence(wavy, { worse: 'higher', harm: zero, safe: zero, alpha: 0.025 });
  if (got.kind !== 'usable') throw new Error(got.obstacle);
  return [got.logHarm, got.logSafe, got.batches, got.effective, got.mean, got.correlation];
};
const forecast = planTwin(
  { candidateExposure: 25, stableExposure: 475, candidateRate: 0.01, stableRate: 0.005 },
  {
    side: 'harm',
    alpha: 0.05,
    margin: { ratio: 1, difference: 0 },
    mixture: REFERENCE_MIXTURE.harm,
  },
);

const VECTORS: readonly {
  id: string;
  what: string;
  got: () => readonly number[];
  expected: readonly number[];
}[] = [
  {
    id: 'V11',
    what: 'Jeffreys harm',
    got: () => [jeffreys('harm', 25, 1000, 0.01)],
    expected: [4.405888251028431],
  },
  {
    id: 'V12',
    what: 'Jeffreys safe',
    got: () => [jeffreys('safe', 2, 1000, 0.01)],
    expected: [3.864306504078993],
  },
  {
    id: 'V13',
    what: 'proportion interval, no events',
    got: () => Object.values(proportionInterval({ events: 0, exposure: 100 }, { alpha: 0.05 })),
    expected: [0, 0.037153873959826875],
  },
  {
    id: 'V14',
    what: 'proportion interval',
    got: () => Object.values(proportionInterval({ events: 25, exposure: 1000 }, { alpha: 0.05 })),
    expected: [0.011012475693361817, 0.04311894472131842],
  },
  {
    id: 'V15',
    what: 'Poisson',
    got: () => [
      poissonLogE([{ events: 12, exposure: 3 }], { side: 'harm', rate: 2, mixture: REFERENCE_MIXTURE.harm }),
    ],
    expected: [1.1709627655735124],
  },
  {
    id: 'V16',
    what: 'exact split',
    got: () => [exactSplitLogE([{ candidate: 600, stable: 9400 }], { share: 0.05 })],
    expected: [7.4190848027838],
  },
  {
    id: 'V17',
    what: 'split with tolerance, Jeffreys',
    got: () => [logMean([jeffreys('harm', 600, 10_000, 0.055), jeffreys('safe', 600, 10_000, 0.045)])],
    expected: [-3.004204777539616],
  },
  {
    id: 'V18',
    what: 'composition',
    got: () => [compositionLogE([30, 20, 30, 20], { shares: [0.25, 0.25, 0.25, 0.25], concentration: 4 })],
    expected: [-3.2052966735341784],
  },
  {
    id: 'V23',
    what: 'dispersion within a rollout',
    got: () => [
      rolloutDispersion(
        [
          [3, 10],
          [0, 12],
          [6, 9],
          [0, 11],
          [5, 8],
          [0, 10],
          [4, 10],
          [0, 9],
          [7, 12],
          [0, 10],
        ].map(([candidate = 0, stable = 0]) => ({
          candidate: { events: candidate, exposure: 100 },
          stable: { events: stable, exposure: 900 },
        })),
      )?.dispersion ?? 0,
    ],
    expected: [2.6156078613367884],
  },
  {
    id: 'V19',
    what: 'anytime t',
    got: () => [anytimeTLogE({ n: 12, mean: 0.8, spread: 1 })],
    expected: [1.5809917658995902],
  },
  {
    id: 'V20',
    what: 'stability index',
    got: () => Object.values(stabilityIndex(drift, { reference: fifths, alpha: 0.05 }).interval),
    expected: [0.00016246679589954733, 0.21400181983230016],
  },
  {
    id: 'V21',
    what: 'distance from a reference, Jeffreys',
    got: () => [
      logMean(
        referenceCuts([drift], { reference: fifths, tolerance: 0.02 }).map(({ ticks, limit }) =>
          betaBinomialLogE(ticks[0]!, { side: 'harm', limit }),
        ),
      ),
    ],
    expected: [7.810922730320787],
  },
  {
    id: 'V22',
    what: 'quantile interval',
    got: () =>
      Object.values(
        quantileInterval(
          [
            {
              bounds: [50, 100, 200, 400, Number.POSITIVE_INFINITY],
              counts: [500, 800, 950, 990, 1000],
            },
          ],
          { quantile: 0.9, alpha: 0.025 },
        ),
      ),
    expected: [100, 200],
  },
  {
    id: 'V25',
    what: 'batched gauge',
    got: wavyReading,
    expected: [17.076638404533174, -17.076638404533174, 24, 24, 0.6541737321379474, 0],
  },
  {
    id: 'V26',
    what: 'planner',
    got: () => [forecast.growth, forecast.minutes],
    expected: [0.04521261419522732, 110.49421411428459],
  },
];

describe('reference values of the other kinds', () => {
  it.each(VECTORS)('agrees with $id ($what) to 1e-9', ({ got, expected }) => {
    const values = got();
    expect(values).toHaveLength(expected.length);
    for (const [index, value] of expected.entries()) {
      // Absolute where the value itself is the sum of terms around 1 that cancel (the low end of V20).
      expect(Math.abs(values[index]! - value)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(value), 1e-3));
    }
  });
});
