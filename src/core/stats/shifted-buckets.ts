import type { BetOptions } from './bets.ts';
import { type BucketTick, boundFrom, countsAbove, sharedBounds } from './buckets.ts';
import { asOneOf, combineTests } from './combine.ts';
import { twinLogE } from './twin.ts';

/** The test of "the candidate is at most `factor` times stable", quantile by quantile. */
export interface ShiftTest extends Omit<BetOptions, 'side'> {
  /** m > 0; 1.25 is "a quarter slower at every quantile". */
  readonly factor: number;
}

/** Two bounds that are compared: the candidate's share above one with stable's share above the other. */
export interface BoundPair {
  readonly stable: number;
  /** At least `factor` times `stable`. */
  readonly candidate: number;
}

/** What the shifted buckets say. */
export interface ShiftEvidence {
  /** Natural log of the e-value; 0 without pairs. */
  readonly logE: number;
  /** Empty when the factor is wider than the buckets: then nothing can be found. */
  readonly pairs: readonly BoundPair[];
}

/**
 * The pairs (b_i, smallest b_j ≥ m·b_i) of finite bounds. Bounds at or below 0 have no place on a scale of factors.
 * Pairs whose second bound is shared keep the largest first bound alone: it implies the others.
 */
export function shiftPairs(bounds: readonly number[], factor: number): readonly BoundPair[] {
  const finite = bounds.filter((bound) => Number.isFinite(bound) && bound > 0);
  const pairs = new Map<number, BoundPair>();
  for (const stable of finite) {
    const candidate = boundFrom(finite, factor * stable);
    if (candidate !== undefined) pairs.set(candidate, { stable, candidate });
  }
  return [...pairs.values()];
}

/**
 * Natural log of the evidence that the candidate is not stochastically at most m times stable.
 *
 * If C ≤ m·B in that order, then P(C > b_j) ≤ P(m·B > b_j) ≤ P(B > b_i) for every pair with b_j ≥ m·b_i, which is the
 * null of `twinLogE` at ratio 1 with the candidate's measurements above b_j and stable's above b_i. The mean over pairs
 * is an e-value. Load that both arms share cancels. What is found is coarse as the buckets are: with bounds a factor f
 * apart, nothing below m·f can be seen. There is no safe side: buckets cannot show that a shift is smaller than they are.
 */
export function shiftedLogE(ticks: readonly BucketTick[], test: ShiftTest): ShiftEvidence {
  const { factor, ...options } = test;
  const pairs = shiftPairs(sharedBounds(ticks.flatMap((tick) => [tick.candidate, tick.stable])), factor);
  const logs = pairs.map((pair) =>
    twinLogE(
      ticks.map((tick) => ({
        candidate: countsAbove(tick.candidate, pair.candidate),
        stable: countsAbove(tick.stable, pair.stable),
      })),
      { ...asOneOf(pairs.length, options), side: 'harm', margin: { ratio: 1, difference: 0 } },
    ),
  );
  return { logE: combineTests('harm', logs), pairs };
}
