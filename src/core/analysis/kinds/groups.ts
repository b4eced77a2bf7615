import type { Seen } from '../../judge/evidence.ts';
import { describeGap, type Reading } from '../reading.ts';
import { type Arm, type Readings, unusable } from './collector.ts';

/** What one role gave, by the value of its label. */
export interface ValuesOf {
  readonly role: string;
  /** The number for one value; 0 for one that has no series, where that means nothing happened. */
  readonly of: (value: string) => number | string;
}

export interface GroupOptions {
  readonly arm: Arm;
  /** What no series of one value means: nothing happened, or it is not known. */
  readonly missing: 'none' | 'unknown';
  /** Whether a series belongs to a value; default: the same text. */
  readonly matches?: (series: string, value: string) => boolean;
}

/** Looks up the series of a grouped role; unusable when there is none at all and that is not known to mean nothing. */
export function readGroups(
  readings: Readings,
  role: string,
  { arm, missing, matches = (series, value) => series === value }: GroupOptions,
): Seen<ValuesOf> {
  const groups = readings.groups(role);
  if (typeof groups === 'string') {
    const isNone = missing === 'none' && (groups === 'missing' || groups === 'empty');
    return isNone
      ? { kind: 'seen', value: { role, of: () => 0 } }
      : unusable(`${arm} ${role}: ${describeGap(groups)}`);
  }
  const of = (value: string): number | string => {
    const reading: Reading = groups.find((group) => matches(group.value, value))?.reading ?? 'missing';
    if (typeof reading === 'number') return reading;
    return reading === 'missing' && missing === 'none'
      ? 0
      : `${arm} ${role} of "${value}": ${describeGap(reading)}`;
  };
  return { kind: 'seen', value: { role, of } };
}
