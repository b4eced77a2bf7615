/** When a fault begins: with the rollout, with a step, or in the middle of one. */
export type Onset = 'rollout' | 'step' | 'now';

export interface HarmGoal {
  /** What the family's evidence must reach, nats. */
  readonly threshold: number;
  /** ln of the member's weight in its family. */
  readonly logWeight: number;
  /** Declared steps. */
  readonly steps: number;
  readonly onset: Onset;
}

/**
 * What it takes to find what begins late, when most bets are spent and the reserve is laid bit by bit: measured at 3 to 4 nats for
 * onsets after 6 and 12 hours (×1.5 to ×5, 50 to 5,000 requests a minute), 2 after one hour.
 */
const LATE = 3.5;

/**
 * Nats that one member must gather alone, from the moment at which a fault begins, until its family proves harm:
 * the threshold, −ln w and what the mixture over steps takes, M = ½·E_rollout + ½·Σ E_step/S. What begins with the rollout feeds the
 * rollout-long half and the first step's part; what begins with a later step its part alone, ½/S of the stake. Other
 * checks' evidence and what earlier steps gained or lost are left out.
 */
export function harmNeeded({ threshold, logWeight, steps, onset }: HarmGoal): number {
  return threshold - logWeight + stakeOf(steps, onset) + (onset === 'now' ? LATE : 0);
}

function stakeOf(steps: number, onset: Onset): number {
  if (steps === 1) return 0;
  return onset === 'rollout' ? Math.log((2 * steps) / (steps + 1)) : Math.log(2 * steps);
}
