import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFERENCE_MIXTURE, type Side } from '../../../src/core/stats/bets.ts';
import { lastWhere } from '../../../src/core/stats/bisection.ts';
import type { Tick } from '../../../src/core/stats/counts.ts';
import { differenceInterval, ratioInterval } from '../../../src/core/stats/interval.ts';
import { type Margin, twinLogE } from '../../../src/core/stats/twin.ts';
import { announceSeed } from './seeded-random.ts';

const seed = announceSeed('intervals', 20261202);
const ALPHA = 0.025;

const arm = (most: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: most }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([exposure, part]) => ({ events: Math.round(exposure * part ** 4), exposure }));
const history = fc.array(fc.record({ candidate: arm(400), stable: arm(6_000) }), {
  minLength: 1,
  maxLength: 40,
});

/** The end of a side by its definition: halving until there is nothing between. */
function endOf(
  ticks: readonly Tick[],
  side: Side,
  { at, reading }: { at: (place: number) => Margin; reading: { trim: number; dispersion: number } },
  range: { from: number; to: number },
): number {
  const isProven = (place: number): boolean =>
    twinLogE(ticks, { ...reading, side, mixture: REFERENCE_MIXTURE[side], margin: at(place) }) >=
    -Math.log(ALPHA);
  if (side === 'harm') return isProven(range.from) ? lastWhere(isProven, range) : range.from;
  return isProven(range.to) ? lastWhere((place) => !isProven(place), range) : range.to;
}

describe('an interval', () => {
  it.each([
    { trim: 0, dispersion: 1 },
    { trim: 1, dispersion: 1 },
    { trim: 3, dispersion: 4 },
  ])('ends where the evidence of plain bets does, $trim forgiven, dispersion $dispersion', (reading) => {
    fc.assert(
      fc.property(history, (ticks) => {
        const options = { alpha: ALPHA, ...reading };
        const difference = differenceInterval(ticks, options);
        const points = { at: (place: number) => ({ ratio: 1, difference: place }), reading };
        const scale = { from: -1, to: 1 };
        expect(Math.abs(difference.low - endOf(ticks, 'harm', points, scale))).toBeLessThanOrEqual(1e-9);
        expect(Math.abs(difference.high - endOf(ticks, 'safe', points, scale))).toBeLessThanOrEqual(1e-9);
        const ratio = ratioInterval(ticks, options);
        const times = { at: (place: number) => ({ ratio: 2 ** place, difference: 0 }), reading };
        const wide = { from: -40, to: 40 };
        const [low, high] = [endOf(ticks, 'harm', times, wide), endOf(ticks, 'safe', times, wide)];
        if (low > wide.from) expect(Math.abs(Math.log2(ratio.low) - low)).toBeLessThanOrEqual(2e-9);
        else expect(ratio.low).toBeLessThan(2 ** (low + 1e-6));
        if (high < wide.to) expect(Math.abs(Math.log2(ratio.high) - high)).toBeLessThanOrEqual(2e-9);
        else expect(ratio.high).toBeGreaterThan(2 ** (high - 1e-6));
      }),
      { seed, numRuns: 60 },
    );
  });
});
