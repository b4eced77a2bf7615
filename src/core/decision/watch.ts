import type { Evaluation } from '../analysis/assessment.ts';
import type { Release, VersionSpec } from '../manifest/release-schema.ts';
import { findStanding, type Rollout } from '../plan/rollout.ts';
import type { ReleaseState } from '../record/release-state.ts';
import type { VersionRef } from '../record/version-ref.ts';
import type { PromotedVersion, RestoredVersion, Watched } from '../record/watched.ts';
import { after, type Instant, type Millis, millis, percent } from '../units.ts';

const DAY = millis(24 * 60 * 60_000);
/** Halves: a version against its own past, neither of which stands for more. */
const HALF = percent(50);
/** Nobody to compare with: limits and thresholds alone, as in a bake. */
const ALL = percent(100);

/** When the watch over a promoted version ends; undefined when its manifest asks for none. */
export function watchedUntil({ spec }: Release, { since }: PromotedVersion): Instant | undefined {
  const { watch } = spec.rollout;
  return watch === undefined ? undefined : after(since, watch);
}

/** When a rollback must have proven itself; undefined when the restored manifest asks for no proof. */
export function verifiedUntil({ spec }: Release, { since }: RestoredVersion): Instant | undefined {
  const verify = spec.rollback?.verify;
  return verify === undefined ? undefined : after(since, verify);
}

/** What a release was left with, as long as no other rollout is under way: a candidate that merely waits takes nobody's eyes off it. */
export function lookedAfter({ rollout, watched }: ReleaseState): Watched | undefined {
  return rollout ? undefined : watched;
}

/**
 * What is judged about a release now: a candidate against stable while one is rolled out; a promoted version against the one before
 * it, as if its bake went on; a restored version against its own past. Undefined when nothing is to be judged.
 */
export function evaluationOf(release: Release, state: ReleaseState, now: Instant): Evaluation | undefined {
  const { rollout } = state;
  if (rollout) return { ...evaluate(release, rollout, now), carried: state.carried };
  const watched = lookedAfter(state);
  switch (watched?.kind) {
    case 'promoted':
      return evaluatePromoted(release, watched, now);
    case 'restored':
      return evaluateRestored(release, watched, now);
    default:
      return undefined;
  }
}

function evaluatePromoted(release: Release, watched: PromotedVersion, now: Instant): Evaluation | undefined {
  const until = watchedUntil(release, watched);
  if (until === undefined || now > until) return undefined;
  const { stable } = release.spec;
  const asBefore = withVersions(release, { candidate: stable, stable: named(stable, watched.previous) });
  return evaluate(asBefore, watched.rollout, now);
}

function evaluateRestored(release: Release, watched: RestoredVersion, now: Instant): Evaluation | undefined {
  if (verifiedUntil(release, watched) === undefined) return undefined;
  const { stable } = release.spec;
  const own = withVersions(release, { candidate: stable, stable });
  // a split between a version and itself is no question
  const checks = own.spec.health.checks.filter(({ kind }) => kind !== 'split');
  const judged = { ...own, spec: { ...own.spec, health: { ...own.spec.health, checks } } };
  const weight = hasOwnPast(watched, now) ? HALF : ALL;
  const rollout: Rollout = { startedAt: watched.since, transitions: [{ weight, at: watched.since }] };
  const evaluation = evaluate(judged, rollout, now);
  return weight === HALF ? { ...evaluation, stableBefore: ownPast(watched, now) } : evaluation;
}

/** Whether a restored version was served at the hours of its own past that it is held against; a young one was not. */
export function hasOwnPast(watched: RestoredVersion, now: Instant): boolean {
  const { broughtAt, since } = watched;
  return broughtAt === undefined || broughtAt <= since - ownPast(watched, now);
}

/** As the release was while the bad version still had traffic, for asking who is served. */
export function besideBad(release: Release, { bad }: RestoredVersion): Release {
  const { stable } = release.spec;
  return withVersions(release, { candidate: named(stable, bad), stable });
}

/** Whole days, so that the same hours are compared: to before anything of the bad version was rolled out. */
function ownPast({ troubledSince }: RestoredVersion, now: Instant): Millis {
  return millis(Math.max(1, Math.ceil((now - troubledSince) / DAY)) * DAY);
}

function evaluate(release: Release, rollout: Rollout, now: Instant): Evaluation {
  return { release, rollout, standing: findStanding(release, rollout), now };
}

function withVersions(
  release: Release,
  versions: { readonly candidate: VersionSpec; readonly stable: VersionSpec },
): Release {
  return { ...release, spec: { ...release.spec, ...versions } };
}

/** A version by the name and backend that queries ask for. */
function named(like: VersionSpec, { version, backend }: VersionRef): VersionSpec {
  return { ...like, version, backend };
}
