import { describe, expect, it } from 'vitest';
import { betaBinomialLogE } from '../../../src/core/stats/beta-binomial.ts';
import { REFERENCE_MIXTURE, type Side } from '../../../src/core/stats/bets.ts';
import { calibrationLogE, calibrationTwinLogE } from '../../../src/core/stats/calibration.ts';
import { distributionLogE, referenceLogE } from '../../../src/core/stats/distribution.ts';
import { disparityLogE, groupLogE } from '../../../src/core/stats/groups.ts';
import { poissonLogE } from '../../../src/core/stats/poisson.ts';
import { quantileSafeLogE } from '../../../src/core/stats/quantile-interval.ts';
import { shiftedLogE } from '../../../src/core/stats/shifted-buckets.ts';
import { splitEvidence } from '../../../src/core/stats/split.ts';
import { tailLogE } from '../../../src/core/stats/tail.ts';
import { twinLogE } from '../../../src/core/stats/twin.ts';
import { binomialPmf } from './tables.ts';

/** Every way to put `trials` into bins of the given shares, with its probability. */
function multinomial(trials: number, shares: readonly number[]): readonly { bins: number[]; p: number }[] {
  const [first, ...rest] = shares;
  if (first === undefined) return [];
  if (rest.length === 0) return [{ bins: [trials], p: 1 }];
  const left = 1 - first;
  return binomialPmf(trials, first).flatMap((p, count) =>
    multinomial(
      trials - count,
      rest.map((share) => (left > 0 ? share / left : 0)),
    ).map((inner) => ({ bins: [count, ...inner.bins], p: p * inner.p })),
  );
}

function poissonPmf(mean: number): readonly number[] {
  const pmf = [Math.exp(-mean)];
  for (let k = 1; pmf.at(-1)! > 1e-18 || k < mean; k += 1) pmf.push((pmf.at(-1)! * mean) / k);
  return pmf;
}

/** E[e] over every pair of outcomes of two arms. */
function expectation(
  candidate: readonly { bins: number[]; p: number }[],
  stable: readonly { bins: number[]; p: number }[],
  logE: (candidate: number[], stable: number[]) => number,
): number {
  let expected = 0;
  for (const one of candidate)
    for (const other of stable) expected += one.p * other.p * Math.exp(logE(one.bins, other.bins));
  return expected;
}

const buckets = (bins: readonly number[]) => {
  let sum = 0;
  return {
    bounds: [1, 2, Number.POSITIVE_INFINITY],
    counts: bins.map((count) => {
      sum += count;
      return sum;
    }),
  };
};

describe('expectation of at most 1 when the claim is false, over every outcome', () => {
  it.each<Side>(['harm', 'safe'])('counts events of one arm (%s)', (side) => {
    const worst = [0.5, 2, 7].flatMap((exposure) =>
      [1, side === 'harm' ? 0.6 : 1.4].map((factor) => {
        const rate = 1.5;
        // Bets of up to 6: the sum is cut off, and e grows as κ^x.
        const mixture = REFERENCE_MIXTURE[side].filter(({ kappa }) => kappa <= 6) as never;
        return poissonPmf(rate * factor * exposure).reduce(
          (sum, p, events) =>
            sum + p * Math.exp(poissonLogE([{ events, exposure }], { side, rate, mixture })),
          0,
        );
      }),
    );
    expect(Math.max(...worst)).toBeGreaterThan(0.999);
    expect(Math.max(...worst)).toBeLessThanOrEqual(1 + 1e-6);
  });

  it('counts events of two arms with exposure, exactly 1 at the margin', () => {
    const exposure = { candidate: 1, stable: 3 };
    const mixture = [{ kappa: 2, weight: 1 }] as const;
    let expected = 0;
    for (const [x, px] of poissonPmf(1.5 * 0.8 + 0.2).entries())
      for (const [y, py] of poissonPmf(3 * 0.8).entries())
        expected +=
          px *
          py *
          Math.exp(
            twinLogE(
              [
                {
                  candidate: { events: x, exposure: exposure.candidate },
                  stable: { events: y, exposure: exposure.stable },
                },
              ],
              { side: 'harm', margin: { ratio: 1.5, difference: 0.2 }, mixture },
            ),
          );
    expect(expected).toBeCloseTo(1, 9);
  });

  it.each<Side>(['harm', 'safe'])('tests a proportion by a continuous mixture (%s)', (side) => {
    const worst = [0.02, 0.3, 0.9].flatMap((limit) =>
      [limit, side === 'harm' ? limit / 2 : (1 + limit) / 2].map((rate) =>
        binomialPmf(30, rate).reduce(
          (sum, p, events) => sum + p * Math.exp(betaBinomialLogE({ events, exposure: 30 }, { side, limit })),
          0,
        ),
      ),
    );
    expect(Math.max(...worst)).toBeGreaterThan(0.99);
    expect(Math.max(...worst)).toBeLessThanOrEqual(1 + 1e-9);
  });

  it.each<Side>(['harm', 'safe'])('compares distributions (%s)', (side) => {
    const stable = [0.3, 0.4, 0.3];
    const worlds =
      side === 'harm'
        ? [stable, [0.2, 0.5, 0.3], [0.4, 0.3, 0.3]]
        : [
            [0.2, 0.5, 0.3],
            [0.3, 0.3, 0.4],
          ];
    const worst = worlds.flatMap((candidate) =>
      [undefined, REFERENCE_MIXTURE[side]].map((mixture) =>
        expectation(multinomial(4, candidate), multinomial(7, stable), (one, other) =>
          distributionLogE([{ candidate: one, stable: other }], {
            side,
            tolerance: 0.1,
            ...(mixture && { mixture }),
          }),
        ),
      ),
    );
    expect(Math.max(...worst)).toBeGreaterThan(0.5);
    expect(Math.max(...worst)).toBeLessThanOrEqual(1 + 1e-12);
  });

  it.each<Side>(['harm', 'safe'])('compares with a fixed distribution (%s)', (side) => {
    const reference = [0.3, 0.4, 0.3];
    const worlds =
      side === 'harm'
        ? [reference, [0.2, 0.5, 0.3]]
        : [
            [0.2, 0.5, 0.3],
            [0.3, 0.3, 0.4],
          ];
    for (const shares of worlds) {
      const expected = multinomial(9, shares).reduce(
        (sum, { bins, p }) => sum + p * Math.exp(referenceLogE([bins], { side, reference, tolerance: 0.1 })),
        0,
      );
      expect(expected).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  it.each<Side>(['harm', 'safe'])('compares tails at two limits (%s)', (side) => {
    const stable = [0.5, 0.3, 0.2];
    const margin = { ratio: 1.25, difference: 0.05 };
    // At the margin at both limits; for safe at one of them only.
    const candidate = side === 'harm' ? [0.325, 0.375, 0.3] : [0.325, 0.475, 0.2];
    const expected = expectation(
      multinomial(5, candidate),
      multinomial(6, stable),
      (one, other) =>
        tailLogE([{ candidate: buckets(one), stable: buckets(other) }], { side, margin, limits: [1, 2] })
          .logE,
    );
    expect(expected).toBeLessThanOrEqual(1 + 1e-12);
    expect(expected).toBeGreaterThan(0.5);
  });

  it('compares shifted buckets when the candidate is as slow as allowed', () => {
    // Stable is 1 or 2 in equal shares or more than 2; twice that is never above 2 but for stable's upper half.
    const expected = expectation(
      multinomial(5, [0, 0.5, 0.5]),
      multinomial(6, [0.5, 0.3, 0.2]),
      (one, other) => shiftedLogE([{ candidate: buckets(one), stable: buckets(other) }], { factor: 2 }).logE,
    );
    expect(expected).toBeLessThanOrEqual(1 + 1e-12);
    expect(expected).toBeGreaterThan(0.8);
  });

  it('proves no quantile safe whose bound is just passed', () => {
    // Candidate's median is above 2, stable's is at most 1: the claim "at most once stable's" is false.
    const expected = expectation(
      multinomial(6, [0.2, 0.29, 0.51]),
      multinomial(6, [0.51, 0.29, 0.2]),
      (one, other) =>
        quantileSafeLogE([{ candidate: buckets(one), stable: buckets(other) }], { quantile: 0.5, factor: 1 }),
    );
    expect(expected).toBeLessThanOrEqual(1 + 1e-12);
  });

  it('watches the split within its tolerance', () => {
    for (const share of [0.36, 0.4, 0.44]) {
      const expected = binomialPmf(40, share).reduce(
        (sum, p, candidate) =>
          sum + p * Math.exp(splitEvidence([{ candidate, stable: 40 - candidate }], { share: 0.4 }).logE),
        0,
      );
      expect(expected).toBeLessThanOrEqual(1 + 1e-12);
      expect(expected).toBeGreaterThan(0.5);
    }
  });

  it.each<Side>(['harm', 'safe'])('compares groups, with stable and with each other (%s)', (side) => {
    const margin = { ratio: 1.5, difference: 0 };
    const pmf = (trials: number, rate: number) =>
      binomialPmf(trials, rate).map((p, events) => ({ bins: [events], p }));
    const group = (name: string, [x]: number[], y = 2) => ({
      name,
      ticks: [{ candidate: { events: x!, exposure: 6 }, stable: { events: y, exposure: 9 } }],
    });
    // One group's rate is 1.5 times the other's, in either test.
    const pairs = expectation(
      pmf(6, 0.3),
      pmf(6, 0.2),
      (one, other) => disparityLogE([group('a', one), group('b', other)], { side, margin }).logE,
    );
    expect(pairs).toBeLessThanOrEqual(1 + 1e-12);
    const alone = expectation(
      pmf(6, 0.3),
      pmf(9, 0.2),
      (one, other) => groupLogE([group('a', one, other[0]!)], { side, margin }).logE,
    );
    expect(alone).toBeLessThanOrEqual(1 + 1e-12);
  });

  it.each<Side>(['harm', 'safe'])('holds claims that differ within a bin to their mean (%s)', (side) => {
    const tolerance = 0.1;
    // Claims .1 and .5 in one bin, three each; what comes true is more often by all of the tolerance.
    const outcomes = expectation(
      binomialPmf(3, 0.2).map((p, events) => ({ bins: [events], p })),
      binomialPmf(3, 0.6).map((p, events) => ({ bins: [events], p })),
      ([a], [b]) => calibrationLogE([[{ events: a! + b!, exposure: 6, claimed: 0.3 }]], { side, tolerance }),
    );
    expect(outcomes).toBeLessThanOrEqual(1 + 1e-12);
    const twins = expectation(
      binomialPmf(5, 0.4).map((p, events) => ({ bins: [events], p })),
      binomialPmf(8, 0.3).map((p, events) => ({ bins: [events], p })),
      ([a], [b]) =>
        calibrationTwinLogE(
          [[{ candidate: { events: a!, exposure: 5 }, stable: { events: b!, exposure: 8 } }]],
          { side, tolerance },
        ),
    );
    expect(twins).toBeLessThanOrEqual(1 + 1e-12);
  });
});
