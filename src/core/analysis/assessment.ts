import type { Release } from '../manifest/release-schema.ts';
import type { Rollout, Standing } from '../plan/rollout.ts';
import type { Instant } from '../units.ts';
import type { MetricsRequest } from './observation.ts';

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

/** Counts of one arm. */
export interface Counts {
  readonly events: number;
  readonly exposure: number;
}

/** The numbers behind a proportion verdict; natural logarithms of e-values. */
export interface ProportionEvidence {
  readonly kind: 'proportion';
  /** Since the rollout began, used ticks only. */
  readonly candidate: Counts;
  readonly stable: Counts;
  /** This check's share of the family's evidence of harm: rollout-long and per step mixed. */
  readonly logHarm: number;
  /** Evidence of safety since this step began; undefined where it cannot be had (no stable traffic and no limit). */
  readonly logSafe: number | undefined;
  /** logSafe that passes: ln(steps / falseAdvanceRate). */
  readonly safeThreshold: number;
  /** How many times as many events as stable, two-sided at 95 %, rollout-long; undefined without traffic on both arms. */
  readonly ratio: { readonly low: number; readonly high: number } | undefined;
  readonly ticksUsed: number;
  readonly dropped: readonly DroppedTick[];
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

export interface CheckAssessment {
  readonly name: string;
  readonly verdict: Verdict;
  /** false: it cannot judge here (no stable traffic at 100 % and no limit) and has no vote. */
  readonly gating: boolean;
  /** The verdict in one sentence with its numbers, for people. */
  readonly sentence: string;
  readonly evidence: ProportionEvidence | ThresholdEvidence;
}

/** What the evidence says at one moment. Plain and serialisable; same evaluation and observations, same assessment. */
export interface Assessment {
  readonly at: Instant;
  /** `fail` when harm is proven; `pass` when every gating check passes; else the worst of the others: error, no-data, inconclusive. */
  readonly overall: Verdict;
  /** ln Σ w·E over the checks that carry statistical evidence, and what it must reach: ln(1 / falseRollbackRate). */
  readonly family: { readonly logHarm: number; readonly threshold: number };
  readonly checks: readonly CheckAssessment[];
}
