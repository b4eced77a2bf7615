import type { Absence, AbsenceReason } from '../../core/analysis/observation.ts';

/** Nothing was learnt, and why. @param detail one line for people, secrets masked */
export function absent(reason: AbsenceReason, detail: string): Absence {
  return { kind: 'absent', reason, detail };
}
