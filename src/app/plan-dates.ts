import type { Reason } from '../core/decision/decision.ts';
import { findStops } from '../core/decision/stops.ts';
import { orderOfReleases } from '../core/manifest/order-of-releases.ts';
import { policyFor } from '../core/manifest/policy.ts';
import { type Calendar, planCalendar } from '../core/plan/calendar.ts';
import { type Instant, instant } from '../core/units.ts';
import type { Validation } from './validate.ts';

/** What is known of the dates of one release. */
export interface PlannedDates {
  /** What keeps it from going up until somebody acts; no date can be told then. Empty: nothing. */
  readonly stops: readonly Reason[];
  /** The earliest moments, where freezes or what it depends on have a say in them. */
  readonly calendar?: Calendar;
}

/** When a release is done; `moment` is undefined when nobody can tell. */
interface End {
  readonly name: string;
  readonly moment: Instant | undefined;
}

/** What is known of the dates of every release, by name: none goes up while one that it depends on is under way. */
export function planDates(
  { releases, dependencies, config }: Validation,
  now: Instant,
): ReadonlyMap<string, PlannedDates> {
  const dates = new Map<string, PlannedDates>();
  const ends = new Map<string, readonly End[]>();
  for (const name of orderOfReleases(dependencies).order) {
    const file = releases.find(({ release }) => release.metadata.name === name);
    const before = (dependencies.get(name) ?? []).flatMap((one) => ends.get(one) ?? []);
    if (!file) {
      ends.set(name, before);
      continue;
    }
    const { release, path, digest, state } = file;
    const policy = config && policyFor(config, release);
    const stops = [...findStops({ release, path, manifest: digest, state, now }), ...waitsFor(before)];
    const notBefore = instant(Math.max(now, ...before.map(({ moment }) => moment ?? now)));
    const calendar = planCalendar(release, state.rollout, { policy, now, notBefore });
    const moment = stops.length > 0 ? undefined : calendar.finish.at;
    ends.set(name, release.spec.candidate ? [{ name, moment }] : before);
    dates.set(name, { stops, ...((calendar.frozen || calendar.waits) && { calendar }) });
  }
  return dates;
}

function waitsFor(before: readonly End[]): readonly Reason[] {
  return before
    .filter(({ moment }) => moment === undefined)
    .map(({ name }) => ({
      code: 'DEPENDENCY_IN_FLIGHT',
      text: `waits for ${name}, of which no finish can be told; "belay plan ${name}" says why`,
    }));
}
