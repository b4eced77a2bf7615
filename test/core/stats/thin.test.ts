import { describe, expect, it } from 'vitest';
import { seededUniform, thin, thinPart } from '../../../src/core/stats/thin.ts';

const DRAWS = 4_000;

/** Mean and variance of many draws. */
function momentsOf(draw: () => number): { readonly mean: number; readonly variance: number } {
  const values = Array.from({ length: DRAWS }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (DRAWS - 1) };
}

describe('thinning', () => {
  // 1,000,000 is beyond what is drawn event by event
  it.each([
    [200, 0.05],
    [200, 0.9],
    [1_000_000, 0.25],
  ])('of %d events at %d has the mean and the variance of a binomial', (count, share) => {
    const uniform = seededUniform(`${count}/${share}`);
    const { mean, variance } = momentsOf(() => thin(count, share, uniform));
    const expected = count * share * (1 - share);
    expect(Math.abs(mean - count * share)).toBeLessThan(5 * Math.sqrt(expected / DRAWS));
    expect(variance / expected).toBeGreaterThan(0.85);
    expect(variance / expected).toBeLessThan(1.15);
  });

  it('gives all to the one that has all the traffic, nothing at 0, and never more than there is', () => {
    const uniform = seededUniform('edges');
    expect(thin(12.5, 1, uniform)).toBe(12.5);
    expect(thin(12.5, 0, uniform)).toBe(0);
    for (let index = 0; index < 200; index += 1) expect(thin(0.4, 0.99, uniform)).toBeLessThanOrEqual(0.4);
  });

  it('takes a part without replacement: its variance is smaller than of free choice by (whole − taken)/(whole − 1)', () => {
    const uniform = seededUniform('part');
    const { mean, variance } = momentsOf(() => thinPart(60, { whole: 100, taken: 50 }, uniform));
    expect(Math.abs(mean - 30)).toBeLessThan(0.3);
    const expected = 60 * 0.5 * 0.5 * (40 / 99);
    expect(variance / expected).toBeGreaterThan(0.85);
    expect(variance / expected).toBeLessThan(1.15);
  });

  it('gives the same for the same seed, and other numbers for another', () => {
    const draw = (seed: string) => Array.from({ length: 5 }, () => seededUniform(seed)());
    expect(draw('1')).toEqual(draw('1'));
    expect(draw('1')).not.toEqual(draw('2'));
  });
});
