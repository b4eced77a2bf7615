import type { Sha } from '../units.ts';

/** The line of a commit message by which a person takes a default branch that does not go on from a commit as it is. */
export function resumeTrailer(commit: Sha): string {
  return `Belay-Resume: ${commit}`;
}
