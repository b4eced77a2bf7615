import { verifiedUntil, watchedUntil } from '../core/decision/watch.ts';
import { recordPath } from '../core/record/record-file.ts';
import { readState } from '../core/record/release-state.ts';
import { versionRef } from '../core/record/version-ref.ts';
import { type Instant, millis, type Sha } from '../core/units.ts';
import type { FileSource, Forge, RepoFile } from '../ports/forge.ts';
import { isForgeDown } from './fault.ts';
import { findLastConfig, type LastConfig } from './last-config.ts';
import { type ReadableRelease, type ReleaseFile, type RepositoryReading, readFiles } from './read-files.ts';
import type { World } from './world.ts';

/** Everything a run decides on, read at one commit. */
export interface Snapshot extends RepositoryReading {
  readonly head: Sha;
  /** Where the config cannot be read: the newest one before that can be. Only what takes people off a candidate is done by it. */
  readonly lastConfig: LastConfig | undefined;
  /** The target files of all releases, by path, as far as they are there; undefined when one of them broke the reading. */
  readonly served: ReadonlyMap<string, RepoFile> | undefined;
}

/** Reads config, manifests and records at one commit, with the moments at which proposed steps landed. */
export async function readSnapshot(world: World, head: Sha): Promise<Snapshot> {
  const files = filesAt(world.forge, head);
  const found = await readFiles(files, world.sha256);
  const lastConfig = found.config ? undefined : await findLastConfig(world, head);
  const reading = lastConfig ? await readFiles(files, world.sha256, { config: lastConfig.config }) : found;
  const releases = await Promise.all(reading.releases.map((file) => dateSteps(world.forge, head, file)));
  const targets = releases.flatMap((file) =>
    file.kind === 'readable' ? file.parsed.release.spec.targets.map((target) => target.file) : [],
  );
  return { ...reading, head, lastConfig, releases, served: await readServed(world.forge, head, targets) };
}

/** All at once: a process for each release would make up most of an idle tick. */
async function readServed(forge: Forge, head: Sha, targets: readonly string[]): Promise<Snapshot['served']> {
  try {
    return await forge.read(head, [...new Set(targets)]);
  } catch (fault) {
    if (isForgeDown(fault)) throw fault;
    // each release reads its own then, so that one of them breaks and not all
    return undefined;
  }
}

/** The newest state of the default branch, after it moved; `lost` times in a row because of somebody else. */
export async function readNewest(world: World, { head }: Snapshot, lost: number): Promise<Snapshot> {
  const { forge, clock, log } = world;
  if (lost > 0) {
    log.info(`${forge.defaultBranch} moved from ${head.slice(0, 7)} while deciding; reading it again`);
    await clock.sleep(millis(250 * lost));
  }
  return readSnapshot(world, await forge.refresh());
}

function filesAt(forge: Forge, head: Sha): FileSource {
  return { list: (folder) => forge.list(head, folder), read: (paths) => forge.read(head, paths) };
}

/** What came by pull request counts from when it reached the default branch, not from when it was proposed. */
async function dateSteps(forge: Forge, head: Sha, file: ReleaseFile): Promise<ReleaseFile> {
  if (file.kind !== 'readable') return file;
  const proposed = [...file.state.proposed, ...watchedByPull(file)];
  if (proposed.length === 0) return file;
  const landed = await Promise.all(proposed.map((sequence) => findLanding(forge, head, file, sequence)));
  const { candidate } = file.parsed.release.spec;
  return {
    ...file,
    state: readState(file.chain, candidate && versionRef(candidate), new Map(landed.flat())),
  };
}

/** The record by which a version is watched or verified, where its moment counts and it came by pull request. */
function watchedByPull({ parsed, digest, state: { watched } }: ReadableRelease): readonly number[] {
  if (watched?.via !== 'pull-request') return [];
  const until =
    watched.kind === 'promoted'
      ? watchedUntil(parsed.release, watched)
      : verifiedUntil(parsed.release, watched, digest);
  return until === undefined ? [] : [watched.record];
}

/** When a record of a release reached the default branch, with its number; nothing when history does not show it. */
export async function findLanding(
  forge: Forge,
  head: Sha,
  file: ReadableRelease,
  sequence: number,
): Promise<readonly (readonly [number, Instant])[]> {
  const revisions = await forge.history(head, recordPath(file.parsed.release.metadata.name, sequence));
  // not of another record that had the number before and was deleted
  const first = revisions.findLast(({ text }) => text === revisions[0]?.text);
  return first ? [[sequence, first.at]] : [];
}
