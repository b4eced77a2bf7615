import { readRecord, recordPath } from '../core/record/record-file.ts';
import type { Sibling } from '../ports/forge.ts';
import { isForgeDown, toToolError } from './fault.ts';
import type { Subject } from './find-subject.ts';
import type { Snapshot } from './read-snapshot.ts';
import { hasLanded, isOwn, mayBeOpen, operationIn, ROLLBACKS, rollbackFamily } from './rollback-branch.ts';
import type { World } from './world.ts';

/**
 * The open pull request of Belay's that takes a release back, by itself or along with another one, and that any other record of the
 * release would keep from landing. The forge is asked, once and once more for each, only where the checkout knows a branch that may be
 * one. Undefined also where the default branch has moved: then nothing is written either, and all is read again.
 */
export async function findOwnRollback(
  world: World,
  snapshot: Snapshot,
  subject: Subject,
): Promise<Sibling | undefined> {
  const { forge } = world;
  const known = await forge.branches(snapshot.head, ROLLBACKS);
  if (!known.some((branch) => mayWait(snapshot, subject, branch))) return undefined;
  const branch = `${rollbackFamily(subject.name)}look`;
  const { head, siblings } = await forge.inspect({ branch, families: [ROLLBACKS] });
  if (head !== snapshot.head) return undefined;
  for (const pull of siblings) if (await mayLand(world, subject, pull)) return pull;
  return undefined;
}

/** Of what cannot be read nobody waits: it is not merged either. */
async function mayLand(world: World, subject: Subject, pull: Sibling): Promise<boolean> {
  try {
    const state = await world.forge.inspect({ branch: pull.branch, families: [] });
    return isOwn(state, pull) && (await canLand(world, subject, pull));
  } catch (fault) {
    if (isForgeDown(fault)) throw fault;
    const { message } = toToolError(fault);
    world.log.warn(`what #${pull.number} brings cannot be read, so nothing waits for it: ${message}`);
    return false;
  }
}

/** Whether a branch may be a rollback that waits, of the release, whose manifest may be broken, or of another one, which may take it along. */
function mayWait({ releases }: Snapshot, { name, chain }: Subject, branch: string): boolean {
  if (branch.startsWith(rollbackFamily(name))) return !hasLanded({ chain }, branch);
  return releases.some((file) => file.kind === 'readable' && mayBeOpen(file, branch));
}

/**
 * Whether a pull request brings the next record of a release, and takes back something that is there. To whose branch somebody pushed
 * is not merged by Belay, and what a person took out of the manifest is closed by the next step: no order waits for those.
 */
async function canLand(
  { forge }: World,
  { name, state, candidate, stable }: Subject,
  { head, branch, operation }: Sibling,
): Promise<boolean> {
  if (operation === undefined || operation.slice(0, 12) !== operationIn(branch)) return false;
  const path = recordPath(name, state.sequence + 1);
  const file = (await forge.read(head, [path])).get(path);
  const record = file?.kind === 'text' ? readRecord(path, file.text) : undefined;
  if (record?.previous !== state.tip) return false;
  return [candidate, stable].some((one) => one !== undefined && one.version === record.candidate?.version);
}
