import { Refusal, unprocessable } from '../refusal.ts';
import type { Actor } from '../tokens.ts';
import { followMove, type RefMove } from './effects.ts';
import type { Act, LabRepository } from './repository.ts';
import { pushViolations, ruleRefusal } from './rules.ts';

/** Creates a ref on an existing object. */
export async function createRef(
  repo: LabRepository,
  act: Act,
  { name, oid }: { readonly name: string; readonly oid: string },
): Promise<void> {
  if (!/^refs\/[^/]+\/./.test(name) || !(await repo.git.isRefName(name)))
    throw unprocessable(`${name} is not a valid ref name.`, { restMessage: 'Reference name invalid' });
  if ((await repo.git.resolve(oid)) === undefined)
    throw unprocessable('Object does not exist', { type: 'NOT_FOUND' });
  const exists = (await repo.git.ref(name)) !== undefined;
  if (exists || !(await repo.git.swapRef(name, undefined, oid)))
    throw unprocessable(`A ref named "${name}" already exists in the repository.`, {
      restMessage: 'Reference already exists',
    });
  await followMove(repo, act, { name, from: undefined, to: oid });
}

/** Moves a ref; only forward unless forced. */
export async function updateRef(
  repo: LabRepository,
  act: Act,
  move: { readonly name: string; readonly oid: string; readonly force: boolean },
): Promise<void> {
  const from = await repo.git.ref(move.name);
  if (from === undefined) throw unprocessable('Reference does not exist', { type: 'NOT_FOUND' });
  if ((await repo.git.resolve(move.oid)) === undefined) throw unprocessable('Object does not exist');
  await refuseByRules(repo, act.actor, { name: move.name, from, to: move.oid }, 422);
  if (!move.force && !(await repo.git.isAncestor(from, move.oid)))
    throw unprocessable('Update is not a fast forward');
  await swap(repo, act, { name: move.name, from, to: move.oid });
}

/** Deletes a ref. */
export async function deleteRef(repo: LabRepository, act: Act, name: string): Promise<void> {
  const from = await repo.git.ref(name);
  if (from === undefined) throw unprocessable('Reference does not exist', { type: 'NOT_FOUND' });
  if (name === `refs/heads/${repo.defaultBranch}`) throw unprocessable('Cannot delete the default branch');
  await refuseByRules(repo, act.actor, { name, from, to: undefined }, 422);
  await swap(repo, act, { name, from, to: undefined });
}

/** Refuses a direct change that the rules of the branch forbid to the actor. */
export async function refuseByRules(
  repo: LabRepository,
  actor: Actor,
  move: RefMove,
  status: number,
): Promise<void> {
  if (!move.name.startsWith('refs/heads/')) return;
  const branch = move.name.slice('refs/heads/'.length);
  const violations = await pushViolations(repo, actor, { branch, from: move.from, to: move.to });
  if (violations.length > 0) throw ruleRefusal(violations, status);
}

/** Moves a ref by compare-and-swap and lets all that depends on it follow. */
export async function swap(repo: LabRepository, act: Act, move: RefMove): Promise<void> {
  if (!(await repo.git.swapRef(move.name, move.from, move.to)))
    throw new Refusal({
      status: 409,
      type: 'STALE_DATA',
      message: `Ref ${move.name} is at ${await repo.git.ref(move.name)} but expected ${move.from}`,
    });
  await followMove(repo, act, move);
}
