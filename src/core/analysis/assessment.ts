import type { Release } from '../manifest/release-schema.ts';
import type { Rollout, Standing } from '../plan/rollout.ts';
import type { Counts } from '../stats/counts.ts';
import type { Instant } from '../units.ts';
import type { AbsenceReason, MetricsRequest } from './observation.ts';

export type { Counts };

/**
 * `pass` proven good enough · `fail` proven harmful · `inconclusive` neither yet · `no-data` nothing to see ·
 * `error` could not look. Five, never a boolean.
 */
export type Verdict = 'pass' | 'fail' | 'inconclusive' | 'no-data' | 'error';

/** What is judged, and when. Everything that `planQueries` and `assess` need besides the observations. */
export interface Evaluation {
  readonly release: Release;
  readonly rollout: Rollout;
  readonly standing: Standing;
  readonly now: Instant;
}

/** One question to one provider. `id` is unique in an evaluation: check / role / arm, e.g. `errors/bad/candidate`. */
export interface PlannedQuery {
  readonly id: string;
  readonly check: string;
  readonly provider: string;
  readonly request: MetricsRequest;
}

/** A tick of evidence that was not used, and why. */
export interface DroppedTick {
  /** End of the tick. */
  readonly at: Instant;
  readonly reason: string;
}

/** The numbers behind a proportion verdict; natural logarithms of e-values. */
export interface ProportionEvidence {
  readonly kind: 'proportion';
  /** Counts of the ticks that were compared, since the rollout began. As counted: `increase()` gives fractions. */
  readonly candidate: Counts;
  readonly stable: Counts;
  /**
   * This check's share of the family's evidence of harm, ln Σ w·M over its members: rollout-long and per step mixed, the
   * limit included. To be held against the family's threshold.
   */
  readonly logHarm: number;
  /** Evidence of safety since this step began; undefined where it cannot be had (no stable traffic and no limit). */
  readonly logSafe: number | undefined;
  /** logSafe that passes: ln(steps / falseAdvanceRate). */
  readonly safeThreshold: number;
  /**
   * How many times as often as stable, two-sided at 95 %, rollout-long; undefined without traffic on both arms. No high end:
   * nothing bounds it from above yet.
   */
  readonly ratio: { readonly low: number; readonly high: number | undefined } | undefined;
  /** Undefined when the check declares no limit. */
  readonly limit: LimitEvidence | undefined;
  /** Ticks since the rollout began that were compared with stable or, on a check with a limit, held against it. */
  readonly ticksUsed: number;
  readonly dropped: readonly DroppedTick[];
}

/** The candidate alone against its limit. */
export interface LimitEvidence {
  /** The rate that must not be exceeded, 0 to 1. */
  readonly max: number;
  /** The candidate's own counts since the rollout began, with those at 100 %. */
  readonly candidate: Counts;
  /** ln w·M of this member; part of the check's logHarm. */
  readonly logHarm: number;
}

/** The numbers behind a threshold verdict. */
export interface ThresholdEvidence {
  readonly kind: 'threshold';
  /** Newest value; undefined when there is none. */
  readonly value: number | undefined;
  readonly max: number | undefined;
  readonly min: number | undefined;
  /** Points within and beyond the bound in the window, and points without a value. */
  readonly within: number;
  readonly beyond: number;
  readonly missing: number;
  /** Events that the value rests on; undefined when not asked or not seen. */
  readonly samples: number | undefined;
  readonly minSamples: number | undefined;
}

/** Why a check could not look. Nothing here is a number, so that nothing can be taken for one. */
export interface BrokenEvidence {
  readonly kind: 'broken';
  readonly queries: readonly BrokenQuery[];
}

/** A query that gave no answer because the tool, the server or the query broke. */
export interface BrokenQuery {
  /** Id of the planned query. */
  readonly id: string;
  readonly reason: AbsenceReason;
  readonly detail: string;
}

export interface CheckAssessment {
  readonly name: string;
  readonly verdict: Verdict;
  /** false: it cannot judge here (no stable traffic at 100 % and no limit) and has no vote. */
  readonly gating: boolean;
  /** The verdict in one sentence with its numbers, for people. */
  readonly sentence: string;
  /** End of the newest tick, or moment of the newest value, that could be used since this step began; undefined: none seen. */
  readonly lastSeen: Instant | undefined;
  readonly evidence: ProportionEvidence | ThresholdEvidence | BrokenEvidence;
}

/** What the evidence says at one moment. Plain and serialisable; same evaluation and observations, same assessment. */
export interface Assessment {
  readonly at: Instant;
  /** `fail` when harm is proven; `pass` when every gating check passes; else the worst of the others: error, no-data, inconclusive. */
  readonly overall: Verdict;
  /**
   * ln Σ w·M over the members of all proportion checks, Σ w = 1, and what it must reach: ln(1 / falseRollbackRate). A check
   * that could not be asked adds nothing to the sum. 0 (no evidence either way) when no member could be computed.
   */
  readonly family: { readonly logHarm: number; readonly threshold: number };
  /**
   * The newest moment at which every gating check could see; undefined when one of them has not seen anything since this
   * step began, or is broken now and cannot tell.
   */
  readonly lastSeen: Instant | undefined;
  readonly checks: readonly CheckAssessment[];
}
