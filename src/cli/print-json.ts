import { formatInstant, type Instant } from '../core/units.ts';

/** Fields that hold a moment, wherever they stand. */
const MOMENTS: ReadonlySet<string> = new Set([
  'at',
  'startedAt',
  'endedAt',
  'enteredAt',
  'holdUntil',
  'lastSeen',
]);

/**
 * A result as JSON text: moments are ISO 8601 in UTC, as in the records; durations are milliseconds; shares are percent from 0 to
 * 100; what is not known is left out.
 */
export function printJson(value: unknown): string {
  return `${JSON.stringify(value, writeMoment, 2)}\n`;
}

function writeMoment(key: string, value: unknown): unknown {
  return typeof value === 'number' && MOMENTS.has(key) ? formatInstant(value as Instant) : value;
}
