import type { CumulativeBuckets } from '../stats/buckets.ts';
import type { ClaimedCounts } from '../stats/calibration.ts';
import type { Counts } from '../stats/counts.ts';
import type { GaugeMargin } from '../stats/gauge.ts';
import type { Margin } from '../stats/twin.ts';
import type { Millis } from '../units.ts';

export type { ClaimedCounts, Counts, CumulativeBuckets, GaugeMargin, Margin };

/**
 * `pass` proven good enough · `fail` proven harmful · `inconclusive` neither yet · `no-data` nothing to see ·
 * `error` could not look. Five, never a boolean.
 */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'no-data' | 'error';

/** What a check that fails does: take the candidate back, keep it where it is, or tell people. */
export type Action = 'rollback' | 'hold' | 'notify';

/** What was seen of one arm in one tick, or why it cannot be used. */
export type Seen<A> =
  | { readonly kind: 'seen'; readonly value: A }
  | { readonly kind: 'unusable'; readonly reason: string };

/** One stretch of the time grid. */
export interface EvidenceTick<A> {
  /** Position of the period in which it lies; undefined when the weight changed within it. */
  readonly period: number | undefined;
  readonly candidate: Seen<A>;
  readonly stable: Seen<A>;
}

/** The time on one weight. */
export interface Period {
  /** Position of the declared step, from 0. */
  readonly step: number;
  /** Everyone is served by the candidate: nothing to compare with. */
  readonly whole: boolean;
  /** Share of the traffic that the candidate was to get, 0 to 1; undefined when nobody said. */
  readonly share: number | undefined;
}

/** What every check says of itself. */
export interface CheckBase {
  readonly name: string;
  /** What people asked, where it is put in other words than the kind: `accuracy`. For reports and sentences only. */
  readonly question?: string | undefined;
  /** Share of the promise that it may spend, relative to the other checks; more than 0. */
  readonly weight: number;
  readonly action: Action;
  /** It must pass before anything advances. */
  readonly required: boolean;
}

/** How counts are read; see BetOptions. */
export interface Reading {
  /** φ ≥ 1: so many events come together. */
  readonly dispersion: number;
  /** So many ticks are forgiven. */
  readonly trim: number;
}

/** Margins of a comparison of shares or rates: at most ratio × stable's + difference. */
export interface Margins {
  /** Beyond it is harm. */
  readonly harm: Margin;
  /** Below it is safe; nowhere narrower than `harm`. */
  readonly safe: Margin;
}

/** A share of bad events; with `worse: fewer` of good ones. */
export interface ProportionCheck extends CheckBase, Reading, Margins {
  readonly kind: 'proportion';
  /** `fewer`: the margins say how much more stable may have, at most ratio × the candidate's share + difference. Default `more`. */
  readonly worse?: 'more' | 'fewer' | undefined;
  /** And never above this share (`fewer`: below), whatever stable does. */
  readonly limit: number | undefined;
  readonly ticks: readonly EvidenceTick<Counts>[];
}

/** What the alerts on an error budget are about. */
export interface BurnAlerts {
  /** The share of good events that is promised, above 0 and below 1. */
  readonly objective: number;
  /** Over this long. */
  readonly period: Millis;
}

/** The candidate alone against a share that it must not exceed. */
export interface LimitCheck extends CheckBase, Reading {
  readonly kind: 'limit';
  /** The share, 0 to 1. */
  readonly max: number;
  /** A business rule outside the promise: so many bad events more than stable's share explains are too many. */
  readonly maxExcess: number | undefined;
  /** A business rule outside the promise: multi-window burn-rate alerts. Needs `Evidence.tick`. */
  readonly alerts: BurnAlerts | undefined;
  /** Stable's counts serve `maxExcess` alone. */
  readonly ticks: readonly EvidenceTick<Counts>[];
}

/** A measurement of one arm in one tick, in the metric's unit. */
export interface Measured {
  readonly value: number;
}

/** A measurement that is no count, candidate against stable. */
export interface GaugeCheck extends CheckBase {
  readonly kind: 'gauge';
  readonly worse: 'higher' | 'lower';
  /** Worse by more than this is harm. */
  readonly harm: GaugeMargin;
  /** Worse by less than this is safe; in the unit of `harm`, and no less. */
  readonly safe: GaugeMargin;
  /** Ticks that are averaged at least before they are compared: five minutes' worth, 1 or more. */
  readonly batch: number;
  readonly ticks: readonly EvidenceTick<Measured>[];
}

/** What fell into each bin in one tick, not cumulative. */
export interface Binned {
  readonly bins: readonly number[];
}

/** How far a distribution is from stable's, or from one that is fixed. */
export interface DistributionCheck extends CheckBase, Reading {
  readonly kind: 'distribution';
  /** Cumulative shares (a category's share where bins have no order) further apart than this are harm, 0 to 1. */
  readonly tolerance: number;
  /** Nowhere further apart than this is safe; no less than `tolerance`. */
  readonly safe: { readonly tolerance: number };
  /** The bins have an order; else they are categories. */
  readonly ordered: boolean;
  /** Share of each bin in what the candidate alone is compared with; undefined: stable at the same time. */
  readonly reference: readonly number[] | undefined;
  /** What the bins are called; undefined: by their number. Of a histogram the upper bounds. */
  readonly labels: readonly string[] | undefined;
  /** As many bins in every tick. */
  readonly ticks: readonly EvidenceTick<Binned>[];
}

/** How much traffic an arm got in one tick. */
export interface Traffic {
  readonly exposure: number;
}

/** Whether traffic is split as declared. */
export interface SplitCheck extends CheckBase, Reading {
  readonly kind: 'split';
  /** Declared share of the candidate, 0 to 1; undefined: that of each period. */
  readonly share: number | undefined;
  /** So far may the share be off its declaration, relative to it. */
  readonly tolerance: number;
  readonly ticks: readonly EvidenceTick<Traffic>[];
}

/** The counts of an arm, by group; a group that is not there had no traffic. */
export interface GroupedCounts {
  readonly groups: Readonly<Record<string, Counts>>;
}

/** Bad events group by group: each against stable's same group, and the groups against each other. */
export interface FairnessCheck extends CheckBase, Reading, Margins {
  readonly kind: 'fairness';
  /** Fixed before looking; others are not looked at. */
  readonly groups: readonly string[];
  /** How much worse one group may be off than another with the candidate; undefined: not asked. */
  readonly disparity: Margin | undefined;
  /** Groups with less than this share of a step's traffic are not waited for, 0 to 1. */
  readonly minShare: number;
  readonly ticks: readonly EvidenceTick<GroupedCounts>[];
}

/** The counts of an arm, bin by bin in the order of the check. */
export interface ClaimedBins {
  readonly bins: readonly ClaimedCounts[];
}

/** How often predictions come true, against the probability that they claim. */
export interface CalibrationCheck extends CheckBase, Reading {
  readonly kind: 'calibration';
  /** Names of the bins, fixed before looking. */
  readonly bins: readonly string[];
  /** Further than this from the claim is harm, in probability. */
  readonly tolerance: number;
  /** Within this is safe; not less than `tolerance`. */
  readonly safe: { readonly tolerance: number };
  /** `stable`: harm is to be off the claim and further off than stable. `claims`: off the claim, whatever stable does. */
  readonly against: 'stable' | 'claims';
  /** Bins with less than this share of a step's predictions are not waited for, 0 to 1. */
  readonly minShare: number;
  readonly ticks: readonly EvidenceTick<ClaimedBins>[];
}

/** Events per unit of exposure: crashes per replica-hour. Events may outnumber the exposure. */
export interface RateCheck extends CheckBase, Reading {
  readonly kind: 'rate';
  /** Beyond it is harm; `difference` in events per unit. */
  readonly harm: Margin;
  /** Below it is safe; undefined: what is proven within `limit` is safe. */
  readonly safe: Margin | undefined;
  /** And never more events per unit of exposure than this, whatever stable does. */
  readonly limit: number | undefined;
  readonly ticks: readonly EvidenceTick<Counts>[];
}

/**
 * Measurements in buckets: the share above a bound, a quantile, or both. Margins are of the share (`tail`); of the quantile is
 * `ratio` alone.
 */
export interface LatencyCheck extends CheckBase, Reading, Margins {
  readonly kind: 'latency';
  /** Above it is too slow, in the measurement's unit. */
  readonly bound: number | undefined;
  /** Above 0 and below 1: 0.99 for p99. */
  readonly quantile: number | undefined;
  /** And never a larger share above `bound`, whatever stable does. */
  readonly limit: number | undefined;
  /** Settled (settle-buckets.ts): every histogram has the same bounds. */
  readonly ticks: readonly EvidenceTick<CumulativeBuckets>[];
}

/** Every kind of check, as evidence. */
export type EvidenceCheck =
  | ProportionCheck
  | LimitCheck
  | RateCheck
  | LatencyCheck
  | GaugeCheck
  | DistributionCheck
  | SplitCheck
  | FairnessCheck
  | CalibrationCheck;

/**
 * All that a judgement rests on: the value between what was observed and what it says. The document of `belay judge` is
 * its written form; a rollout's ticks become the same value.
 */
export interface Evidence {
  /** Probability that a healthy candidate is taken back, over all checks, ticks and looks. */
  readonly falseRollbackRate: number;
  /** Probability that a candidate with a check beyond its safe margin passes, over all steps. */
  readonly falseAdvanceRate: number;
  /**
   * Nats of harm that an earlier trial of the same content left, so that trying again until it passes does not pay; negative when
   * that trial spoke for it. Default 0.
   */
  readonly carried?: number;
  /** Ticks that the rollout is expected to last: evidence is laid out for it. Default: a day of ticks of five minutes. */
  readonly horizon?: number;
  /** How many steps are declared, 1 or more. */
  readonly steps: number;
  /** One per weight, oldest first; the last is now. */
  readonly periods: readonly [Period, ...Period[]];
  readonly checks: readonly EvidenceCheck[];
  /** Width of a tick, for what needs time; the k-th tick, from 0, begins k × this after the first. Undefined: unknown. */
  readonly tick?: Millis | undefined;
  /** Stable's ticks are of another time than the candidate's: what is wrong in both has not one cause. */
  readonly apart?: true;
  /** Milliseconds that this step may still take if the rollout is to keep its deadline; not given where there is none. */
  readonly left?: number | undefined;
}

/** The period of now. */
export function currentPeriod({ periods }: Pick<Evidence, 'periods'>): Period {
  return periods.at(-1) ?? periods[0];
}
