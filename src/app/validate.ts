import type { Problem } from '../core/errors.ts';
import { sortProblems } from '../core/errors.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import { checkQuarantine } from '../core/manifest/quarantine.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import type { ReleaseState } from '../core/record/release-state.ts';
import type { Sha256 } from '../core/units.ts';
import type { FileSource } from '../ports/forge.ts';
import { readFiles } from './read-files.ts';
import { findDifference, readTargets, renderTargets } from './render-targets.ts';

/** What validation found in a directory. */
export interface Validation {
  /** Releases that could be read, by path. */
  readonly releases: readonly {
    readonly path: string;
    readonly release: Release;
    readonly state: ReleaseState;
  }[];
  /** How many manifests were looked at. */
  readonly manifests: number;
  /** In reading order. */
  readonly problems: readonly Problem[];
}

/** Checks config, manifests, records and targets of a directory. No network, no secret, nothing is run or written. */
export async function validate(
  files: FileSource,
  { sha256 }: { readonly sha256: Sha256 },
): Promise<Validation> {
  const reading = await readFiles(files, sha256);
  const problems: Problem[] = [...reading.problems];
  const releases: { path: string; release: Release; state: ReleaseState }[] = [];
  for (const file of reading.releases) {
    problems.push(...file.problems);
    if (file.kind !== 'readable') continue;
    const { release } = file.parsed;
    releases.push({ path: file.path, release, state: file.state });
    problems.push(...checkCandidate(file.parsed, file.state), ...(await checkTargets(files, release)));
  }
  return { releases, manifests: reading.releases.length, problems: sortProblems(problems) };
}

/** A candidate that may not come, or that does not begin at the beginning. */
function checkCandidate(parsed: ParsedRelease, state: ReleaseState): readonly Problem[] {
  const { release, source } = parsed;
  const { candidate, rollout } = release.spec;
  const quarantined = state.quarantined.map(({ ref, record }) => ({
    version: ref.version,
    digests: Object.values(ref.artifacts),
    record,
  }));
  const problems: Problem[] = [...checkQuarantine(parsed, quarantined)];
  if (candidate && !state.rollout && rollout.weight !== 0) {
    problems.push({
      code: 'WEIGHT_NOT_ZERO',
      severity: 'error',
      at: source.positionOf(['spec', 'rollout', 'weight']),
      path: 'spec.rollout.weight',
      message: `a new candidate carries weight 0, got ${rollout.weight}; write 0, Belay starts it at the first step`,
    });
  }
  return problems;
}

/** The target files hold the split that the manifest asks for; else the lines to change are named. */
async function checkTargets(files: FileSource, release: Release): Promise<readonly Problem[]> {
  const texts = await readTargets(files.read, release);
  const { edits, problems } = renderTargets(release, release.spec.rollout.weight, texts);
  return [...problems, ...edits.flatMap(findDifference)];
}
