import { rolloutDispersion } from '../../stats/dispersion.ts';
import type { Stretch } from '../divide.ts';
import type { Counts } from '../evidence.ts';
import { writeFactor } from '../write-numbers.ts';
import { comparedTicks } from './counts.ts';

/** Fewer ticks say too little about clumps. */
const LEAST_TICKS = 10;
/** So many standard errors above what is declared. */
const CLEARLY = 3;

/**
 * A caution to be read with a proof: events that come together more than declared make evidence look stronger than it is. The
 * estimate comes too late to read the evidence by, see `rolloutDispersion`.
 */
export function describeClumps(
  { dispersion }: { readonly dispersion: number },
  stretches: readonly Stretch<Counts>[],
): string | undefined {
  const estimate = rolloutDispersion(comparedTicks(stretches));
  if (!estimate || estimate.degrees < LEAST_TICKS - 1) return undefined;
  const { raw, degrees } = estimate;
  if (!Number.isFinite(raw) || raw < dispersion * (1 + CLEARLY * Math.sqrt(2 / degrees))) return undefined;
  return `events seem to come in clumps of about ${writeFactor(raw)} where ${writeFactor(dispersion)} is declared, so this proof is weaker than it says; see dispersion`;
}
