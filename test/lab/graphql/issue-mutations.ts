import { parseNodeId } from '../node-id.ts';
import { notFound, Refusal } from '../refusal.ts';
import { addComment, addLabels, createLabel, updateComment } from '../state/issues.ts';
import { actOf, type Call, repositoryById } from '../world.ts';
import { commentView, labelView, pullView } from './pull-views.ts';
import { gate, type Input, pullOf, repositoryOf } from './targets.ts';

/** `addComment` to a pull request. */
export async function addCommentMutation(
  { input }: Input<{ readonly subjectId: string; readonly body: string }>,
  call: Call,
): Promise<object> {
  const { repo, pull } = pullOf(call, input.subjectId);
  gate(call, repo, call.token?.permissions.issues === 'write' ? 'issues' : 'pull_requests');
  const comment = await repo.exclusive(async () => addComment(repo, actOf(call), pull, input.body));
  const node = commentView(call, repo, comment);
  return {
    clientMutationId: input.clientMutationId ?? null,
    commentEdge: { cursor: String(comment.id), node },
    subject: pullView(call, repo, pull),
  };
}

/** `updateIssueComment`. */
export async function updateCommentMutation(
  { input }: Input<{ readonly id: string; readonly body: string }>,
  call: Call,
): Promise<object> {
  const message = `Could not resolve to a node with the global id of '${input.id}'`;
  const [repoId, commentId] = parseNodeId('IC', input.id) ?? [];
  const repo = repositoryById(call, Number(repoId), message);
  const comment = repo.state.comments.find((one) => one.id === Number(commentId));
  if (comment === undefined) throw notFound(message);
  gate(call, repo, call.token?.permissions.issues === 'write' ? 'issues' : 'pull_requests');
  await repo.exclusive(async () => updateComment(actOf(call), comment, input.body));
  return {
    clientMutationId: input.clientMutationId ?? null,
    issueComment: commentView(call, repo, comment),
  };
}

/** `addLabelsToLabelable` for pull requests. */
export async function addLabelsMutation(
  { input }: Input<{ readonly labelableId: string; readonly labelIds: readonly string[] }>,
  call: Call,
): Promise<object> {
  const { repo, pull } = pullOf(call, input.labelableId);
  gate(call, repo, 'pull_requests');
  const names = input.labelIds.map((id) => {
    const [repoId, name] = parseNodeId('LA', id) ?? [];
    if (Number(repoId) !== repo.id || name === undefined)
      throw notFound(`Could not resolve to a node with the global id of '${id}'`);
    return name;
  });
  await repo.exclusive(async () => addLabels(repo, actOf(call), pull, names));
  return {
    clientMutationId: input.clientMutationId ?? null,
    labelable: pullView(call, repo, pull),
  };
}

/** `createLabel`. */
export async function createLabelMutation(
  {
    input,
  }: Input<{
    readonly repositoryId: string;
    readonly name: string;
    readonly color: string;
    readonly description?: string | null;
  }>,
  call: Call,
): Promise<object> {
  const repo = repositoryOf(call, input.repositoryId);
  gate(call, repo, 'issues');
  if (!/^[0-9a-fA-F]{6}$/.test(input.color))
    throw new Refusal({ status: 422, type: 'UNPROCESSABLE', message: 'Color is invalid' });
  const label = await repo.exclusive(async () =>
    createLabel(repo, { name: input.name, color: input.color, description: input.description ?? undefined }),
  );
  return { clientMutationId: input.clientMutationId ?? null, label: labelView(call, repo, label) };
}
