import type { Action, EvidenceCheck, Verdict } from '../judge/evidence.ts';
import type { ShownInterval, Totals } from '../judge/method.ts';
import type { Brake } from '../manifest/brake.ts';
import type { Release } from '../manifest/release-schema.ts';
import type { Rollout, Standing } from '../plan/rollout.ts';
import type { Instant, Millis } from '../units.ts';
import type { AbsenceReason, MetricsRequest } from './observation.ts';
import type { Plain } from './plain.ts';

export type { Action, Verdict };

/** What is judged, and when. Everything that `planQueries` and `assess` need besides the observations. */
export interface Evaluation {
  readonly release: Release;
  readonly rollout: Rollout;
  readonly standing: Standing;
  readonly now: Instant;
  /** Nats of harm that earlier trials of the same content left; see Evidence. Default 0. */
  readonly carried?: number;
  /** Whom the version is held against. Default: stable, at the same time. */
  readonly beside?: Beside;
}

/** What a restored version is held against: itself so long before, tick by tick, or fixed bounds alone. */
export type Beside = { readonly kind: 'own-past'; readonly before: Millis } | { readonly kind: 'nobody' };

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

/** The numbers behind a verdict on evidence; natural logarithms of e-values. */
export interface CheckEvidence {
  readonly kind: 'judged';
  /** The kind of check. */
  readonly of: EvidenceCheck['kind'];
  /** What people asked, where they put it in other words than the kind: `accuracy`. */
  readonly question?: string;
  /** How it was read: margins, dispersion, forgiven ticks and the rest, defaults and estimates filled in. */
  readonly parameters: { readonly [key: string]: Plain };
  /**
   * This check's share of the family's evidence of harm, ln Σ w·E over its members. To be held
   * against the family's threshold.
   */
  readonly logHarm: number;
  /** The same, member by member. */
  readonly members: readonly Member[];
  /** What was counted since the rollout began; undefined for kinds that do not count. */
  readonly totals: Totals | undefined;
  /** Events of the candidate since this step began, for kinds that count them; else in the unit of the kind's exposure. */
  readonly exposure: number;
  /** Evidence of safety since this step began; undefined where it cannot be had (no stable traffic and no limit). */
  readonly logSafe: number | undefined;
  /** logSafe that passes: ln(steps / falseAdvanceRate). */
  readonly safeThreshold: number;
  /** The effect, rollout-long, on the scale of the margin; undefined while nothing is known of it. */
  readonly interval: ShownInterval | undefined;
  /** Ticks since the rollout began that were evidence. */
  readonly ticksUsed: number;
  readonly dropped: readonly DroppedTick[];
}

/** One e-process of a check, as its share of the family's evidence of harm. */
export interface Member {
  readonly name: string;
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
  /** What its failing is to the judgement. */
  readonly action: Action;
  /** What its failing does. */
  readonly brake: Brake;
  /** false: it has no vote, because it cannot judge here (no stable traffic at 100 % and no limit) or nobody waits for it. */
  readonly gating: boolean;
  /** A fixed bound is broken that stable breaks at the same time: a cause that both share. Not there when not. */
  readonly stableFails?: true;
  /** The verdict in one sentence with its numbers, for people. */
  readonly sentence: string;
  /** End of the newest tick, or moment of the newest value, that could be used since this step began; undefined: none seen. */
  readonly lastSeen: Instant | undefined;
  /** So much later than other evidence its own may come, because it waits for labels; not there when 0. */
  readonly labelDelay?: Millis;
  readonly evidence: CheckEvidence | ThresholdEvidence | BrokenEvidence;
}

/** Evidence of harm in nats, and what it must reach to be a proof. */
export interface HarmEvidence {
  readonly logHarm: number;
  readonly threshold: number;
}

/** What the evidence says at one moment. Plain and serialisable; same evaluation and observations, same assessment. */
export interface Assessment {
  readonly at: Instant;
  /** `fail` when harm is proven; `pass` when every gating check passes; else the worst of the others: error, no-data, inconclusive. */
  readonly overall: Verdict;
  /**
   * ln Σ w·E over the members of all checks that may take the candidate back, Σ w = 1, and what it must reach: ln(1 / falseRollbackRate). A check
   * that could not be asked adds nothing to the sum. 0 (no evidence either way) when no member could be computed.
   */
  readonly family: HarmEvidence;
  /** The same of what was seen on the present weight alone; only where that is lower than the one before. */
  readonly lowered?: HarmEvidence;
  /**
   * The newest moment at which every gating check could see; undefined when one of them has not seen anything since this
   * step began, or is broken now and cannot tell.
   */
  readonly lastSeen: Instant | undefined;
  /** Only fixed bounds were held against it, since there is nobody to compare with. Not there when there is. */
  readonly alone?: true;
  readonly checks: readonly CheckAssessment[];
}
