import { findLoosenedCare, findNewOverrides, findOtherTier } from '../core/manifest/compare-releases.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import type { VersionSpec } from '../core/manifest/release-schema.ts';
import type { RuleFinding } from '../core/manifest/rule.ts';
import { recordedWeight } from '../core/plan/rollout.ts';
import type { ReleaseState } from '../core/record/release-state.ts';
import { sameContent, sameDeployment, type VersionRef, versionRef } from '../core/record/version-ref.ts';
import type { Percent } from '../core/units.ts';
import { quote } from '../core/yaml/yaml-path.ts';
import { type ReleaseFile, type Remains, remainsOf, wholeOf } from './read-files.ts';

/** One release at both ends of a pull request. */
export interface BothManifests {
  readonly was: ReleaseFile;
  readonly after: ParsedRelease;
  /** What the records say, for the candidate of the manifest after; undefined when they cannot be read. */
  readonly state: ReleaseState | undefined;
}

/** What a person may not change in a manifest, and what another person must look at. Of a manifest that was wrong, its sound parts count. */
export function* compareWithBase({ was, after, state }: BothManifests): Iterable<RuleFinding> {
  const remains = remainsOf(was);
  const before = remains && wholeOf(remains);
  yield* findForeignWeight(remains, after, state);
  const isInFlight = was.kind === 'readable' ? was.state.rollout : state?.unfinished;
  if (isInFlight) yield* findOtherStable(remains, after, state);
  if (!before) return;
  if (isInFlight || state?.rollout) yield* findOtherTargets(before, after);
  const { candidate } = before.release.spec;
  yield* findLoosenedCare(before, after, isInFlight ? candidate?.version : undefined);
  yield* findOtherTier(before, after);
  yield* findNewOverrides(before, after);
}

/** A version of the base; undefined when it, or its place, is not sound. */
function soundVersion(remains: Remains | undefined, role: 'stable' | 'candidate'): VersionRef | undefined {
  const { version, backend, artifacts } = remains?.draft[role] ?? {};
  return version !== undefined && backend !== undefined && artifacts !== undefined
    ? versionRef({ version, backend, artifacts } as VersionSpec)
    : undefined;
}

/** The weight of a candidate that stays; that of a new one is judged by the records. */
function* findForeignWeight(
  remains: Remains | undefined,
  { release }: ParsedRelease,
  state: ReleaseState | undefined,
): Iterable<RuleFinding> {
  const { candidate, rollout } = release.spec;
  if (!candidate) return;
  const before = soundVersion(remains, 'candidate');
  if (before && !sameDeployment(before, versionRef(candidate))) return;
  const expected = soundWeight(remains) ?? (state?.rollout && recordedWeight(state.rollout).weight);
  if (expected === undefined || (!before && !state?.rollout) || rollout.weight === expected) return;
  yield {
    code: 'SEC-29',
    path: ['spec', 'rollout', 'weight'],
    message: `is written only by Belay; expected ${expected}, got ${rollout.weight}. Write ${expected} again; to stop, set spec.rollout.paused: true or run "belay rollback"`,
  };
}

function soundWeight(remains: Remains | undefined): Percent | undefined {
  return remains?.blamed.has('spec.rollout.weight') ? undefined : remains?.draft.weight;
}

/** While a version is rolled out, stable is what it is compared with, and what a rollback goes back to. */
function* findOtherStable(
  remains: Remains | undefined,
  { release }: ParsedRelease,
  state: ReleaseState | undefined,
): Iterable<RuleFinding> {
  const before = soundVersion(remains, 'stable') ?? state?.good[0]?.ref;
  const now = versionRef(release.spec.stable);
  if (!before || sameDeployment(before, now)) return;
  const key = before.version !== now.version ? 'version' : sameContent(before, now) ? 'backend' : 'artifacts';
  const candidate = remains?.draft.candidate?.version ?? state?.unfinished?.version ?? 'a version';
  const got = key === 'artifacts' ? 'other artifacts' : `${now.version} on ${quote(now.backend)}`;
  yield {
    code: 'SEC-29',
    path: ['spec', 'stable', key],
    message: `must stay ${before.version} on ${quote(before.backend)} while ${candidate} is rolled out, got ${got}: it is what ${candidate} is compared with and what a rollback goes back to, and Belay alone promotes. Put it back; to serve another version, take the candidate out in a pull request of its own first, and change stable when that is merged`,
  };
}

/** While a version is rolled out, the weight in the manifest is that of these files and of no others. */
function* findOtherTargets(
  { release: { spec: before } }: ParsedRelease,
  { release: { spec: after } }: ParsedRelease,
): Iterable<RuleFinding> {
  if (JSON.stringify(before.targets) === JSON.stringify(after.targets)) return;
  yield {
    code: 'SEC-29',
    path: ['spec', 'targets'],
    message: `must stay as they are while ${after.candidate?.version ?? 'a version'} is rolled out: the split of the files that serve now would be nobody's; put them back, and change them when the release is settled`,
  };
}
