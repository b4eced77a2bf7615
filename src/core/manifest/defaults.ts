import { type Millis, millis, type Probability, probability } from '../units.ts';
import type {
  CheckSpec,
  DistributionSpec,
  GaugeSpec,
  LimitSpec,
  MarginSpec,
  RateSpec,
  Release,
  SafeMarginSpec,
  SplitSpec,
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
  /**
   * What a gauge tolerates, in standard deviations of stable, and the least that is safe. Versions run on different machines, which
   * differ for ever: on real machines no margin gave false alarms in a fifth to a third of all rollouts, this one in none.
   */
  gaugeMargin: 0.5,
  /** Beside a count's 1: in mixed families gauges, which are approximate, spent most of the promise. */
  gaugeWeight: 0.25,
  /** Largest distance of cumulative shares that is no harm: the mean moves by a twentieth of a standard deviation. */
  distance: 0.02,
  /** And the least that is safe, an eighth of one: a narrower one takes days to prove at ordinary traffic. */
  safeDistance: 0.05,
  /** How far a split may be off, relative to the share: routers of replicas and connections do not hit it. */
  splitTolerance: 0.1,
  /** How long serving systems take to follow a new weight: a tool that syncs from Git looks every few minutes. */
  settle: millis(10 * 60_000),
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

/** In less time than this nothing would be seen of a restored version: two ticks, and until the metrics are complete. */
export function leastVerify({
  tick = HEALTH_DEFAULTS.tick,
  ingestDelay = HEALTH_DEFAULTS.ingestDelay,
}: {
  readonly tick?: Millis | undefined;
  readonly ingestDelay?: Millis | undefined;
}): Millis {
  return millis(2 * tick + ingestDelay);
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

/** How much worse a gauge may be and how much still is safe, both in one unit. */
export function gaugeMargins({ tolerate, safe }: Pick<GaugeSpec, 'tolerate' | 'safe'>): {
  readonly harm: GaugeMargin;
  readonly safe: GaugeMargin;
} {
  const harm = gaugeMargin(tolerate ?? { sd: HEALTH_DEFAULTS.gaugeMargin });
  if (safe) return { harm, safe: gaugeMargin(safe) };
  // What half a standard deviation is in the metric's unit is not known beforehand.
  if (harm.unit === 'absolute') return { harm, safe: harm };
  return { harm, safe: { unit: 'sd', difference: Math.max(harm.difference, HEALTH_DEFAULTS.gaugeMargin) } };
}

/** A margin of a gauge with its unit. */
export interface GaugeMargin {
  readonly difference: number;
  readonly unit: 'absolute' | 'sd';
}

function gaugeMargin({ absolute, sd = 0 }: NonNullable<GaugeSpec['tolerate']>): GaugeMargin {
  return absolute === undefined ? { difference: sd, unit: 'sd' } : { difference: absolute, unit: 'absolute' };
}

/** How far apart distributions may be, and how far still is safe. */
export function distributionTolerances(check: Pick<DistributionSpec, 'tolerance' | 'safe'>): {
  readonly tolerance: number;
  readonly safe: { readonly tolerance: number };
} {
  const { tolerance = HEALTH_DEFAULTS.distance, safe } = check;
  return { tolerance, safe: safe ?? { tolerance: Math.max(tolerance, HEALTH_DEFAULTS.safeDistance) } };
}

/** Whether a distribution is compared with fixed shares; then it only notifies. */
export function isAgainstReference({ against }: Pick<DistributionSpec, 'against'>): boolean {
  return against === 'reference';
}

/** How far a split may be off, relative to the share. */
export function splitTolerance({ tolerance }: Pick<SplitSpec, 'tolerance'>): number {
  return tolerance ?? HEALTH_DEFAULTS.splitTolerance;
}

/** How long a split is not looked at after a new weight. */
export function splitSettle({ settle }: Pick<SplitSpec, 'settle'>): Millis {
  return settle ?? HEALTH_DEFAULTS.settle;
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
export function checkWeight({
  kind,
  weight,
  critical = false,
}: {
  readonly kind: CheckSpec['kind'];
  readonly weight?: number | undefined;
  readonly critical?: boolean | undefined;
}): number {
  return weight ?? (kind === 'gauge' ? HEALTH_DEFAULTS.gaugeWeight : 1) * (critical ? 2 : 1);
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

/** How long after what it is about the evidence of a check comes. */
export function labelDelayOf(check: CheckSpec): Millis {
  return ('labelDelay' in check ? check.labelDelay : undefined) ?? millis(0);
}

/** How long a threshold must hold to be believed. */
export function thresholdFor(check: ThresholdSpec): Millis {
  return check.for ?? HEALTH_DEFAULTS.for;
}

function fullMargin(margin: MarginSpec): FullMargin {
  return { relative: margin.relative ?? 0, absolute: margin.absolute ?? 0 };
}
