import { type Millis, millis, type Probability, probability } from '../units.ts';
import type { MarginSpec, ProportionSpec, Release, ThresholdSpec } from './release-schema.ts';

/** What holds for health where the manifest is silent. The only place these numbers are written. */
export const HEALTH_DEFAULTS = {
  tick: millis(5 * 60_000),
  ingestDelay: millis(60_000),
  noDataDeadline: millis(60 * 60_000),
  falseRollbackRate: probability(0.01),
  falseAdvanceRate: probability(0.05),
  /** Of a threshold check. */
  for: millis(5 * 60_000),
  /** The least that `safe` grants beyond stable when it is left to `tolerate`. */
  safe: { relative: 0.25, absolute: 0.0025 },
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

/** How much worse than stable is tolerated before it is harm; a part that is not written grants nothing. */
export function harmMargin(check: ProportionSpec): FullMargin {
  return fullMargin(check.tolerate);
}

/** How much worse than stable still counts as safe: as written, or else `tolerate` but at least the default. */
export function safeMargin(check: ProportionSpec): FullMargin {
  if (check.safe) return fullMargin(check.safe);
  const tolerated = fullMargin(check.tolerate);
  return {
    relative: Math.max(tolerated.relative, HEALTH_DEFAULTS.safe.relative),
    absolute: Math.max(tolerated.absolute, HEALTH_DEFAULTS.safe.absolute),
  };
}

/** How long a threshold must hold to be believed. */
export function thresholdFor(check: ThresholdSpec): Millis {
  return check.for ?? HEALTH_DEFAULTS.for;
}

function fullMargin(margin: MarginSpec): FullMargin {
  return { relative: margin.relative ?? 0, absolute: margin.absolute ?? 0 };
}
