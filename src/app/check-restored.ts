import type { DrillFinding } from '../core/record/drill-schema.ts';
import { nameOf } from './read-files.ts';
import { readSnapshot } from './read-snapshot.ts';
import { findDifference, readTargets, renderTargets } from './render-targets.ts';
import type { World } from './world.ts';

/** What is wrong after the rollback of a drill; it must be settled, with the split that its manifest asks for. */
export async function checkRestored(world: World, name: string): Promise<readonly DrillFinding[]> {
  const { forge } = world;
  const { releases, head } = await readSnapshot(world, await forge.refresh());
  const file = releases.find((one) => nameOf(one) === name);
  const wrong = (text: string): readonly DrillFinding[] => [{ code: 'NOT_RESTORED', text }];
  if (file?.kind !== 'readable')
    return wrong('the restored manifest cannot be read; look at the last good one in history');
  const { release } = file.parsed;
  if (release.spec.candidate) return wrong(`${file.path} still has a candidate after the rollback`);
  const texts = await readTargets((paths) => forge.read(head, paths), release);
  const { edits, problems } = renderTargets(release, release.spec.rollout.weight, texts);
  const found = [...problems, ...edits.flatMap(findDifference)];
  return found.flatMap(({ at, message }) => wrong(`${at.file}:${at.line}: ${message}`));
}
