import { describe, expect, it } from 'vitest';
import type { Tick } from '../../../src/core/stats/counts.ts';
import { DOUBTFUL, recentDoubt } from '../../../src/core/stats/recent-doubt.ts';
import { twinLogE } from '../../../src/core/stats/twin.ts';
import { tick } from './tables.ts';

const margin = { ratio: 1.25, difference: 0.0025 };
const calm = (length: number): Tick[] =>
  Array.from({ length }, (_, index) => tick([index % 2, 250, 24, 4_750]));
const faulty = (length: number): Tick[] => Array.from({ length }, () => tick([6, 250, 24, 4_750]));

describe('doubt about the newest ticks', () => {
  it('is none without ticks, and small in a calm stretch', () => {
    expect(recentDoubt([], { margin })).toBe(0);
    expect(recentDoubt(calm(48), { margin })).toBeLessThan(0.5);
  });

  it('rises with a fault that safety since the start does not see', () => {
    const given = [...calm(48), ...faulty(4)];
    expect(twinLogE(given, { side: 'safe', margin })).toBeGreaterThan(Math.log(20));
    expect(recentDoubt(given, { margin })).toBeGreaterThan(DOUBTFUL);
  });

  it('passes when the fault has passed', () => {
    expect(recentDoubt([...faulty(4), ...calm(12)], { margin })).toBeLessThan(0.5);
  });

  it('looks at no more ticks than it is told to', () => {
    const given = [...faulty(1), ...calm(1)];
    expect(recentDoubt(given, { margin, within: 1 })).toBe(recentDoubt(calm(1), { margin, within: 1 }));
  });

  it('is less when events come in clumps', () => {
    const given = faulty(3);
    expect(recentDoubt(given, { margin, dispersion: 3 })).toBeLessThan(recentDoubt(given, { margin }));
  });
});
