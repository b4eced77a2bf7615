import { type Instant, instant, type Millis, millis } from '../units.ts';
import type { FreezeEnd, FreezeSpec } from './freeze-schema.ts';
import { dayOf, momentsOf, type WallTime, wallTime, weekdayOf } from './time-zone.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const WEEK = 7 * DAY;
/** Freezes that follow each other without a gap: beyond so many there is none. */
const MOST_IN_A_ROW = 200;

/** A freeze that is on, and the moment at which it ends. */
export interface Frozen {
  readonly name: string;
  readonly until: Instant;
}

/** The freeze that is on at a moment; of several the one that ends last. Begins at `from`, and `to` is outside of it. */
export function findFreeze(freezes: readonly FreezeSpec[], zone: string, at: Instant): Frozen | undefined {
  let found: Frozen | undefined;
  for (const freeze of freezes) {
    const until = endOf(freeze, zone, at);
    if (until !== undefined && (!found || until > found.until)) found = { name: freeze.name, until };
  }
  return found;
}

/** The first moment from `at` on that no freeze covers; undefined when freezes follow each other without end. */
export function findThaw(freezes: readonly FreezeSpec[], zone: string, at: Instant): Instant | undefined {
  let moment = at;
  for (let passed = 0; passed < MOST_IN_A_ROW; passed += 1) {
    const frozen = findFreeze(freezes, zone, moment);
    if (!frozen) return moment;
    moment = frozen.until;
  }
  return undefined;
}

/** The longest freeze that comes every week, and how long it is by the clock; undefined when none does. */
export function longestWeekly(
  freezes: readonly FreezeSpec[],
): { readonly name: string; readonly length: Millis } | undefined {
  let longest: { readonly name: string; readonly length: Millis } | undefined;
  for (const { name, from, to } of freezes) {
    if (from.kind !== 'weekly' || to.kind !== 'weekly') continue;
    const length = millis(weeklyLength(from, to));
    if (!longest || length > longest.length) longest = { name, length };
  }
  return longest;
}

type Weekly = Extract<FreezeEnd, { kind: 'weekly' }>;

function weeklyLength(from: Weekly, to: Weekly): number {
  const minutes = ({ weekday, minutes }: Weekly): number => weekday * 24 * 60 + minutes;
  const length = (minutes(to) - minutes(from)) * MINUTE;
  return length > 0 ? length : length + WEEK;
}

/** When a freeze that covers a moment ends; undefined when it does not cover it. */
function endOf({ from, to }: FreezeSpec, zone: string, at: Instant): Instant | undefined {
  if (from.kind === 'dated' && to.kind === 'dated')
    return endWithin(zone, at, { from: from.wall, to: to.wall });
  if (from.kind !== 'weekly' || to.kind !== 'weekly') return undefined;
  const today = dayOf(wallTime(zone, at));
  const back = (weekdayOf(today) - from.weekday + 7) % 7;
  const begin = today - back * DAY + from.minutes * MINUTE;
  const length = weeklyLength(from, to);
  // the one of the week before may still be on where a clock was changed, or where it is nearly a week long
  const ends = [begin - WEEK, begin].map((wall) => endWithin(zone, at, { from: wall, to: wall + length }));
  return ends.reduce((last, end) => (end !== undefined && (last === undefined || end > last) ? end : last));
}

function endWithin(
  zone: string,
  at: Instant,
  { from, to }: { readonly from: WallTime; readonly to: WallTime },
): Instant | undefined {
  const end = momentsOf(zone, to).last;
  return momentsOf(zone, from).first <= at && at < end ? instant(end) : undefined;
}
