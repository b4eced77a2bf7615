import { findThaw } from '../manifest/freeze.ts';
import type { Policy } from '../manifest/policy.ts';
import type { Release } from '../manifest/release-schema.ts';
import { after, type Instant, instant } from '../units.ts';
import { findStanding, type Rollout } from './rollout.ts';

/**
 * The earliest moment at which a rollout can be promoted: every hold in full, and nothing within a freeze. One that has not begun is
 * taken to start now. Undefined when the freezes leave no moment for it.
 */
export function findEarliestFinish(
  release: Release,
  rollout: Rollout | undefined,
  { policy: { freezes, timeZone }, now }: { readonly policy: Policy; readonly now: Instant },
): Instant | undefined {
  const { steps } = release.spec.rollout;
  const thaw = (at: Instant): Instant | undefined => findThaw(freezes, timeZone, at);
  const standing = rollout && findStanding(release, rollout);
  let moment = standing ? thaw(instant(Math.max(now, standing.holdUntil))) : thaw(now);
  for (const { hold } of steps.slice(standing ? standing.index + 1 : 0)) {
    if (moment === undefined) return undefined;
    moment = thaw(after(moment, hold));
  }
  return moment;
}
