import { findThaw } from '../manifest/freeze.ts';
import { judgeOverrides, overrideOf, type Policy } from '../manifest/policy.ts';
import type { Release } from '../manifest/release-schema.ts';
import { waiverEnd } from '../manifest/waiver-schema.ts';
import { after, type Instant, instant } from '../units.ts';
import { findStanding, type Rollout } from './rollout.ts';

/** A moment; undefined: freezes leave none, or it is past. */
export interface CalendarEntry {
  readonly at: Instant | undefined;
}

/** The earliest moments of a rollout that cannot simply be counted. */
export interface Calendar {
  /** When each step is entered, or the one of now was; those before it are not told. */
  readonly starts: readonly CalendarEntry[];
  /** When it is promoted. */
  readonly finish: CalendarEntry;
  /** Whether freezes have a say in them. */
  readonly frozen: boolean;
  /** Whether it waits for a release that it depends on. */
  readonly waits: boolean;
}

/** What the moments of a rollout depend on besides its holds. */
export interface CalendarInput {
  /** Undefined: nothing freezes it. */
  readonly policy: Policy | undefined;
  /** When the last of the releases that it depends on is done, none of which may move then. Default: none moves. */
  readonly notBefore?: Instant;
  readonly now: Instant;
}

/**
 * The earliest moments of a rollout under the freezes of a policy and after what it depends on: every hold in full, and nothing within
 * a freeze but what an override lets through while it is in force. One that has not begun is taken to start as soon as it may.
 */
export function planCalendar(
  release: Release,
  rollout: Rollout | undefined,
  { policy, now, notBefore = now }: CalendarInput,
): Calendar {
  const thaw = (at: Instant): Instant | undefined =>
    findPassage(policy, release, instant(Math.max(at, notBefore)));
  const standing = rollout && findStanding(release, rollout);
  let moment = standing ? thaw(instant(Math.max(now, standing.holdUntil))) : thaw(now);
  const starts = release.spec.rollout.steps.map(({ hold }, index): CalendarEntry => {
    if (standing && index <= standing.index)
      return { at: index === standing.index ? standing.enteredAt : undefined };
    const at = moment;
    moment = at === undefined ? undefined : thaw(after(at, hold));
    return { at };
  });
  return {
    starts,
    finish: { at: moment },
    frozen: policy !== undefined && policy.freezes.length > 0,
    waits: notBefore > now,
  };
}

/** The first moment from `at` on at which a rollout may go up: no freeze covers it, or the override of freezes is in force. */
function findPassage(policy: Policy | undefined, release: Release, at: Instant): Instant | undefined {
  if (!policy) return at;
  const thaw = findThaw(policy.freezes, policy.timeZone, at);
  const found = overrideOf(judgeOverrides(policy, release, undefined), 'freeze');
  const end = found && !found.idle ? waiverEnd(found.override.until) : undefined;
  if (end === undefined || at >= end) return thaw;
  const open = instant(Math.max(at, end - policy.longestOverride));
  // an override is over at its end; one that allows no time at all never counts
  return open < end && (thaw === undefined || open < thaw) ? open : thaw;
}
