import { type Compat, describeGap, findGaps } from '../manifest/compat-rules.ts';
import { parseRelease } from '../manifest/parse-release.ts';
import type { Release } from '../manifest/release-schema.ts';
import { routesByBackend } from '../manifest/target-rules.ts';
import {
  findQuarantine,
  findTakeover,
  type GoodVersion,
  type ReleaseState,
} from '../record/release-state.ts';
import { sameContent, sameVersion, type VersionRef, versionRef } from '../record/version-ref.ts';
import type { Sha } from '../units.ts';

/** One state of the manifest in first-parent history; undefined text: absent or not a text file. */
export interface ManifestRevision {
  readonly commit: Sha;
  readonly text: string | undefined;
}

/** The manifest to go back to. */
export interface LastGood {
  readonly ref: VersionRef;
  /** The record that says it is good. */
  readonly record: number;
  /** The commit whose bytes these are. */
  readonly commit: Sha;
  readonly text: string;
  readonly release: Release;
}

/** A good version that cannot be gone back to, and why. */
export interface SkippedGood {
  readonly version: string;
  readonly reason: string;
}

/** A good version whose artifacts are gone. */
export interface LostGood {
  readonly ref: VersionRef;
  readonly reason: string;
}

export interface LastGoodSearch {
  readonly found: LastGood | undefined;
  readonly skipped: readonly SkippedGood[];
}

/**
 * Finds the last good manifest: for the newest good version that is neither the bad one nor quarantined, the newest bytes in
 * history that are a settled, valid manifest with that stable version, people's later edits included. Where a target routes to
 * backends, a version is gone when its backend holds the bad one now, or another that is not good. Passed by is what has the bad one's
 * content under another name, and what needs another feature schema, index or the like than production is at (by `compat` of stable in
 * the newest manifest).
 * @param bad the version to get away from; undefined: only what is needed to go back to the newest good one
 * @param revisions first-parent history of the manifest, newest first
 * @param prefer name of the version to look at before the others
 * @param unfit why a version cannot be gone back to although nothing of its own release is in the way
 */
export function findLastGood(input: {
  readonly path: string;
  readonly state: ReleaseState;
  readonly bad: VersionRef | undefined;
  readonly revisions: readonly ManifestRevision[];
  readonly prefer?: string | undefined;
  /** Good versions that are known to be lost. */
  readonly lost?: readonly LostGood[];
  readonly unfit?: ((release: Release) => string | undefined) | undefined;
}): LastGoodSearch {
  const { prefer } = input;
  const eligible = input.state.good.filter(({ ref }) => !input.bad || !sameVersion(ref, input.bad));
  const isPreferred = ({ ref }: GoodVersion): boolean => ref.version === prefer;
  const preferred = eligible.filter(isPreferred);
  const skipped: SkippedGood[] =
    prefer !== undefined && preferred.length === 0
      ? [{ version: prefer, reason: whyNotGood(input, prefer) }]
      : [];
  for (const { ref, record } of [...preferred, ...eligible.filter((one) => !isPreferred(one))]) {
    const { version } = ref;
    const quarantine = findQuarantine(input.state, ref);
    if (quarantine) {
      skipped.push({ version, reason: `rolled back in record ${quarantine.record}` });
      continue;
    }
    // it would be quarantined with the version that is left, and served all the same
    if (input.bad && sameContent(input.bad, ref)) {
      skipped.push({ version, reason: `it has the same content as ${input.bad.version}` });
      continue;
    }
    const lost = input.lost?.find((one) => sameVersion(one.ref, ref));
    if (lost) {
      skipped.push({ version, reason: lost.reason });
      continue;
    }
    const found = findBytes(input.path, ref, input.revisions);
    const reason = found
      ? (describeTakeover(input, found.release) ??
        describeMisfit(input, found.release) ??
        input.unfit?.(found.release))
      : 'no settled, valid manifest with it in the history of the default branch';
    if (found && reason === undefined) return { found: { ...found, ref, record }, skipped };
    skipped.push({ version, reason: reason ?? '' });
  }
  return { found: undefined, skipped };
}

/** Why no record that counts calls a version good. */
function whyNotGood(
  { state, bad }: { readonly state: ReleaseState; readonly bad: VersionRef | undefined },
  version: string,
): string {
  if (bad?.version === version) return 'it is the version that is taken back';
  const quarantine = state.quarantined.find(({ ref }) => ref.version === version);
  return quarantine ? `rolled back in record ${quarantine.record}` : 'no record says that it is good';
}

/**
 * Why nothing routes to a good version any more; undefined when its backend is its own, or holds another version that is good:
 * a bad one must not keep its traffic only because the route would lead to that.
 */
function describeTakeover(
  { state, bad }: { readonly state: ReleaseState; readonly bad: VersionRef | undefined },
  { spec }: Release,
): string | undefined {
  if (!routesByBackend(spec.targets)) return undefined;
  const ref = versionRef(spec.stable);
  // one that was never started is in no record
  if (bad?.backend === ref.backend && !sameContent(bad, ref))
    return `its backend "${ref.backend}" is that of ${bad.version} now`;
  const taken = findTakeover(state, ref);
  if (!taken || state.good.some((good) => sameVersion(good.ref, taken.ref))) return undefined;
  return `its backend "${ref.backend}" was taken over by ${taken.ref.version} in record ${taken.record}`;
}

/** What a good version needs and production is not at; the newest manifest that can be read says where production is. */
function describeMisfit(
  { path, revisions }: { readonly path: string; readonly revisions: readonly ManifestRevision[] },
  { spec }: Release,
): string | undefined {
  if (!spec.stable.compat) return undefined;
  const gaps = findGaps(spec.stable, findServed(path, revisions));
  return gaps.length === 0 ? undefined : gaps.map(describeGap).join(', ');
}

function findServed(path: string, revisions: readonly ManifestRevision[]): Compat {
  for (const { text } of revisions) {
    const reading = text === undefined ? undefined : parseRelease(path, text);
    if (reading?.kind === 'ok') return reading.value.release.spec.stable.compat ?? {};
  }
  return {};
}

function findBytes(
  path: string,
  ref: VersionRef,
  revisions: readonly ManifestRevision[],
): Pick<LastGood, 'commit' | 'text' | 'release'> | undefined {
  for (const { commit, text } of revisions) {
    if (text === undefined) continue;
    const reading = parseRelease(path, text);
    if (reading.kind !== 'ok') continue;
    const { release } = reading.value;
    if (release.spec.candidate || !sameVersion(versionRef(release.spec.stable), ref)) continue;
    return { commit, text, release };
  }
  return undefined;
}
