import type { AbsenceReason, PointAbsence } from './observation.ts';

/** Why there is no number at one moment; never one of BROKEN. */
export type Gap = PointAbsence | AbsenceReason;

/** A finite number, or why there is none. */
export type Reading = number | Gap;

/** A gap in words for people. */
export function describeGap(gap: Gap): string {
  switch (gap) {
    case 'missing':
      return 'no sample';
    case 'empty':
      return 'no series';
    case 'not-a-number':
      return 'not a number';
    default:
      return gap;
  }
}
