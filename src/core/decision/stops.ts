import type { Release } from '../manifest/release-schema.ts';
import type { ReleaseState } from '../record/release-state.ts';
import type { Digest, Instant } from '../units.ts';
import { decide } from './decide.ts';
import type { Reason, ReasonCode } from './decision.ts';
import { describeOrderedPause } from './obey-orders.ts';

/** What a release is held against to see what keeps it from going up. */
export interface StopsInput {
  readonly release: Release;
  /** Where the manifest is. */
  readonly path: string;
  /** Digest of the manifest's bytes. */
  readonly manifest: Digest;
  readonly state: ReleaseState;
  readonly now: Instant;
}

/** What files and records alone say, and only a person, or the end that an order names, takes away. */
const STOPS: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'PAUSED_BY_PERSON',
  'LOOKS_WRONG',
  'PAUSED_BY_MANIFEST',
  'PAUSED_BY_CHECK',
  'EXPOSURE_REDUCED',
  'NOT_RAISED',
  'PAUSED_AFTER_DEADLINE',
  'DEADLINE_PASSED',
  'WEIGHT_CHANGED_BY_HAND',
  'STABLE_CHANGED_BY_HAND',
  'STABLE_QUARANTINED',
  'CANDIDATE_QUARANTINED',
]);

/**
 * What keeps a release from going up whatever its metrics say, most important first: the reasons of the decision that a tick would
 * make without evidence. A settled release is kept by a person's pause alone, for then no candidate starts. Empty: nothing does.
 */
export function findStops({ path, ...input }: StopsInput): readonly Reason[] {
  const { candidate, rollout } = input.release.spec;
  const decision = candidate && decide({ ...input, assessment: undefined });
  if (decision && decision.kind !== 'adopt')
    return decision.reasons.filter(({ code }) => STOPS.has(code)).map((reason) => sayWhere(reason, path));
  // what is adopted by the next tick is stopped from the one after that on
  const pause = describeOrderedPause(input);
  const isPaused = candidate && rollout.paused;
  const written: Reason = { code: 'PAUSED_BY_MANIFEST', text: 'rollout.paused is true' };
  return [...(pause ? [pause] : []), ...(isPaused ? [sayWhere(written, path)] : [])];
}

/** The manifest says neither who paused nor since when; its history does. */
function sayWhere(reason: Reason, path: string): Reason {
  if (reason.code !== 'PAUSED_BY_MANIFEST') return reason;
  const text = `${reason.text} in ${path}: take it out to go on; "git log -G 'paused:' -- ${path}" says who wrote it, and when`;
  return { ...reason, text };
}
