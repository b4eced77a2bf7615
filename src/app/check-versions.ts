import { lookedAfter, watchedUntil } from '../core/decision/watch.ts';
import type { Problem } from '../core/errors.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import { checkQuarantine, type KnownVersion } from '../core/manifest/quarantine.ts';
import { type RuleFinding, toProblem } from '../core/manifest/rule.ts';
import { routesByBackend } from '../core/manifest/target-rules.ts';
import type { ReleaseState } from '../core/record/release-state.ts';
import {
  sameContent,
  sameDeployment,
  sameVersion,
  type VersionRef,
  versionRef,
} from '../core/record/version-ref.ts';
import { formatInstant, type Instant } from '../core/units.ts';
import { quote } from '../core/yaml/yaml-path.ts';

/**
 * The versions of a manifest held against what the records know: who may not come, and who is in whose place.
 * @param now without it what has an end is not judged
 */
export function checkVersions(
  parsed: ParsedRelease,
  state: ReleaseState,
  now: Instant | undefined,
): readonly Problem[] {
  const known = ({ ref }: { readonly ref: VersionRef }): KnownVersion => ({
    version: ref.version,
    digests: Object.values(ref.artifacts),
  });
  const quarantined = state.quarantined.map((bad) => ({ ...known(bad), record: bad.record }));
  return [
    ...checkQuarantine(parsed, quarantined, state.good.map(known)),
    ...[
      ...findNewWeight(parsed, state),
      ...findInFlight(parsed, state),
      ...findReusedNames(parsed, state),
      ...findTakenBackend(parsed, state),
      ...(now === undefined ? [] : findTakenWayBack(parsed, state, now)),
      ...findUnknownFallback(parsed, state),
    ].map((finding) => toProblem(parsed.source, finding)),
  ];
}

/** Whether the candidate has not been started, and yet has a weight. */
export function isStartedByHand({ release }: ParsedRelease, state: ReleaseState): boolean {
  const { candidate, rollout } = release.spec;
  return candidate !== undefined && !state.rollout && rollout.weight !== 0;
}

/** A candidate begins at the beginning. */
function* findNewWeight(parsed: ParsedRelease, state: ReleaseState): Iterable<RuleFinding> {
  if (!isStartedByHand(parsed, state)) return;
  const { weight } = parsed.release.spec.rollout;
  yield {
    code: 'WEIGHT_NOT_ZERO',
    path: ['spec', 'rollout', 'weight'],
    message: `a new candidate carries weight 0, got ${weight}; write 0, Belay starts it at the first step`,
  };
}

/** One candidate at a time: the records of the one under way would end in nothing. */
function* findInFlight({ release }: ParsedRelease, { unfinished }: ReleaseState): Iterable<RuleFinding> {
  const { candidate } = release.spec;
  if (!candidate || !unfinished || sameDeployment(unfinished, versionRef(candidate))) return;
  yield {
    code: 'CANDIDATE_IN_FLIGHT',
    path: ['spec', 'candidate', 'version'],
    message: `${unfinished.version} on backend ${quote(unfinished.backend)} is in flight, got ${quote(candidate.version)} on ${quote(candidate.backend)}; let the one under way end, or take it out of the manifest first and bring the next when Belay has recorded that`,
  };
}

/** A name is how metrics and people tell versions apart; two contents under one name are told apart by nobody. */
function* findReusedNames({ release }: ParsedRelease, { good }: ReleaseState): Iterable<RuleFinding> {
  for (const role of ['stable', 'candidate'] as const) {
    const spec = release.spec[role];
    const other =
      spec && good.find(({ ref }) => ref.version === spec.version && !sameContent(ref, versionRef(spec)));
    if (!spec || !other) continue;
    // what was adopted under a name that was taken is there, and only a new version ends it
    const isServed = good.some(({ ref }) => sameVersion(ref, versionRef(spec)));
    yield {
      code: 'VERSION_REUSED',
      severity: isServed ? 'warning' : 'error',
      path: ['spec', role, 'version'],
      message: `${quote(spec.version)} is the name of other artifacts by record ${other.record}, and a version that was promoted never changes; put its artifacts back, or give what is new its own name`,
    };
  }
}

/** Stable in the place of the version that a rollback from it would go back to. */
function* findTakenBackend({ release }: ParsedRelease, { good }: ReleaseState): Iterable<RuleFinding> {
  const stable = versionRef(release.spec.stable);
  const [newest] = good;
  if (!newest || !routesByBackend(release.spec.targets)) return;
  const { ref, record } = newest;
  const path = ['spec', 'stable', 'backend'];
  // under one name it is the name that is told of
  if (ref.backend === stable.backend && ref.version !== stable.version && !sameContent(ref, stable))
    yield {
      code: 'BACKEND_TAKEN_OVER',
      severity: 'warning',
      path,
      message: `${quote(stable.backend)} is the backend of ${ref.version}, which is good by record ${record}; there is no way back to it from ${stable.version} once its backend holds something else. Give ${stable.version} a backend of its own`,
    };
  if (ref.backend !== stable.backend && sameVersion(ref, stable))
    yield {
      code: 'BACKEND_CHANGED',
      severity: 'warning',
      path,
      message: `${stable.version} is good on backend ${quote(ref.backend)} by record ${record}, got ${quote(stable.backend)}; a version keeps its backend for life, or what was measured is not what is served`,
    };
}

/** A candidate in the place of the only version that one which was promoted could go back to, while that one is watched. */
function* findTakenWayBack(
  { release }: ParsedRelease,
  state: ReleaseState,
  now: Instant,
): Iterable<RuleFinding> {
  const { candidate, stable, targets } = release.spec;
  const watched = lookedAfter(state);
  if (!candidate || watched?.kind !== 'promoted' || !routesByBackend(targets)) return;
  const until = watchedUntil(release, watched);
  if (until === undefined || now > until) return;
  const older = state.good.filter(({ ref }) => ref.backend !== stable.backend);
  const [lost] = older;
  if (!lost || older.some(({ ref }) => ref.backend !== candidate.backend)) return;
  if (sameContent(lost.ref, versionRef(candidate))) return;
  yield {
    code: 'WAY_BACK_TAKEN',
    severity: 'warning',
    path: ['spec', 'candidate', 'backend'],
    message: `${stable.version} is watched until ${formatInstant(until)}, and ${lost.ref.version} on ${quote(candidate.backend)} is all that it could go back to; once the candidate is merged there is no way back from ${stable.version}. Give the candidate a backend of its own, or bring it after that`,
  };
}

/** What is fallen back to has served well before. The stable version of a release without records is about to be recorded. */
function* findUnknownFallback({ release }: ParsedRelease, { good }: ReleaseState): Iterable<RuleFinding> {
  const { rollback, stable } = release.spec;
  const fallback = rollback?.fallback;
  if (fallback === undefined || fallback === stable.version) return;
  if (good.some(({ ref }) => ref.version === fallback)) return;
  const known = good.map(({ ref }) => ref.version).join(', ');
  yield {
    code: 'FALLBACK_NOT_GOOD',
    path: ['spec', 'rollback', 'fallback'],
    message: `no record says that ${quote(fallback)} is good and not taken back; good are ${known || 'none yet'}: name one of them`,
  };
}
