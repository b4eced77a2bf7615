import type { MergeMethod, Permission } from '../options.ts';
import { disableAutoMerge, enableAutoMerge, type MergeCall, mergePull } from '../state/merge-calls.ts';
import { closePull, createPull, reopenPull, updatePull } from '../state/pulls.ts';
import type { Act } from '../state/repository.ts';
import { actOf, type Call } from '../world.ts';
import { actorView, pullView } from './pull-views.ts';
import { gate, type Input, type PullTarget, pullOf, repositoryOf } from './targets.ts';

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

type PullInput = { readonly pullRequestId: string };
type Mutation<T> = (args: Input<T>, call: Call) => Promise<object>;

/** A mutation of one pull request: finds it, asks for the permission, makes the change in turn, answers with it. */
function onPull<T extends PullInput>(
  permission: Permission,
  change: (target: PullTarget, act: Act, input: T) => unknown,
): Mutation<T> {
  return async ({ input }, call) => {
    const target = pullOf(call, input.pullRequestId);
    gate(call, target.repo, permission);
    await target.repo.exclusive(async () => change(target, actOf(call), input));
    return payload(call, target, input.clientMutationId);
  };
}

interface UpdateInput extends PullInput {
  readonly title?: string | null;
  readonly body?: string | null;
  readonly baseRefName?: string | null;
  readonly state?: 'OPEN' | 'CLOSED' | null;
}

/** `updatePullRequest`. */
export const updatePullMutation = onPull<UpdateInput>('pull_requests', ({ repo, pull }, act, input) =>
  updatePull(repo, act, pull, {
    title: input.title ?? undefined,
    body: input.body ?? undefined,
    base: input.baseRefName?.replace(/^refs\/heads\//, ''),
    state: input.state ?? undefined,
  }),
);

/** `closePullRequest`. */
export const closePullMutation = onPull('pull_requests', ({ pull }, act) => closePull(act, pull));

/** `reopenPullRequest`. */
export const reopenPullMutation = onPull('pull_requests', ({ repo, pull }, act) =>
  reopenPull(repo, act, pull),
);

interface MergeInput extends PullInput {
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
export const mergePullMutation = onPull<MergeInput>('contents', ({ repo, pull }, act, input) =>
  mergePull(repo, act, pull, mergeCall(input)),
);

/** `enablePullRequestAutoMerge`. */
export const enableAutoMergeMutation = onPull<MergeInput>('pull_requests', ({ repo, pull }, act, input) =>
  enableAutoMerge(repo, act, pull, mergeCall(input)),
);

/** `disablePullRequestAutoMerge`. */
export const disableAutoMergeMutation = onPull('pull_requests', ({ pull }, act) =>
  disableAutoMerge(act, pull),
);
