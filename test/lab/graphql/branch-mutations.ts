import { createRef, deleteRef, updateRef } from '../state/branches.ts';
import { commitOnBranch } from '../state/commits.ts';
import { actOf, type Call } from '../world.ts';
import { objectView, refView } from './git-views.ts';
import { gate, type Input, refOf, repositoryNamed, repositoryOf } from './targets.ts';

/** `createRef`: a branch or tag on an existing object. */
export async function createRefMutation(
  { input }: Input<{ readonly repositoryId: string; readonly name: string; readonly oid: string }>,
  call: Call,
): Promise<object> {
  const repo = repositoryOf(call, input.repositoryId);
  gate(call, repo, 'contents');
  await repo.exclusive(() => createRef(repo, actOf(call), input));
  return {
    clientMutationId: input.clientMutationId ?? null,
    ref: refView(call, repo, { name: input.name, oid: input.oid }),
  };
}

/** `updateRef`: forward, or anywhere by force. */
export async function updateRefMutation(
  { input }: Input<{ readonly refId: string; readonly oid: string; readonly force?: boolean | null }>,
  call: Call,
): Promise<object> {
  const { repo, name } = await refOf(call, input.refId);
  gate(call, repo, 'contents');
  const move = { name, oid: input.oid, force: input.force ?? false };
  await repo.exclusive(() => updateRef(repo, actOf(call), move));
  return {
    clientMutationId: input.clientMutationId ?? null,
    ref: refView(call, repo, { name, oid: input.oid }),
  };
}

/** `deleteRef`. */
export async function deleteRefMutation(
  { input }: Input<{ readonly refId: string }>,
  call: Call,
): Promise<object> {
  const { repo, name } = await refOf(call, input.refId);
  gate(call, repo, 'contents');
  await repo.exclusive(() => deleteRef(repo, actOf(call), name));
  return { clientMutationId: input.clientMutationId ?? null };
}

interface CommitInput {
  readonly branch: {
    readonly id?: string | null;
    readonly repositoryNameWithOwner?: string | null;
    readonly branchName?: string | null;
  };
  readonly expectedHeadOid: string;
  readonly message: { readonly headline: string; readonly body?: string | null };
  readonly fileChanges?: {
    readonly additions?: readonly { readonly path: string; readonly contents: string }[] | null;
    readonly deletions?: readonly { readonly path: string }[] | null;
  } | null;
}

/** `createCommitOnBranch`: one commit on a branch whose tip is the expected one. */
export async function createCommitMutation({ input }: Input<CommitInput>, call: Call): Promise<object> {
  const { branch } = input;
  const { repo, name } = branch.id
    ? await refOf(call, branch.id)
    : {
        repo: repositoryNamed(call, branch.repositoryNameWithOwner ?? ''),
        name: `refs/heads/${branch.branchName?.replace(/^refs\/heads\//, '') ?? ''}`,
      };
  const token = gate(call, repo, 'contents');
  const body = input.message.body ?? '';
  const oid = await repo.exclusive(() =>
    commitOnBranch(repo, actOf(call), token, {
      branch: name.slice('refs/heads/'.length),
      expected: input.expectedHeadOid,
      message: body === '' ? `${input.message.headline}\n` : `${input.message.headline}\n\n${body}\n`,
      additions: (input.fileChanges?.additions ?? []).map(({ path, contents }) => ({
        path,
        content: Buffer.from(contents, 'base64'),
      })),
      deletions: (input.fileChanges?.deletions ?? []).map(({ path }) => path),
      ruleStatus: 422,
    }),
  );
  return {
    clientMutationId: input.clientMutationId ?? null,
    commit: () => objectView(call, repo, oid),
    ref: refView(call, repo, { name, oid }),
  };
}
