import { parseRelease } from '../core/manifest/parse-release.ts';
import { sameDeployment, type VersionRef, versionRef } from '../core/record/version-ref.ts';
import type { Instant } from '../core/units.ts';
import type { Subject } from './find-subject.ts';
import { readRevisions } from './read-revisions.ts';
import type { World } from './world.ts';

/** When the manifest was edited last, and when the candidate that it holds came into it, by first-parent history. */
export interface Arrival {
  readonly edited: Instant | undefined;
  /** Of a manifest that cannot be read, when the records say that it was started; undefined: nobody knows, or there is none. */
  readonly came: Instant | undefined;
}

/** Asks git alone. */
export async function findArrival(
  { forge }: Pick<World, 'forge'>,
  head: Parameters<typeof readRevisions>[1],
  { file, path, state, candidate }: Subject,
): Promise<Arrival> {
  const revisions = await readRevisions(forge, head, [path, ...state.paths]);
  const edited = revisions[0]?.at;
  if (!candidate) return { edited, came: undefined };
  if (file?.kind !== 'readable') return { edited, came: state.rollout?.startedAt };
  let came: Instant | undefined;
  for (const { at, text } of revisions) {
    const held = text === undefined ? undefined : readCandidate(path, text);
    // what cannot be read in between says nothing
    if (held === 'unreadable') continue;
    if (!held || !sameDeployment(held, candidate)) break;
    came = at;
  }
  return { edited, came };
}

function readCandidate(path: string, text: string): VersionRef | 'unreadable' | undefined {
  const reading = parseRelease(path, text);
  if (reading.kind !== 'ok') return 'unreadable';
  const { candidate } = reading.value.release.spec;
  return candidate && versionRef(candidate);
}
