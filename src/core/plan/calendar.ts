import { findThaw } from '../manifest/freeze.ts';
import type { Policy } from '../manifest/policy.ts';
import type { Release } from '../manifest/release-schema.ts';
import { after, type Instant, instant } from '../units.ts';
import { findStanding, type Rollout } from './rollout.ts';

/** A moment; undefined: freezes leave none, or it is past. */
export interface CalendarEntry {
  readonly at: Instant | undefined;
}

/** The earliest moments of a rollout. */
export interface Calendar {
  /** When each step is entered, or the one of now was; those before it are not told. */
  readonly starts: readonly CalendarEntry[];
  /** When it is promoted. */
  readonly finish: CalendarEntry;
}

/**
 * The earliest moments of a rollout under the freezes of a policy: every hold in full, and nothing within a freeze. One that has not
 * begun is taken to start now.
 */
export function planCalendar(
  release: Release,
  rollout: Rollout | undefined,
  { policy: { freezes, timeZone }, now }: { readonly policy: Policy; readonly now: Instant },
): Calendar {
  const thaw = (at: Instant): Instant | undefined => findThaw(freezes, timeZone, at);
  const standing = rollout && findStanding(release, rollout);
  let moment = standing ? thaw(instant(Math.max(now, standing.holdUntil))) : thaw(now);
  const starts = release.spec.rollout.steps.map(({ hold }, index): CalendarEntry => {
    if (standing && index <= standing.index)
      return { at: index === standing.index ? standing.enteredAt : undefined };
    const at = moment;
    moment = at === undefined ? undefined : thaw(after(at, hold));
    return { at };
  });
  return { starts, finish: { at: moment } };
}
