import { type Instant, instant } from '../units.ts';

/**
 * Wall-clock time in an IANA time zone. A wall time is a number: the milliseconds since 1970 that a UTC clock would have if it
 * showed the same date and time. Two moments may show the same wall time (clocks go back), and some wall times never show
 * (clocks go forward).
 */
export type WallTime = number;

const MINUTE = 60_000;
const DAY = 86_400_000;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** Building one takes longer than a hundred uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, format);
  return format;
}

/** Whether a name is one of the IANA time zone database, e.g. `Europe/Berlin` or `UTC`; an offset like `+01:00` is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    formatIn(name);
    return true;
  } catch {
    return false;
  }
}

/** What the clocks of a zone show at a moment. */
export function wallTime(zone: string, at: Instant): WallTime {
  const parts = new Map(
    formatIn(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const seconds = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return seconds + (((at % 1000) + 1000) % 1000);
}

/**
 * The first and the last moment at which the clocks of a zone show a wall time: two where clocks go back. Where clocks jump over it,
 * what it would have been by the clock before and after the jump, so that a stretch between two wall times is never too short.
 */
export function momentsOf(zone: string, wall: WallTime): { readonly first: Instant; readonly last: Instant } {
  // an offset changes at most once within two days
  const guesses = [wall - DAY, wall + DAY].map((around) => {
    const offset = wallTime(zone, instant(around)) - around;
    return instant(wall - offset);
  });
  const shown = guesses.filter((guess) => wallTime(zone, guess) === wall);
  const moments = shown.length > 0 ? shown : guesses;
  return { first: instant(Math.min(...moments)), last: instant(Math.max(...moments)) };
}

/** Day of the week of a wall time, 0 is Sunday. */
export function weekdayOf(wall: WallTime): number {
  return new Date(wall).getUTCDay();
}

/** Midnight at the begin of its day. */
export function dayOf(wall: WallTime): WallTime {
  return Math.floor(wall / DAY) * DAY;
}

/** A moment as people of a time zone read it, to the minute: `Mon 2026-12-07 08:00`. The zone is to be named beside it. */
export function formatInZone(moment: Instant, zone: string): string {
  const wall = wallTime(zone, moment);
  // the last days of 9999 end in a year that ISO 8601 writes with a sign and six digits
  const text = new Date(Math.floor(wall / MINUTE) * MINUTE).toISOString().replace(/^\+0*/, '');
  const [day = '', time = ''] = text.split('T');
  return `${WEEKDAYS[weekdayOf(wall)]} ${day} ${time.slice(0, 5)}`;
}

/** `Mon 2026-12-07 08:00 (Europe/Berlin)`. */
export function formatLocal(zone: string, at: Instant): string {
  return `${formatInZone(at, zone)} (${zone})`;
}
