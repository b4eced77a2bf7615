import { formatDuration, type Instant, instant, type Millis, millis } from '../units.ts';

/** Clocks that are further apart than this cannot be told from a lie: nothing that they say together is used. */
export const MOST_SKEW: Millis = millis(600_000);
/** From here on people are warned. */
export const NOTED_SKEW: Millis = millis(120_000);

/**
 * The moment to decide at: never before the newest record, as long as the runner's clock is behind it by no more than
 * `MOST_SKEW`. Beyond that it is left as it is, and `describeBehind` says so.
 */
export function momentFor(newest: Instant | undefined, now: Instant): Instant {
  return newest !== undefined && newest > now && newest - now <= MOST_SKEW ? newest : now;
}

/** Why a moment cannot follow the newest record; undefined when it can. */
export function describeBehind(newest: Instant | undefined, now: Instant): string | undefined {
  if (newest === undefined || newest - now <= MOST_SKEW) return undefined;
  return `the clock of this run is ${formatDuration(millis(newest - now))} behind the newest record: nothing is written until it has passed that moment; set the runner's clock. If the record is what is wrong, take the release back, which does not wait for it: order abort or rollback`;
}

/** The later of two moments, of which one may be unknown. */
export function later(one: Instant, other: Instant | undefined): Instant {
  return other === undefined ? one : instant(Math.max(one, other));
}
