import type { Counts } from '../stats/counts.ts';

/** A count this close to a whole number is that number: sums of floating-point increments are not exact. */
const SNAP = 1e-6;

/**
 * Whole events out of the fractions that `increase()` gives, never to the advantage of the claim that is tested: a test that
 * gains by events of this arm is given them rounded down, a test that loses by them rounded up.
 *
 * It is the running total that is rounded, and a tick gets what its end adds to it: an event counts in the first tick by
 * whose end all of it (`down`) or a part of it (`up`) has come. That costs less than one event per arm over the whole
 * stretch. Rounding each tick for itself would cost up to one per tick, which at one event a tick doubles stable's rate.
 *
 * Exposure stays as it is. It enters only as the ratio of both arms and as the unit of a rate, in which extrapolation by
 * the same factor cancels; rounding would bend the ratio and protect nothing.
 *
 * @param counts one arm, in order of time
 */
export function wholeEvents(counts: readonly Counts[], rounding: 'down' | 'up'): readonly Counts[] {
  let raw = 0;
  let whole = 0;
  return counts.map(({ events, exposure }) => {
    raw += events;
    const total = roundTotal(raw, rounding);
    const added = total - whole;
    whole = total;
    return { events: added, exposure };
  });
}

function roundTotal(total: number, rounding: 'down' | 'up'): number {
  const nearest = Math.round(total);
  if (Math.abs(total - nearest) <= SNAP) return nearest;
  return rounding === 'down' ? Math.floor(total) : Math.ceil(total);
}
