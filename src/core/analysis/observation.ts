import type { Instant, Millis } from '../units.ts';

/** Why a provider gave no usable number. Never a number in disguise: nothing here means 0, healthy or sick. */
export type AbsenceReason =
  /** The query selected no series, or no sample in the window. */
  | 'empty'
  | 'not-a-number'
  | 'infinite'
  /** More than one series where one number was asked for, or series that are not one per value of the label asked for. */
  | 'many-series'
  /** The newest sample is older than the limit. */
  | 'stale'
  /** The server answered with warnings: the answer may be partial. */
  | 'warnings'
  | 'timeout'
  | 'redirect'
  | 'too-large'
  /** No connection (refused, DNS, TLS). */
  | 'unreachable'
  /** The server refused the query (4xx, bad PromQL, unauthorised). */
  | 'refused'
  /** The server failed (5xx). */
  | 'server-error'
  /** A body that is not what the protocol promises. */
  | 'bad-response'
  /** The server's clock and ours are too far apart: what it says of a moment is not of that moment. */
  | 'clock-skew';

/** No number, and why; `detail` is one line for people, secrets masked. */
export interface Absence {
  readonly kind: 'absent';
  readonly reason: AbsenceReason;
  readonly detail: string;
}

/**
 * Absences that say "the tool or the server broke" (verdict `error`), as opposed to "there is nothing to see"
 * (verdict `no-data`).
 */
export const BROKEN: ReadonlySet<AbsenceReason> = new Set<AbsenceReason>([
  'many-series',
  'warnings',
  'timeout',
  'redirect',
  'too-large',
  'unreachable',
  'refused',
  'server-error',
  'bad-response',
  'clock-skew',
]);

/** A fixed grid of moments: first, first + step, … up to last (inclusive). */
export interface Grid {
  readonly first: Instant;
  readonly last: Instant;
  readonly step: Millis;
}

/**
 * What is asked of a provider: one number at one moment, one number per grid point, or one per grid point and value of the
 * label `by` (`le`: the buckets of a histogram, classic or native).
 */
export type MetricsRequest =
  | { readonly kind: 'instant'; readonly query: string; readonly at: Instant }
  | { readonly kind: 'range'; readonly query: string; readonly grid: Grid }
  | { readonly kind: 'grouped'; readonly query: string; readonly grid: Grid; readonly by: string };

/** A grid point without a usable number. */
export type PointAbsence = 'missing' | 'not-a-number' | 'infinite';

/** One number, at the moment of its sample. */
export interface Sample {
  readonly kind: 'sample';
  readonly value: number;
}

/** One entry per grid point, in order; a number is finite. */
export interface Series {
  readonly kind: 'series';
  readonly values: readonly (number | PointAbsence)[];
}

/** The series of one value of a label. */
export interface Group {
  /** 1 to 200 visible characters; for `le` the bound as `formatBound` writes it. */
  readonly value: string;
  /** One entry per grid point, in order; a number is finite. */
  readonly values: readonly (number | PointAbsence)[];
}

/**
 * At least one group and at most 200, each value once, in order: `le` from the lowest bound to `+Inf`, any other label by
 * code unit. Which groups there are is what came, not what there should be: a bin that nobody fell into has no series.
 */
export interface Grouped {
  readonly kind: 'grouped';
  readonly groups: readonly Group[];
}

/** What a provider answered: a value or a typed absence, with the query, the provider and the time of asking. */
export interface Observation {
  /** Name of the provider in config.yaml. */
  readonly provider: string;
  readonly request: MetricsRequest;
  readonly fetchedAt: Instant;
  /** `sample` answers `instant`, `series` answers `range`, `grouped` answers `grouped`. */
  readonly outcome: Sample | Series | Grouped | Absence;
}
