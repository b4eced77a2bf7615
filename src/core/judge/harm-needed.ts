import type { EvidenceCheck } from './evidence.ts';
import type { Terms } from './family.ts';

/** When a fault begins: with the rollout, with a later weight, or in the middle of one. */
export type Onset = 'rollout' | 'weight' | 'now';

/**
 * Nats more that it takes when a fault begins late: the opening bets are spent, and the reserve is laid bit by bit, much of it
 * when the weight changes. Measured against `planTest` at 50 to 5,000 requests a minute, ×1.2 to ×5, onsets after 1 to 12 hours: 0 to 3.6
 * with a new weight, 1 to 8 in the middle, more the later.
 */
const LATE: Readonly<Record<Onset, number>> = { rollout: 0, weight: 1.5, now: 3.5 };

/**
 * Nats that one member of a check must gather alone, from the moment at which a fault begins, until its family proves harm: the
 * threshold, −ln w, and what a late onset takes. What other checks gather and what the time before gained or lost is left out.
 */
export function harmNeeded({ threshold, logWeight }: Terms, check: EvidenceCheck, onset: Onset): number {
  return threshold - logWeight(check) + LATE[onset];
}
