import { assess } from '../analysis/assess.ts';
import type { Assessment, Beside, Evaluation } from '../analysis/assessment.ts';
import type { Observation } from '../analysis/observation.ts';
import { labelDelayOf, leastVerify } from '../manifest/defaults.ts';
import type { Release, VersionSpec } from '../manifest/release-schema.ts';
import { findStanding, type Rollout } from '../plan/rollout.ts';
import type { ReleaseState } from '../record/release-state.ts';
import type { VersionRef } from '../record/version-ref.ts';
import type { PromotedVersion, RestoredVersion, Watched } from '../record/watched.ts';
import { after, type Digest, type Instant, type Millis, millis, percent } from '../units.ts';

const DAY = millis(24 * 60 * 60_000);
/** Halves: a version against its own past, neither of which stands for more. */
const HALF = percent(50);
/** Nobody to compare with: limits and thresholds alone, as in a bake. */
const ALL = percent(100);
const NOBODY: Beside = { kind: 'nobody' };

/** When the watch over a promoted version ends; undefined when its manifest asks for none. */
export function watchedUntil({ spec }: Release, { since }: PromotedVersion): Instant | undefined {
  const { watch } = spec.rollout;
  return watch === undefined ? undefined : after(since, watch);
}

/**
 * When a rollback must have proven itself; undefined when it need not.
 * @param manifest digest of the manifest that the release is in
 */
export function verifiedUntil(
  release: Release,
  watched: RestoredVersion,
  manifest: Digest,
): Instant | undefined {
  const verify = verifyOf(release, watched, manifest);
  return verify === undefined ? undefined : after(watched.since, verify);
}

/**
 * As the rollback left it, a manifest may be older than the wish for proof. Once a person has edited it, it says what they want of a
 * rollback that had to prove itself; of any other one it is for the next.
 */
function verifyOf({ spec }: Release, restored: RestoredVersion, manifest: Digest): Millis | undefined {
  const own = spec.rollback?.verify;
  if (manifest === restored.manifest) return own ?? restored.verify;
  return restored.verify === undefined ? undefined : own;
}

/** How long a rollback has to prove itself: as the restored manifest says, or else the one that is left. */
export function askedProof(restored: Release, left: Release | undefined): Millis | undefined {
  const own = restored.spec.rollback?.verify;
  const wish = left?.spec.rollback?.verify;
  if (own !== undefined || wish === undefined) return own;
  return millis(Math.max(wish, leastVerify(restored.spec.health)));
}

/** What a release was left with, as long as no other rollout is under way: a candidate that merely waits takes nobody's eyes off it. */
export function lookedAfter({ rollout, watched }: ReleaseState): Watched | undefined {
  return rollout ? undefined : watched;
}

/**
 * What is judged about a release now: a candidate against stable while one is rolled out; a promoted version against the one before
 * it, as if its bake went on; a restored version against its own past. Undefined when nothing is to be judged.
 * @param look.manifest digest of the manifest that the release is in
 */
export function evaluationOf(
  release: Release,
  state: ReleaseState,
  look: { readonly manifest: Digest; readonly now: Instant },
): Evaluation | undefined {
  const { now } = look;
  const { rollout } = state;
  if (rollout) return { ...evaluate(release, rollout, now), carried: state.carried };
  const watched = lookedAfter(state);
  switch (watched?.kind) {
    case 'promoted':
      return evaluatePromoted(release, watched, now);
    case 'restored':
      return evaluateRestored(release, watched, look);
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

function evaluateRestored(
  release: Release,
  watched: RestoredVersion,
  { manifest, now }: { readonly manifest: Digest; readonly now: Instant },
): Evaluation | undefined {
  const verify = verifyOf(release, watched, manifest);
  if (verify === undefined) return undefined;
  const until = after(watched.since, verify);
  const { spec } = withVersions(release, { candidate: release.spec.stable, stable: release.spec.stable });
  // a split between a version and itself is no question, and labels that come later than the proof are about the time before
  const checks = spec.health.checks.filter((check) => check.kind !== 'split' && labelDelayOf(check) < verify);
  const judged: Release = {
    ...release,
    spec: { ...spec, health: { ...spec.health, checks }, rollback: { ...spec.rollback, verify } },
  };
  const { broughtAt, since } = watched;
  const before = ownPast(watched, until);
  // a young version was not served at those hours
  const hasPast = broughtAt === undefined || broughtAt <= since - before;
  return evaluateBeside(judged, { since, now, beside: hasPast ? { kind: 'own-past', before } : NOBODY });
}

/**
 * What the answers say of a restored version. When its time is over and its own past cannot be seen (metrics are not kept for so
 * long, or it had no traffic then), it is held to fixed bounds alone, as a young one is from the beginning.
 * @throws ToolError as `assess`
 */
export function assessRestored(
  evaluation: Evaluation,
  observations: ReadonlyMap<string, Observation>,
): Assessment {
  const assessment = assess(evaluation, observations);
  const { release, rollout, now } = evaluation;
  const isOver = now >= after(rollout.startedAt, release.spec.rollback?.verify ?? millis(0));
  if (evaluation.beside?.kind !== 'own-past' || !isOver || !isBlind(assessment)) return assessment;
  return assess(evaluateBeside(release, { since: rollout.startedAt, now, beside: NOBODY }), observations);
}

/** Whether an assessment says nothing, since nothing could be seen. */
export function isBlind({ overall }: Assessment): boolean {
  return overall === 'error' || overall === 'no-data';
}

function evaluateBeside(
  release: Release,
  { since, now, beside }: { readonly since: Instant; readonly now: Instant; readonly beside: Beside },
): Evaluation {
  const weight = beside.kind === 'nobody' ? ALL : HALF;
  const rollout: Rollout = { startedAt: since, transitions: [{ weight, at: since }] };
  return { ...evaluate(release, rollout, now), beside };
}

/** As the release was while the bad version still had traffic, for asking who is served. */
export function besideBad(release: Release, { bad }: RestoredVersion): Release {
  const { stable } = release.spec;
  return withVersions(release, { candidate: named(stable, bad), stable });
}

/**
 * Whole days, so that the same hours are compared: to before anything of the bad version was rolled out. Counted from the end of the
 * time that it has to prove itself, so that no tick is ever compared with another one, however late one looks.
 */
function ownPast({ troubledSince }: RestoredVersion, until: Instant): Millis {
  return millis(Math.max(1, Math.ceil((until - troubledSince) / DAY)) * DAY);
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
