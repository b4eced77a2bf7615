import type { Instant, Millis } from '../units.ts';

/** How one rollout of the past would have gone. */
export interface Trial {
  readonly startedAt: Instant;
  /** The last look. */
  readonly endedAt: Instant;
  readonly end: 'promoted' | 'rolled-back' | 'under-way';
  /** Names of the checks that took it back: those of the promise, and the rules outside of it. */
  readonly proven: readonly string[];
  readonly ruled: readonly string[];
  /** The first reason of the last decision. */
  readonly reason: string;
}

/** Stable against itself. */
export interface TwinTest {
  readonly seed: string;
  /** What was looked back over. */
  readonly since: Instant;
  readonly until: Instant;
  /** Time between looks. */
  readonly every: Millis;
  /** None when there is nothing to see. */
  readonly trials: readonly Trial[];
  /** Checks that were left out, since their numbers cannot be divided. */
  readonly leftOut: readonly string[];
  /** Share of healthy rollouts that may be taken back, 0 to 1. */
  readonly promised: number;
}
