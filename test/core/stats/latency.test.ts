import { describe, expect, it } from 'vitest';
import {
  type BucketTick,
  type CumulativeBuckets,
  countsAbove,
  isHistogram,
  sharedBounds,
} from '../../../src/core/stats/buckets.ts';
import { quantileInterval, quantileSafeLogE } from '../../../src/core/stats/quantile-interval.ts';
import { shiftedLogE, shiftPairs } from '../../../src/core/stats/shifted-buckets.ts';
import { chooseBound, tailLogE } from '../../../src/core/stats/tail.ts';
import { twinLogE } from '../../../src/core/stats/twin.ts';

const Inf = Number.POSITIVE_INFINITY;
const BOUNDS = [0.1, 0.2, 0.4, 0.8, Inf];
const buckets = (...counts: number[]): CumulativeBuckets => ({ bounds: BOUNDS, counts });
const tick = (candidate: CumulativeBuckets, stable: CumulativeBuckets): BucketTick => ({ candidate, stable });
const none: CumulativeBuckets = { bounds: [], counts: [] };
const margin = { ratio: 1, difference: 0 };

describe('cumulative buckets', () => {
  it.each<{ name: string; given: CumulativeBuckets; expected: boolean }>([
    { name: 'an ordinary one', given: buckets(1, 2, 2, 5, 5), expected: true },
    { name: 'no buckets', given: none, expected: true },
    { name: 'rounding of fractions', given: buckets(1, 2, 2 - 1e-12, 5, 5), expected: true },
    { name: 'a falling count', given: buckets(1, 2, 1, 5, 5), expected: false },
    { name: 'a negative count', given: buckets(-1, 2, 3, 5, 5), expected: false },
    { name: 'no +Inf', given: { bounds: [1, 2], counts: [1, 2] }, expected: false },
    { name: 'bounds that fall', given: { bounds: [2, 1, Inf], counts: [1, 2, 3] }, expected: false },
    { name: 'a count too few', given: { bounds: [1, Inf], counts: [1] }, expected: false },
    { name: 'not a number', given: buckets(1, 2, Number.NaN, 5, 5), expected: false },
  ])('are told from what is none: $name', ({ given, expected }) => {
    expect(isHistogram(given)).toBe(expected);
  });

  it('share the finite bounds that all have, whatever the empty ones say', () => {
    const other = { bounds: [0.1, 0.3, 0.4, Inf], counts: [1, 2, 3, 4] };
    expect(sharedBounds([buckets(1, 2, 3, 4, 5), none, other])).toEqual([0.1, 0.4]);
    expect(sharedBounds([none])).toEqual([]);
  });

  it('count what is above a bound, and refuse a bound they do not have', () => {
    expect(countsAbove(buckets(1, 2, 3, 4, 9), 0.4)).toEqual({ events: 6, exposure: 9 });
    expect(countsAbove(none, 0.4)).toEqual({ events: 0, exposure: 0 });
    expect(() => countsAbove(buckets(1, 2, 3, 4, 9), 0.3)).toThrow(RangeError);
  });
});

describe('the tail', () => {
  it.each([
    { asked: 0.4, expected: { asked: 0.4, used: 0.4, isExact: true } },
    { asked: 0.1 + 0.1 + 0.2 + 1e-17, expected: { used: 0.4, isExact: true } },
    { asked: 0.3, expected: { asked: 0.3, used: 0.4, isExact: false } },
    { asked: 0, expected: { asked: 0, used: 0.1, isExact: false } },
  ])('above $asked is counted at the bound or the next above', ({ asked, expected }) => {
    expect(chooseBound(BOUNDS, asked)).toMatchObject(expected);
  });

  it('has no bound above the last finite one', () => {
    expect(chooseBound(BOUNDS, 0.9)).toBeUndefined();
  });

  const slow = [
    tick(buckets(10, 20, 40, 48, 50), buckets(700, 800, 940, 949, 950)),
    tick(none, buckets(70, 80, 94, 95, 95)),
    tick(buckets(12, 20, 39, 50, 50), buckets(700, 800, 940, 949, 950)),
  ];

  it('of one limit is a twin of what is above it', () => {
    const got = tailLogE(slow, { side: 'harm', margin, limits: [0.3] });
    const twin = twinLogE(
      [
        { candidate: { events: 10, exposure: 50 }, stable: { events: 10, exposure: 950 } },
        { candidate: { events: 0, exposure: 0 }, stable: { events: 1, exposure: 95 } },
        { candidate: { events: 11, exposure: 50 }, stable: { events: 10, exposure: 950 } },
      ],
      { side: 'harm', margin },
    );
    expect(got.logE).toBeCloseTo(twin, 12);
    expect(got.logE).toBeGreaterThan(3);
    expect(got.bounds).toEqual([{ asked: 0.3, used: 0.4, isExact: false }]);
  });

  it('of two limits on one bound is that of one', () => {
    const one = tailLogE(slow, { side: 'harm', margin, limits: [0.4] });
    const two = tailLogE(slow, { side: 'harm', margin, limits: [0.3, 0.4] });
    expect(two.logE).toBe(one.logE);
    expect(two.bounds).toHaveLength(2);
  });

  it('is not safe when a limit cannot be seen', () => {
    const same = Array.from({ length: 50 }, () =>
      tick(buckets(90, 95, 99, 100, 100), buckets(900, 950, 990, 1000, 1000)),
    );
    const wide = { ratio: 2, difference: 0.01 };
    expect(tailLogE(same, { side: 'safe', margin: wide, limits: [0.2, 0.4] }).logE).toBeGreaterThan(3);
    const unseen = tailLogE(same, { side: 'safe', margin: wide, limits: [0.2, 5] });
    expect(unseen).toMatchObject({ logE: 0, unanswered: [5] });
  });
});

describe('shifted buckets', () => {
  it('pair each bound with the smallest at least as many times as large', () => {
    expect(shiftPairs([-1, 0.1, 0.2, 0.3, 0.6, Inf], 3)).toEqual([
      { stable: 0.1, candidate: 0.3 },
      { stable: 0.2, candidate: 0.6 },
    ]);
    expect(shiftPairs([0.1, 0.2], 10)).toEqual([]);
  });

  it('find a candidate three times as slow and do not mind one that is as slow as allowed', () => {
    const fast = buckets(500, 800, 950, 990, 1000);
    const shifted = (counts: number[]) =>
      Array.from({ length: 6 }, () => tick({ bounds: BOUNDS, counts }, fast));
    expect(shiftedLogE(shifted([100, 300, 600, 800, 1000]), { factor: 1.5 }).logE).toBeGreaterThan(10);
    expect(shiftedLogE(shifted([0, 500, 800, 950, 1000]), { factor: 2 }).logE).toBeLessThan(1);
    expect(shiftedLogE([], { factor: 2 })).toEqual({ logE: 0, pairs: [] });
  });
});

describe('a quantile', () => {
  it('lies between 0 and Infinity without data, and between bounds with enough', () => {
    expect(quantileInterval([], { quantile: 0.9, alpha: 0.025 })).toEqual({ low: 0, high: Inf });
    const many = Array.from({ length: 40 }, () => buckets(500, 800, 950, 990, 1000));
    expect(quantileInterval(many, { quantile: 0.9, alpha: 0.025 })).toEqual({ low: 0.2, high: 0.4 });
  });

  it('knows no lower end where measurements may be negative', () => {
    const scores = { bounds: [-1, 0, 1, Inf], counts: [0, 1, 1, 1] };
    expect(quantileInterval([scores], { quantile: 0.5, alpha: 0.025 }).low).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is proved safe exactly when the upper bound of one is within the factor of the lower bound of the other', () => {
    const fast = buckets(500, 800, 950, 990, 1000);
    const slower = buckets(300, 700, 880, 960, 1000);
    const alpha = 0.05;
    for (const factor of [0.9, 1, 1.9, 2, 3.9, 4, 8])
      for (const [candidate, stable] of [
        [fast, fast],
        [slower, fast],
        [fast, slower],
      ] as const) {
        const log = quantileSafeLogE([tick(candidate, stable)], { quantile: 0.9, factor });
        const options = { quantile: 0.9, alpha: alpha / 2 };
        const [c, b] = [quantileInterval([candidate], options), quantileInterval([stable], options)];
        expect(log >= -Math.log(alpha)).toBe(c.high <= factor * b.low);
      }
  });
});
