import { type BucketTick, boundFrom, countsAbove, isSameBound, sharedBounds } from './buckets.ts';
import { asOneOf, combineTests } from './combine.ts';
import type { Tick } from './counts.ts';
import { type TwinTest, twinLogE } from './twin.ts';

/** The bucket bound that stands for a limit that was asked for. */
export interface ChosenBound {
  /** In the measurement's unit. */
  readonly asked: number;
  /** The bound used: the limit itself or the next one above it. */
  readonly used: number;
  readonly isExact: boolean;
}

/**
 * The bucket bound for a limit: itself when there is such a bucket, else the next one above, so that what is counted as
 * too slow is too slow. Undefined when every finite bound is below the limit: these buckets cannot answer.
 * @param bounds  rising; an infinite one is never chosen
 */
export function chooseBound(bounds: readonly number[], asked: number): ChosenBound | undefined {
  const used = boundFrom(bounds.filter(Number.isFinite), asked);
  return used === undefined ? undefined : { asked, used, isExact: isSameBound(used, asked) };
}

/** Both arms' measurements above a bound, of all, per tick: counts for `twinLogE`. @throws RangeError as `countsAbove` */
export function tailTicks(ticks: readonly BucketTick[], bound: number): readonly Tick[] {
  return ticks.map(({ candidate, stable }) => ({
    candidate: countsAbove(candidate, bound),
    stable: countsAbove(stable, bound),
  }));
}

/** One side of the comparison of the shares above one or more limits. */
export interface TailTest extends TwinTest {
  /** The limits, in the measurement's unit; fixed before looking. */
  readonly limits: readonly number[];
}

/** What the tails say. */
export interface TailEvidence {
  /** Natural log of the e-value; 0 when no limit has a bound. */
  readonly logE: number;
  /** Limit by limit in the order asked, without those that no bound answers. Two limits may share a bound. */
  readonly bounds: readonly ChosenBound[];
  /** The limits above every finite bound. */
  readonly unanswered: readonly number[];
}

/**
 * Natural log of the evidence that the candidate's share of measurements above a limit is beyond the margin (`harm`: at
 * one of the limits at least) or within it (`safe`: at every one), by `twinLogE` per bound. The mean over several bounds
 * costs at most the log of their number; see `combineTests`.
 * With an unanswered limit `safe` is 0: what cannot be seen is not safe.
 */
export function tailLogE(ticks: readonly BucketTick[], test: TailTest): TailEvidence {
  const { limits, ...twin } = test;
  const shared = sharedBounds(ticks.flatMap(({ candidate, stable }) => [candidate, stable]));
  const chosen = limits.map((asked) => chooseBound(shared, asked));
  const bounds = chosen.filter((bound) => bound !== undefined);
  const unanswered = limits.filter((_, index) => chosen[index] === undefined);
  const distinct = [...new Set(bounds.map(({ used }) => used))];
  const logE =
    twin.side === 'safe' && unanswered.length > 0
      ? 0
      : combineTests(
          twin.side,
          distinct.map((bound) => twinLogE(tailTicks(ticks, bound), asOneOf(distinct.length, twin))),
        );
  return { logE, bounds, unanswered };
}
