import type { Absence, AbsenceReason } from '../../core/analysis/observation.ts';

/** No number, and why. @param detail one line for people, secrets masked */
export function absent(reason: AbsenceReason, detail: string): Absence {
  return { kind: 'absent', reason, detail };
}

/** The query selected nothing: neither 0 nor healthy. */
export const NO_SERIES: Absence = absent(
  'empty',
  'gave no series, expected 1; check the metric name and the labels',
);
