import type { MergeMethod } from '../options.ts';
import { disableAutoMerge, enableAutoMerge, type MergeCall, mergePull } from '../state/merge-calls.ts';
import { closePull, createPull, reopenPull, updatePull } from '../state/pulls.ts';
import { actOf, type Call } from '../world.ts';
import { actorView, pullView } from './pull-views.ts';
import { gate, type PullTarget, pullOf, repositoryOf } from './targets.ts';

interface Input<T> {
  readonly input: T & { readonly clientMutationId?: string | null };
}

/** What all mutations of a pull request answer. */
function payload(call: Call, { repo, pull }: PullTarget, id: string | null | undefined): object {
  return {
    clientMutationId: id ?? null,
    pullRequest: pullView(call, repo, pull),
    actor: call.token ? actorView(call, call.token.actor) : null,
  };
}

interface CreateInput {
  readonly repositoryId: string;
  readonly baseRefName: string;
  readonly headRefName: string;
  readonly title: string;
  readonly body?: string | null;
  readonly draft?: boolean | null;
}

/** `createPullRequest`. */
export async function createPullMutation({ input }: Input<CreateInput>, call: Call): Promise<object> {
  const repo = repositoryOf(call, input.repositoryId);
  gate(call, repo, 'pull_requests');
  const pull = await repo.exclusive(() =>
    createPull(repo, actOf(call), {
      title: input.title,
      body: input.body ?? '',
      base: input.baseRefName.replace(/^refs\/heads\//, ''),
      head: input.headRefName.replace(/^refs\/heads\//, ''),
      draft: input.draft ?? false,
    }),
  );
  return payload(call, { repo, pull }, input.clientMutationId);
}

interface UpdateInput {
  readonly pullRequestId: string;
  readonly title?: string | null;
  readonly body?: string | null;
  readonly baseRefName?: string | null;
  readonly state?: 'OPEN' | 'CLOSED' | null;
}

/** `updatePullRequest`. */
export async function updatePullMutation({ input }: Input<UpdateInput>, call: Call): Promise<object> {
  const target = pullOf(call, input.pullRequestId);
  gate(call, target.repo, 'pull_requests');
  await target.repo.exclusive(() =>
    updatePull(target.repo, actOf(call), target.pull, {
      title: input.title ?? undefined,
      body: input.body ?? undefined,
      base: input.baseRefName?.replace(/^refs\/heads\//, ''),
      state: input.state ?? undefined,
    }),
  );
  return payload(call, target, input.clientMutationId);
}

/** `closePullRequest`. */
export async function closePullMutation(
  { input }: Input<{ readonly pullRequestId: string }>,
  call: Call,
): Promise<object> {
  const target = pullOf(call, input.pullRequestId);
  gate(call, target.repo, 'pull_requests');
  await target.repo.exclusive(async () => closePull(actOf(call), target.pull));
  return payload(call, target, input.clientMutationId);
}

/** `reopenPullRequest`. */
export async function reopenPullMutation(
  { input }: Input<{ readonly pullRequestId: string }>,
  call: Call,
): Promise<object> {
  const target = pullOf(call, input.pullRequestId);
  gate(call, target.repo, 'pull_requests');
  await target.repo.exclusive(() => reopenPull(target.repo, actOf(call), target.pull));
  return payload(call, target, input.clientMutationId);
}

interface MergeInput {
  readonly pullRequestId: string;
  readonly expectedHeadOid?: string | null;
  readonly mergeMethod?: 'MERGE' | 'SQUASH' | 'REBASE' | null;
  readonly commitHeadline?: string | null;
  readonly commitBody?: string | null;
}

function mergeCall(input: MergeInput): MergeCall {
  return {
    expectedHead: input.expectedHeadOid ?? undefined,
    method: (input.mergeMethod ?? 'MERGE').toLowerCase() as MergeMethod,
    headline: input.commitHeadline ?? undefined,
    body: input.commitBody ?? undefined,
  };
}

/** `mergePullRequest`. */
export async function mergePullMutation({ input }: Input<MergeInput>, call: Call): Promise<object> {
  const target = pullOf(call, input.pullRequestId);
  gate(call, target.repo, 'contents');
  await target.repo.exclusive(() => mergePull(target.repo, actOf(call), target.pull, mergeCall(input)));
  return payload(call, target, input.clientMutationId);
}

/** `enablePullRequestAutoMerge`. */
export async function enableAutoMergeMutation({ input }: Input<MergeInput>, call: Call): Promise<object> {
  const target = pullOf(call, input.pullRequestId);
  gate(call, target.repo, 'pull_requests');
  await target.repo.exclusive(() => enableAutoMerge(target.repo, actOf(call), target.pull, mergeCall(input)));
  return payload(call, target, input.clientMutationId);
}

/** `disablePullRequestAutoMerge`. */
export async function disableAutoMergeMutation(
  { input }: Input<{ readonly pullRequestId: string }>,
  call: Call,
): Promise<object> {
  const target = pullOf(call, input.pullRequestId);
  gate(call, target.repo, 'pull_requests');
  await target.repo.exclusive(async () => disableAutoMerge(actOf(call), target.pull));
  return payload(call, target, input.clientMutationId);
}
