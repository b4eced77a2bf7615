import { type Millis, millis, type Probability, probability } from '../units.ts';
import type {
  EvidenceSpec,
  LimitSpec,
  MarginSpec,
  RateSpec,
  Release,
  SafeMarginSpec,
  ThresholdSpec,
} from './release-schema.ts';

/** What holds for health where the manifest is silent. The only place these numbers are written. */
export const HEALTH_DEFAULTS = {
  tick: millis(5 * 60_000),
  ingestDelay: millis(60_000),
  noDataDeadline: millis(60 * 60_000),
  falseRollbackRate: probability(0.01),
  falseAdvanceRate: probability(0.05),
  /** Of a threshold check. */
  for: millis(5 * 60_000),
  /** What a comparison of shares tolerates. */
  tolerate: { relative: 0.1, absolute: 0 },
  /** Crashes are few: what is less than half as many again is not told from chance within a rollout. */
  rateTolerate: { relative: 0.5, absolute: 0 },
  /** A fiftieth of a month's error budget in an hour: the fastest alert of the SRE workbook, chapter 5. */
  burnRate: 14.4,
  /** What an objective is usually promised over. */
  budgetPeriod: millis(30 * 86_400_000),
  /** The least that `safe` grants beyond stable when it is left to `tolerate`. */
  safe: { relative: 0.25, absolute: 0.0025 },
  /** A point of accuracy is what retraining on other days moves; two are proven with some 3,700 labels at 90 %, one with 23,000. */
  accuracy: { tolerate: { absolute: 0.01 }, safe: { absolute: 0.02 } },
  /** Broken values are rare and not of chance: one in a thousand more is a feature that is missing for somebody. */
  dataQuality: { tolerate: { absolute: 0.001 }, safe: { absolute: 0.0025 } },
  /** Two percent fewer orders is what a guardrail allows; ten is what some 2,200 orders prove, two takes 90,000. */
  business: { tolerate: { relative: 0.02 }, safe: { relative: 0.1 } },
  /** Of a calibration check, in probability: two points are harm; five are proven with some 1,500 labels a bin. */
  calibration: { tolerance: 0.02, safe: 0.05 },
  /** Share of the traffic below which a group or a bin is not waited for: a twentieth takes twenty times as long as all. */
  minShare: 0.05,
} as const;

/** The health settings of a release, defaults filled in. */
export interface HealthSettings {
  readonly tick: Millis;
  readonly ingestDelay: Millis;
  readonly noDataDeadline: Millis;
  readonly falseRollbackRate: Probability;
  readonly falseAdvanceRate: Probability;
}

/** A margin with both parts: at most (1 + relative) × stable's rate + absolute. */
export interface FullMargin {
  readonly relative: number;
  readonly absolute: number;
}

/** The settings that all checks of a release share. */
export function healthSettings(release: Release): HealthSettings {
  const { health } = release.spec;
  return {
    tick: health.tick ?? HEALTH_DEFAULTS.tick,
    ingestDelay: health.ingestDelay ?? HEALTH_DEFAULTS.ingestDelay,
    noDataDeadline: health.noDataDeadline ?? HEALTH_DEFAULTS.noDataDeadline,
    falseRollbackRate: health.falseRollbackRate ?? HEALTH_DEFAULTS.falseRollbackRate,
    falseAdvanceRate: health.falseAdvanceRate ?? HEALTH_DEFAULTS.falseAdvanceRate,
  };
}

/** A check whose margins are shares or rates. */
export interface Compared {
  readonly tolerate?: MarginSpec | undefined;
  readonly safe?: SafeMarginSpec | undefined;
}

/** How much worse than stable is tolerated before it is harm; a part that is not written grants nothing. */
export function harmMargin({ tolerate }: Compared): FullMargin {
  return tolerate ? fullMargin(tolerate) : HEALTH_DEFAULTS.tolerate;
}

/**
 * How much worse than stable still counts as safe: as written, or else `tolerate` but at least the default. A budget of harm
 * to all traffic B becomes B ÷ share, since a candidate with that share adds share × difference to everybody's rate.
 * @param nextShare share of the traffic at the next step, 0 to 1
 */
export function safeMargin(check: Compared, nextShare: number): FullMargin {
  if (check.safe) return writtenSafe(check.safe, nextShare);
  const tolerated = harmMargin(check);
  return {
    relative: Math.max(tolerated.relative, HEALTH_DEFAULTS.safe.relative),
    absolute: Math.max(tolerated.absolute, HEALTH_DEFAULTS.safe.absolute),
  };
}

/** How much more often than stable is tolerated of a rate. */
export function rateHarmMargin({ tolerate }: Pick<RateSpec, 'tolerate'>): FullMargin {
  return tolerate ? fullMargin(tolerate) : HEALTH_DEFAULTS.rateTolerate;
}

/**
 * What still counts as safe of a rate: as written, or else what is tolerated. Undefined where only a limit is written: rates
 * have no unit in which a default could grant anything, and a factor of no events at all is never proven.
 */
export function rateSafeMargin(
  check: Pick<RateSpec, 'tolerate' | 'safe' | 'limit'>,
  nextShare: number,
): FullMargin | undefined {
  if (check.safe) return writtenSafe(check.safe, nextShare);
  return check.limit === undefined ? rateHarmMargin(check) : undefined;
}

function writtenSafe(safe: SafeMarginSpec, nextShare: number): FullMargin {
  const { relative, absolute } = fullMargin(safe);
  const { budget } = safe;
  return { relative, absolute: budget === undefined ? absolute : Math.max(absolute, budget / nextShare) };
}

/** The share of bad events that a limit check grants. */
export function limitOf({ max, objective = 1, burnRate = HEALTH_DEFAULTS.burnRate }: LimitSpec): number {
  return max ?? Math.min(1, burnRate * (1 - objective));
}

/** The error budget that a limit check is alerted on; undefined: it is not. */
export function alertsOf({
  objective,
  alerts,
  period,
}: LimitSpec): { readonly objective: number; readonly period: Millis } | undefined {
  if (!alerts || objective === undefined) return undefined;
  return { objective, period: period ?? HEALTH_DEFAULTS.budgetPeriod };
}

/** What a check may spend of the promise, relative to the others. */
export function checkWeight({ weight, critical }: Pick<EvidenceSpec, 'weight' | 'critical'>): number {
  return weight ?? (critical ? 2 : 1);
}

/** How many of the worst ticks a check forgives. */
export function checkTrim({
  trim,
  critical,
}: {
  readonly trim?: number | undefined;
  readonly critical?: boolean | undefined;
}): number {
  return trim ?? (critical ? 0 : 1);
}

/** How long a threshold must hold to be believed. */
export function thresholdFor(check: ThresholdSpec): Millis {
  return check.for ?? HEALTH_DEFAULTS.for;
}

function fullMargin(margin: MarginSpec): FullMargin {
  return { relative: margin.relative ?? 0, absolute: margin.absolute ?? 0 };
}
