import { ToolError } from '../core/errors.ts';
import { type RecordChain, readChain } from '../core/record/record-file.ts';
import { type ReleaseState, readState } from '../core/record/release-state.ts';
import { type VersionRef, versionRef } from '../core/record/version-ref.ts';
import { nameOf, type ReadableRelease, type ReleaseFile } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/** The release a rollback is about, with what the records know of it. */
export interface Subject {
  readonly name: string;
  readonly path: string;
  readonly file: ReleaseFile | undefined;
  readonly chain: RecordChain;
  readonly state: ReleaseState;
  /** What is being tried; undefined when settled. */
  readonly candidate: VersionRef | undefined;
  /** What serves everyone else. */
  readonly stable: VersionRef | undefined;
}

/**
 * Finds a release by name: by its manifest, or else by its records.
 * @throws ToolError REFUSED when there is none of that name; CORRUPT when only its records are left and they are broken
 */
export function findSubject(world: World, snapshot: Snapshot, name: string): Subject {
  const readable = snapshot.releases.find(
    (file): file is ReadableRelease => file.kind === 'readable' && nameOf(file) === name,
  );
  if (!readable) return findByRecords(world, snapshot, name);
  const { spec } = readable.parsed.release;
  return {
    name,
    path: readable.path,
    file: readable,
    chain: readable.chain,
    state: readable.state,
    candidate: spec.candidate && versionRef(spec.candidate),
    stable: versionRef(spec.stable),
  };
}

/** The manifest is broken or gone: what was tried and what was good stands in the records. */
function findByRecords(world: World, snapshot: Snapshot, name: string): Subject {
  const reading = readChain(name, snapshot.records.get(name) ?? new Map(), world.sha256);
  if (reading.kind === 'broken') {
    const message = reading.problems[0]?.message ?? '';
    throw new ToolError({ code: 'CORRUPT', message: `records of "${name}": ${message}` });
  }
  const newest = reading.chain.records.at(-1);
  if (!newest) throw unknownRelease(snapshot, name);
  const { unfinished } = readState(reading.chain, undefined);
  const state = readState(reading.chain, unfinished);
  return {
    name,
    path: newest.manifest.path,
    file: snapshot.releases.find((file) => file.path === newest.manifest.path),
    chain: reading.chain,
    state,
    candidate: unfinished,
    stable: state.good[0]?.ref,
  };
}

/** What to say to somebody who names a release that is not there. */
export function unknownRelease({ releases }: Snapshot, name: string): ToolError {
  const known = releases.map((file) => `"${nameOf(file)}"`).join(', ');
  return new ToolError({
    code: 'REFUSED',
    message: `release "${name}": expected one of ${known || 'none (there is no manifest)'}; name a release that is on the default branch`,
  });
}
