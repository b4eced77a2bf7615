import type { Reason } from '../core/decision/decision.ts';
import {
  findLastGood,
  type LastGood,
  type LastGoodSearch,
  type LostGood,
} from '../core/decision/last-good.ts';
import type { Problem } from '../core/errors.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import { lookForArtifacts } from './look-for-artifacts.ts';
import { findFault } from './require-artifacts.ts';
import type { World } from './world.ts';

export interface Target {
  readonly search: LastGoodSearch;
  /** Good versions that were passed over since their artifacts are gone. */
  readonly reasons: readonly Reason[];
  /** What a person should know about the one that was chosen. */
  readonly notes: readonly Problem[];
}

/**
 * The version to go back to. One whose artifacts the registry says are gone is passed over for the next older one. A registry
 * that cannot be asked changes nothing, and one that says so of every good version neither: harm is proven, what served well may
 * be running still, and to stay is worse than to go back to what might have to be pulled again.
 */
export async function findTarget(
  world: Pick<World, 'artifacts'>,
  config: Config | undefined,
  input: Parameters<typeof findLastGood>[0],
): Promise<Target> {
  const first = findLastGood(input);
  const lost: LostGood[] = [];
  for (let search = first; search.found; search = findLastGood({ ...input, lost })) {
    const { found } = search;
    const sights = await lookForArtifacts(world, config, found.release.spec.stable);
    const faults = sights.flatMap(findFault).map(({ reason }) => reason);
    const gone = faults.find(({ code }) => code !== 'ARTIFACT_UNSEEN');
    if (!gone)
      return {
        search,
        reasons: lost.map(toReason),
        notes: faults.map((fault) => noteOf(input.path, found, fault)),
      };
    lost.push({ ref: found.ref, reason: gone.text });
  }
  const notes = first.found && lost[0] ? [noteOf(input.path, first.found, toReason(lost[0]))] : [];
  return { search: first, reasons: [], notes };
}

function toReason({ ref, reason }: LostGood): Reason {
  return { code: 'ARTIFACT_MISSING', text: `${ref.version} was passed over: ${reason}` };
}

function noteOf(file: string, { ref }: LastGood, { code, text }: Reason): Problem {
  const advice = 'It is gone back to all the same, for it may be running still; see that it can be pulled';
  const message = `${ref.version}: ${text}. ${advice}`;
  return { code, severity: 'warning', at: { file, line: 1, column: 1 }, path: '', message };
}
