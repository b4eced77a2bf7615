import type { BetOptions, Side } from '../stats/bets.ts';
import type { Counts } from '../stats/counts.ts';
import type { Millis } from '../units.ts';
import type { Looking, Stretch } from './divide.ts';
import type { Margin, Reading } from './evidence.ts';
import type { FixedBound } from './shared-fault.ts';

/** What was found of a quantity, with the error of both ends together. */
export interface ShownInterval {
  /**
   * Of what: candidate ÷ stable, candidate − stable, a quantity of the candidate, the largest difference of two distributions'
   * cumulative shares (or of a category's shares), or the population stability index.
   */
  readonly of: 'ratio' | 'difference' | 'value' | 'distance' | 'stability-index';
  readonly low: number;
  /** Undefined: nothing bounds it from above yet. */
  readonly high: number | undefined;
  /** Probability with which both ends hold, at every moment of looking at once. */
  readonly level: number;
}

/** The evidence of a check in words: what was seen, and what that means. Each is half a sentence of its own. */
export interface Words {
  /** What was seen, and nothing else. */
  readonly seen: string;
  /** By member: what was seen, and what it exceeds. */
  readonly harm: Readonly<Record<string, string>>;
  /** What was seen, and what it keeps to. */
  readonly safe: string;
  /** What was seen, and that it proves nothing yet. */
  readonly doubt: string;
  /** What would be harm and what would be safe, without what was seen; undefined where there is nothing to prove. */
  readonly margins?: { readonly harm: string; readonly safe: string } | undefined;
}

/** What was counted since the rollout began, over the ticks that are evidence. */
export interface Totals {
  readonly candidate: Counts;
  readonly stable: Counts;
  /** The candidate's own counts, with those at 100 %. */
  readonly alone: Counts;
}

/** One test of counts. */
export type CountTest =
  | { readonly kind: 'comparison'; readonly margin: Margin }
  | { readonly kind: 'limit'; readonly limit: number };

/** The tests that a check plays on one weight: what a forecast needs to know of its kind. */
export interface CountTests extends Reading {
  /** `share`: of trials; `rate`: events per unit of exposure. */
  readonly unit: 'share' | 'rate';
  /** By member. */
  readonly harm: Readonly<Record<string, CountTest>>;
  /** Undefined: safety cannot be proven on this weight. */
  readonly safe: CountTest | undefined;
}

/** A breach of a fixed rule, which no error rate covers. */
export interface Breach {
  readonly text: string;
}

/**
 * How one kind of check turns ticks into evidence. Everything is computed from the ticks since the rollout began; nothing is
 * kept between looks. `harm` and `safe` are natural logarithms of e-values: 0 without data.
 */
export interface Method<C, A> {
  readonly looking: (check: C) => Looking<A>;
  /** Names of the e-processes of harm that count in the family; the same whatever was seen. */
  readonly members: (check: C) => readonly string[];
  /** Evidence of harm of one member in the ticks of these stretches together; bets are laid by what is known of the course. */
  readonly harm: (check: C, stretches: readonly Stretch<A>[], member: string, course: Course) => number;
  /** Evidence of safety in the stretch of now; undefined where it cannot be had. */
  readonly safe: (check: C, now: Stretch<A>) => number | undefined;
  /** There is nothing to prove: it passes as long as it sees and does not fail. */
  readonly passesUnlessFailing?: true;
  /** Evidence that must be reached for safety, when it is not ln(steps ÷ falseAdvanceRate): added to that. */
  readonly safeSurcharge?: (check: C) => number;
  /**
   * How much the newest ticks speak for a fault that has just begun, in nats: from `DOUBTFUL` on (stats/recent-doubt.ts) the step
   * is not left yet. It proves nothing and only waits.
   */
  readonly doubt?: (check: C, now: Stretch<A>) => number;
  /** A fixed rule that is broken, outside the promise; `tick` is the width of one, where it is known. */
  readonly breach?: (
    check: C,
    stretches: readonly Stretch<A>[],
    tick: Millis | undefined,
  ) => Breach | undefined;
  /**
   * The fixed bounds that the candidate is held against alone, of members and of `breach`: where stable is beyond one too, what is
   * proven of the candidate is not its own fault. Not for kinds that only compare.
   */
  readonly bounds?: (check: C) => FixedBounds<A>;
  /**
   * The tests that it plays on a weight, `whole` when the candidate has all traffic. Only for kinds whose evidence is the counts in
   * `totals`: of the others nobody can say how long they take.
   */
  readonly tests?: (check: C, whole: boolean) => CountTests | undefined;
  /** What is to be read with a proof of harm; undefined: nothing. */
  readonly caution?: (check: C, stretches: readonly Stretch<A>[]) => string | undefined;
  /** Undefined for kinds that do not count. */
  readonly totals: (check: C, stretches: readonly Stretch<A>[]) => Totals | undefined;
  /** The effect as people see it, on the scale of the margin of that side. */
  readonly interval: (check: C, stretches: readonly Stretch<A>[], side: Side) => ShownInterval | undefined;
  readonly words: (check: C, stretches: readonly Stretch<A>[], interval: ShownInterval | undefined) => Words;
}

/** The fixed bounds of a check, by what they are for. */
export interface FixedBounds<A> {
  readonly members: Readonly<Record<string, FixedBound<A>>>;
  readonly breach?: FixedBound<A>;
}

/** What is known of a rollout before it is looked at; see stats/play-plan.ts. It changes how soon harm is found, not the promise. */
export interface Course extends Pick<BetOptions, 'horizon' | 'goal'> {
  /** How many steps are declared. Default 1. */
  readonly steps?: number;
}

/** Error of each end of the intervals that people are shown: together 95 %. */
export const INTERVAL_ALPHA = 0.025;
export const INTERVAL_LEVEL = 1 - 2 * INTERVAL_ALPHA;
