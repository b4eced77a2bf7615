import type { Instant } from '../core/units.ts';

const SHOWN: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
};

/**
 * A moment as people of a time zone read it, to the minute: `Mon 2026-11-30 09:15`. The zone is to be named beside it.
 * @param zone  IANA name, like `Europe/Berlin`; `UTC` is one. @throws RangeError for a name that is none
 */
export function formatInZone(moment: Instant, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { ...SHOWN, timeZone: zone }).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes): string =>
    parts.find((one) => one.type === type)?.value ?? '';
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
}
