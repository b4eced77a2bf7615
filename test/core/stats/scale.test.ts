import { describe, expect, it } from 'vitest';
import { mergeTicks } from '../../../src/core/stats/counts.ts';
import { differenceInterval, ratioInterval } from '../../../src/core/stats/interval.ts';
import { logMean, logSum } from '../../../src/core/stats/log-space.ts';
import { oneSampleLogE } from '../../../src/core/stats/one-sample.ts';
import { twinLogE } from '../../../src/core/stats/twin.ts';
import { type Row, tick, ticks } from './tables.ts';

const border = { ratio: 1.1, difference: 0.0025 };

describe('very small and very large numbers', () => {
  it.each<{ name: string; row: Row }>([
    { name: 'no events', row: [0, 1, 0, 1] },
    { name: 'no events in 1e9', row: [0, 1e9, 0, 1e9] },
    { name: 'everything bad', row: [1e9, 1e9, 1e9, 1e9] },
    { name: 'a tiny candidate', row: [1, 1, 1e6, 1e9] },
    { name: 'a tiny stable', row: [1e6, 1e9, 1, 1] },
    { name: 'fractions', row: [0.3, 0.7, 1.2, 9.6] },
    { name: 'the smallest exposure there is, stable', row: [1, 100, 0, 5e-324] },
    { name: 'the smallest exposure there is, candidate', row: [0, 5e-324, 1, 100] },
  ])('give finite evidence and ordered intervals: $name', ({ row }) => {
    for (const side of ['harm', 'safe'] as const) {
      expect(Number.isFinite(twinLogE([tick(row)], { side, margin: border }))).toBe(true);
      expect(Number.isFinite(twinLogE([tick(row)], { side, margin: { ratio: 0, difference: 0 } }))).toBe(
        true,
      );
      expect(Number.isFinite(oneSampleLogE([tick(row).candidate], { side, limit: 1e-9 }))).toBe(true);
    }
    const ratio = ratioInterval([tick(row)], { alpha: 0.025 });
    expect(ratio.low).toBeLessThanOrEqual(ratio.high);
    const difference = differenceInterval([tick(row)], { alpha: 0.025 });
    expect(difference.low).toBeLessThanOrEqual(difference.high);
  });

  it('find a ratio of 1 to the resolution of the mixture from 1e9 requests an arm', () => {
    const { low, high } = ratioInterval(ticks([5e6, 1e9, 5e6, 1e9]), { alpha: 0.025 });
    // The mildest bets are 3 % away from the margin, which lets the ends come within about half of that.
    expect(low).toBeGreaterThan(0.98);
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(1);
    expect(high).toBeLessThan(1.02);
  });

  it('take 100,000 ticks, which work that grows with their square would not end with', () => {
    const given = Array.from({ length: 100_000 }, (_, index) => tick([index % 3, 50, index % 7, 950]));
    expect(Number.isFinite(twinLogE(given, { side: 'harm', margin: border, trim: 3 }))).toBe(true);
  });
});

describe('sums of logarithms', () => {
  it('do not overflow, and nothing is −Infinity', () => {
    expect(logSum([1_000_000, 1_000_000])).toBeCloseTo(1_000_000 + Math.log(2), 6);
    expect(logSum([])).toBe(Number.NEGATIVE_INFINITY);
    expect(logMean([Math.log(1), Math.log(3)])).toBeCloseTo(Math.log(2), 12);
  });
});

describe('merging ticks', () => {
  it('keeps every count, leaves what waits at the end, and merging again changes nothing', () => {
    const given = ticks([1, 10, 0, 0], [0, 0, 2, 20], [3, 30, 4, 40], [0, 0, 5, 50]);
    const merged = mergeTicks(given);
    expect(merged).toEqual({ ticks: ticks([1, 10, 2, 20], [3, 30, 4, 40]), waiting: 1 });
    expect(mergeTicks(merged.ticks)).toEqual({ ticks: merged.ticks, waiting: 0 });
  });
});
