import { ToolError } from '../../core/errors.ts';
import type { ForgeState, PullRequest } from '../../ports/forge.ts';
import { checkBranch, operationOf } from '../operation.ts';
import { at, listAt, PULL_FIELDS, readPull, shaAt, textAt } from './data.ts';
import type { Place } from './place.ts';
import { askRepository } from './place.ts';

/**
 * All states of the branch's own pull requests, found by branch and not by search, which lags. Those from forks are left
 * out: a stranger's fork may have a branch of the same name.
 */
const FIELDS = `id
  main: ref(qualifiedName: $main) { target { oid } }
  branch: ref(qualifiedName: $ref) {
    target { oid ... on Commit { message } }
    associatedPullRequests(first: 20, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { ${PULL_FIELDS} } }
  }
  pulls: pullRequests(headRefName: $branch, first: 50, orderBy: {field: CREATED_AT, direction: DESC}) {
    nodes { ${PULL_FIELDS} }
  }
  family: refs(refPrefix: $prefix, first: 100, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) {
    nodes { associatedPullRequests(states: OPEN, first: 5) { nodes { ${PULL_FIELDS} } } }
  }`;

/** What is there for a proposal, by one query. */
export async function inspectProposal(
  place: Place,
  proposal: { readonly branch: string; readonly family: string },
): Promise<ForgeState> {
  const { defaultBranch } = place;
  checkBranch(proposal.branch, defaultBranch);
  const repository = await askRepository(place, {
    types: '$main: String!, $ref: String!, $branch: String!, $prefix: String!',
    fields: FIELDS,
    variables: {
      main: `refs/heads/${defaultBranch}`,
      ref: `refs/heads/${proposal.branch}`,
      branch: proposal.branch,
      // GitHub takes whole folders only
      prefix: `refs/heads/${proposal.family.slice(0, proposal.family.lastIndexOf('/') + 1)}`,
    },
  });
  if (at(repository, 'main') === undefined)
    throw new ToolError({
      code: 'REFUSED',
      message: `GitHub: "${place.owner}/${place.name}" has no branch "${defaultBranch}". Name its default branch`,
    });
  const own = at(repository, 'branch');
  const listed = [
    ...listAt(repository, 'pulls', 'nodes'),
    ...(own === undefined ? [] : listAt(own, 'associatedPullRequests', 'nodes')),
  ];
  const family = listAt(repository, 'family', 'nodes').flatMap((ref) =>
    listAt(ref, 'associatedPullRequests', 'nodes'),
  );
  return {
    head: shaAt(repository, 'main', 'target', 'oid'),
    branch: own === undefined ? undefined : readBranch(own),
    pulls: pullsOf(listed, defaultBranch).filter((pull) => pull.branch === proposal.branch),
    siblings: pullsOf(family, defaultBranch).filter(
      (pull) =>
        pull.state === 'open' && pull.branch !== proposal.branch && pull.branch.startsWith(proposal.family),
    ),
    repository: textAt(repository, 'id'),
  };
}

function readBranch(ref: unknown): ForgeState['branch'] {
  const message = at(ref, 'target', 'message');
  return {
    tip: shaAt(ref, 'target', 'oid'),
    operation: typeof message === 'string' ? operationOf(message) : undefined,
  };
}

/** Newest first, each once. */
function pullsOf(nodes: readonly unknown[], base: string): readonly PullRequest[] {
  const pulls = new Map<number, PullRequest>();
  for (const node of nodes) {
    const pull = readPull(node, base);
    if (pull !== undefined) pulls.set(pull.number, pull);
  }
  return [...pulls.values()].sort((a, b) => b.number - a.number);
}
