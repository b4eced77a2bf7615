import { describe, expect, it } from 'vitest';
import { histogramQuantile, quantileOf } from '../../../../src/adapters/openmetrics/promql/quantile.ts';

const INF = Number.POSITIVE_INFINITY;
const buckets = (...pairs: readonly (readonly [bound: number, count: number])[]) =>
  pairs.map(([bound, count]) => ({ bound, count }));

describe('quantileOf', () => {
  it.each([
    [0.5, [3, 1, 2], 2],
    [0.5, [4, 1, 2, 3], 2.5],
    [0.9, [0, 10], 9],
    [0, [5, 7], 5],
    [1, [5, 7], 7],
    [0.5, [8], 8],
    [0.5, [], Number.NaN],
    [Number.NaN, [1], Number.NaN],
    [-0.1, [1], Number.NEGATIVE_INFINITY],
    [1.1, [1], INF],
    // NaN is the smallest: ranks are NaN, 1, 2.
    [1, [2, Number.NaN, 1], 2],
    [0.5, [2, Number.NaN, 1], 1],
    [0.25, [2, Number.NaN, 1], Number.NaN],
  ])('takes the %d-quantile of %j as %d', (q, values, expected) => {
    expect(quantileOf(q, values)).toBe(expected);
  });
});

describe('histogramQuantile', () => {
  const usual = buckets([0.1, 50], [0.5, 90], [1, 100], [INF, 100]);

  it.each([
    ['interpolates in a bucket', 0.7, usual, 0.1 + 0.4 * (20 / 40)],
    ['begins the lowest bucket at 0', 0.25, usual, 0.05],
    ['gives the bound where the rank falls on it', 0.9, usual, 0.5],
    ['gives the highest finite bound for the last bucket', 0.99, buckets([1, 10], [INF, 20]), 1],
    ['keeps a lowest bound that is not positive', 0.1, buckets([-1, 10], [1, 20], [INF, 20]), -1],
    ['adds buckets of one bound', 0.25, buckets([1, 4], [1, 6], [INF, 20]), 0.5],
    ['lifts counts that fall', 0.5, buckets([1, 10], [2, 4], [4, 20], [INF, 20]), 1],
    ['has no answer without observations', 0.5, buckets([1, 0], [INF, 0]), Number.NaN],
    ['has no answer for one bucket', 0.5, buckets([INF, 5]), Number.NaN],
    ['has no answer without +Inf', 0.5, buckets([1, 5], [2, 6]), Number.NaN],
    ['has no answer for no quantile', Number.NaN, usual, Number.NaN],
    ['goes below all for q < 0', -1, usual, Number.NEGATIVE_INFINITY],
    ['goes above all for q > 1', 2, usual, INF],
    ['divides 0 by 0 for q = 0 in an empty bucket', 0, buckets([1, 0], [2, 5], [INF, 5]), Number.NaN],
  ])('%s', (_, q, given, expected) => {
    expect(histogramQuantile(q, given)).toBe(expected);
  });
});
