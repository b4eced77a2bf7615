import type { Release, StepSpec } from '../manifest/release-schema.ts';
import { after, type Instant, type Percent } from '../units.ts';

/** A weight that was written, and when. */
export interface Transition {
  readonly weight: Percent;
  readonly at: Instant;
}

/** A rollout under way: when its first step began and every weight since, oldest first (the first entry is the start). */
export interface Rollout {
  readonly startedAt: Instant;
  readonly transitions: readonly [Transition, ...Transition[]];
}

/** Where a rollout stands among the declared steps. */
export interface Standing {
  /** Position of the step in the manifest, from 0. */
  readonly index: number;
  readonly step: StepSpec;
  readonly enteredAt: Instant;
  /** The moment from which the hold is over. */
  readonly holdUntil: Instant;
  /** The step after this one; undefined on the last, which is the bake. */
  readonly next: StepSpec | undefined;
}

/** Where the rollout stands; undefined when the manifest's weight is none of its steps (a person changed one of them). */
export function findStanding(release: Release, rollout: Rollout): Standing | undefined {
  const { steps, weight } = release.spec.rollout;
  const index = steps.findIndex((step) => step.weight === weight);
  const step = steps[index];
  const entered = rollout.transitions.at(-1);
  if (!step || !entered || entered.weight !== weight) return undefined;
  return {
    index,
    step,
    enteredAt: entered.at,
    holdUntil: after(entered.at, step.hold),
    next: steps[index + 1],
  };
}
