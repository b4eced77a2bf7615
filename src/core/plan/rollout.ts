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

/** The weight that the records say was written last. */
export function recordedWeight(rollout: Rollout): Transition {
  return rollout.transitions.at(-1) ?? rollout.transitions[0];
}

/**
 * Where the rollout stands: the step of the weight that was written last. When people changed the steps under way and that
 * weight is none of them any more, it is the highest step that is not above it (the first one if all are).
 */
export function findStanding(release: Release, rollout: Rollout): Standing {
  const { steps } = release.spec.rollout;
  const entered = recordedWeight(rollout);
  const index = Math.max(
    0,
    steps.findLastIndex((step) => step.weight <= entered.weight),
  );
  const step = steps[index] ?? { weight: entered.weight, hold: release.spec.rollout.deadline };
  return {
    index,
    step,
    enteredAt: entered.at,
    holdUntil: after(entered.at, step.hold),
    next: steps[index + 1],
  };
}
