import { parseNodeId } from '../node-id.ts';
import type { Permission } from '../options.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { LabRepository, PullState } from '../state/repository.ts';
import { requirePermission, type Token } from '../tokens.ts';
import { type Call, repositoryById, visibleRepository } from '../world.ts';

/** Arguments of a mutation field: one input. */
export interface Input<T> {
  readonly input: T & { readonly clientMutationId?: string | null };
}

/** The thing that a global id names, to write to. */
export interface PullTarget {
  readonly repo: LabRepository;
  readonly pull: PullState;
}

const missing = (id: string): string => `Could not resolve to a node with the global id of '${id}'`;

/** The repository of a global id. @throws Refusal NOT_FOUND */
export function repositoryOf(call: Call, id: string): LabRepository {
  const [number] = parseNodeId('R', id) ?? [];
  return repositoryById(call, Number(number), missing(id));
}

/** The pull request of a global id. @throws Refusal NOT_FOUND */
export function pullOf(call: Call, id: string): PullTarget {
  const [repoId, number] = parseNodeId('PR', id) ?? [];
  const repo = repositoryById(call, Number(repoId), missing(id));
  const pull = repo.state.pulls.get(Number(number));
  if (pull === undefined) throw notFound(missing(id));
  return { repo, pull };
}

/** The ref of a global id, by its full name. @throws Refusal NOT_FOUND */
export async function refOf(
  call: Call,
  id: string,
): Promise<{ readonly repo: LabRepository; readonly name: string }> {
  const [repoId, name] = parseNodeId('REF', id) ?? [];
  const repo = repositoryById(call, Number(repoId), missing(id));
  if (name === undefined || (await repo.git.ref(name)) === undefined) throw notFound(missing(id));
  return { repo, name };
}

/** The repository of a full name, to write to. @throws Refusal NOT_FOUND */
export function repositoryNamed(call: Call, fullName: string): LabRepository {
  const repo = visibleRepository({ ...call, stale: undefined }, fullName);
  if (repo === undefined) throw notFound(`Could not resolve to a Repository with the name '${fullName}'.`);
  return repo;
}

/** Lets a write through: a token with the permission, on a repository that is not archived. */
export function gate(call: Call, repo: LabRepository, permission: Permission): Token {
  requirePermission(call.token, permission, 'write');
  if (repo.settings.archived)
    throw new Refusal({
      status: 403,
      type: 'UNPROCESSABLE',
      message: 'Repository was archived so is read-only.',
    });
  if (call.token === undefined) throw new Error('lab: a write without a token');
  return call.token;
}
