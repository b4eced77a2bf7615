import { isoSeconds } from '../clock.ts';
import { parseNodeId } from '../node-id.ts';
import { notFound } from '../refusal.ts';
import { type Call, repositoryById, visibleRepository } from '../world.ts';
import {
  createCommitMutation,
  createRefMutation,
  deleteRefMutation,
  updateRefMutation,
} from './branch-mutations.ts';
import { refView } from './git-views.ts';
import {
  addCommentMutation,
  addLabelsMutation,
  createLabelMutation,
  updateCommentMutation,
} from './issue-mutations.ts';
import {
  closePullMutation,
  createPullMutation,
  disableAutoMergeMutation,
  enableAutoMergeMutation,
  mergePullMutation,
  reopenPullMutation,
  updatePullMutation,
} from './pull-mutations.ts';
import { actorView, commentView, pullView } from './pull-views.ts';
import { repositoryView } from './repository-view.ts';
import { pullOf, refOf } from './targets.ts';

/** Fields of `Query` that the lab has. */
export const queryRoot = {
  repository: ({ owner, name }: { readonly owner: string; readonly name: string }, call: Call) => {
    const repo = visibleRepository(call, `${owner}/${name}`);
    if (repo === undefined)
      throw notFound(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
    return repositoryView(call, repo);
  },
  viewer: (_args: unknown, call: Call) => {
    if (call.token === undefined) throw notFound('viewer');
    return { ...actorView(call, call.token.actor), __typename: 'User', login: call.token.actor.login };
  },
  rateLimit: (_args: unknown, call: Call) => {
    const token = call.token;
    if (token === undefined) return null;
    const used = token.used.graphql;
    return {
      cost: 1,
      limit: token.limit,
      nodeCount: 1,
      used,
      remaining: Math.max(0, token.limit - used),
      resetAt: isoSeconds(token.resetAt),
    };
  },
  node: ({ id }: { readonly id: string }, call: Call) => nodeOf(call, id),
} as const;

async function nodeOf(call: Call, id: string): Promise<object> {
  const missing = `Could not resolve to a node with the global id of '${id}'`;
  if (id.startsWith('PR_')) {
    const { repo, pull } = pullOf(call, id);
    return pullView(call, repo, pull);
  }
  if (id.startsWith('REF_')) {
    const { repo, name } = await refOf(call, id);
    return refView(call, repo, { name, oid: (await repo.git.ref(name)) ?? '' });
  }
  if (id.startsWith('R_'))
    return repositoryView(call, repositoryById(call, Number(parseNodeId('R', id)?.[0]), missing));
  if (id.startsWith('IC_')) {
    const [repoId, commentId] = parseNodeId('IC', id) ?? [];
    const repo = repositoryById(call, Number(repoId), missing);
    const comment = repo.state.comments.find((one) => one.id === Number(commentId));
    if (comment) return commentView(call, repo, comment);
  }
  throw notFound(missing);
}

/** Fields of `Mutation` that the lab has. */
export const mutationRoot = {
  createRef: createRefMutation,
  updateRef: updateRefMutation,
  deleteRef: deleteRefMutation,
  createCommitOnBranch: createCommitMutation,
  createPullRequest: createPullMutation,
  updatePullRequest: updatePullMutation,
  closePullRequest: closePullMutation,
  reopenPullRequest: reopenPullMutation,
  mergePullRequest: mergePullMutation,
  enablePullRequestAutoMerge: enableAutoMergeMutation,
  disablePullRequestAutoMerge: disableAutoMergeMutation,
  addComment: addCommentMutation,
  updateIssueComment: updateCommentMutation,
  addLabelsToLabelable: addLabelsMutation,
  createLabel: createLabelMutation,
} as const;
