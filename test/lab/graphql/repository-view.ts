import { isoSeconds } from '../clock.ts';
import type { RefEntry } from '../git/git-store.ts';
import { nodeId } from '../node-id.ts';
import type { Permission } from '../options.ts';
import { notFound } from '../refusal.ts';
import { findLabel } from '../state/issues.ts';
import type { LabRepository } from '../state/repository.ts';
import { requirePermission } from '../tokens.ts';
import type { Call } from '../world.ts';
import { connection, type PageArguments } from './connections.ts';
import { objectView, refView } from './git-views.ts';
import { labelView, pullView } from './pull-views.ts';
import { type Order, type PullsArguments, selectPulls } from './select-pulls.ts';

interface RefsArguments extends PageArguments {
  readonly refPrefix: string;
  readonly query?: string | null;
  readonly orderBy?: Order | null;
  readonly direction?: 'ASC' | 'DESC' | null;
}

/** A repository. */
export function repositoryView(call: Call, repo: LabRepository): object {
  const reads = (permission: Permission): void => {
    if (repo.settings.private) requirePermission(call.token, permission, 'read');
  };
  const refAt = async (name: string): Promise<object | null> => {
    reads('contents');
    const oid = await repo.git.ref(name);
    return oid === undefined ? null : refView(call, repo, { name, oid });
  };
  return {
    __typename: 'Repository',
    id: nodeId('R', repo.id),
    databaseId: repo.id,
    name: repo.name,
    nameWithOwner: repo.fullName,
    owner: {
      __typename: 'Organization',
      id: nodeId('U', repo.owner),
      login: repo.owner,
      url: `${call.world.serverUrl}/${repo.owner}`,
    },
    url: `${call.world.serverUrl}/${repo.fullName}`,
    createdAt: isoSeconds(repo.createdAt),
    isPrivate: repo.settings.private ?? false,
    isArchived: repo.settings.archived ?? false,
    isDisabled: false,
    isFork: false,
    isEmpty: false,
    visibility: repo.settings.private ? 'PRIVATE' : 'PUBLIC',
    autoMergeAllowed: repo.settings.autoMergeAllowed ?? false,
    mergeCommitAllowed: repo.mergeMethods.includes('merge'),
    squashMergeAllowed: repo.mergeMethods.includes('squash'),
    rebaseMergeAllowed: repo.mergeMethods.includes('rebase'),
    deleteBranchOnMerge: repo.settings.deleteBranchOnMerge ?? false,
    viewerPermission: permissionOf(call),
    defaultBranchRef: () => refAt(`refs/heads/${repo.defaultBranch}`),
    ref: ({ qualifiedName }: { readonly qualifiedName: string }) => {
      reads('contents');
      return namedRef(call, repo, qualifiedName);
    },
    refs: (args: RefsArguments) => {
      reads('contents');
      return refsOf(call, repo, args);
    },
    object: ({ expression, oid }: { readonly expression?: string | null; readonly oid?: string | null }) => {
      reads('contents');
      return objectView(call, repo, oid ?? expression ?? '');
    },
    pullRequest: ({ number }: { readonly number: number }) => {
      reads('pull_requests');
      const pull = repo.state.pulls.get(number);
      if (pull === undefined)
        throw notFound(`Could not resolve to a PullRequest with the number of ${number}.`);
      return pullView(call, repo, pull);
    },
    pullRequests: (args: PullsArguments) => {
      reads('pull_requests');
      return connection('pullRequests', args, selectPulls(repo, args), (pull) => pullView(call, repo, pull));
    },
    label: ({ name }: { readonly name: string }) => labelView(call, repo, findLabel(repo, name)),
    labels: (page: PageArguments) =>
      connection('labels', page, [...repo.state.labels.values()], (label) => labelView(call, repo, label)),
  };
}

function permissionOf(call: Call): string | null {
  const contents = call.token?.permissions.contents;
  if (contents === undefined) return null;
  return contents === 'write' ? 'WRITE' : 'READ';
}

/** `main`, `heads/main` and `refs/heads/main` are the same; a short name is a branch before it is a tag. */
async function namedRef(call: Call, repo: LabRepository, qualified: string): Promise<object | null> {
  for (const prefix of ['', 'refs/', 'refs/heads/', 'refs/tags/']) {
    const name = `${prefix}${qualified}`;
    if (!name.startsWith('refs/')) continue;
    const oid = await repo.git.ref(name);
    const kind = name.startsWith('refs/tags/') ? 'refs/tags/' : 'refs/heads/';
    if (oid !== undefined) return refView(call, repo, { name, oid }, kind);
  }
  return null;
}

async function refsOf(call: Call, repo: LabRepository, args: RefsArguments): Promise<object> {
  const found = (await repo.git.refs(args.refPrefix)).filter(
    (ref) => !args.query || ref.name.slice(args.refPrefix.length).includes(args.query),
  );
  return connection('refs', args, await sortRefs(repo, found, args), (ref) =>
    refView(call, repo, ref, args.refPrefix),
  );
}

/** By name, unless it is tags that are asked for by date: GitHub's schema promises that order of nothing else. */
async function sortRefs(
  repo: LabRepository,
  byName: readonly RefEntry[],
  { refPrefix, orderBy, direction }: RefsArguments,
): Promise<readonly RefEntry[]> {
  const turn = (refs: readonly RefEntry[]): readonly RefEntry[] =>
    (orderBy?.direction ?? direction) === 'DESC' ? [...refs].reverse() : refs;
  if (orderBy?.field !== 'TAG_COMMIT_DATE') return turn(byName);
  if (!refPrefix.startsWith('refs/tags/')) return byName;
  const dated = await Promise.all(
    byName.map(async (ref) => ({ ref, at: (await repo.git.commitInfo(ref.oid)).committer.at })),
  );
  return turn(dated.sort((a, b) => a.at - b.at).map(({ ref }) => ref));
}
