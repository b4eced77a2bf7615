import { Refusal, unprocessable } from '../refusal.ts';
import type { Token } from '../tokens.ts';
import { refuseByRules, swap } from './branches.ts';
import { GITHUB, sign, signatureOf } from './merging.ts';
import type { Act, LabRepository } from './repository.ts';

export interface BranchCommit {
  /** Branch without refs/heads/. */
  readonly branch: string;
  /** Must be the tip; undefined takes whatever is there. */
  readonly expected: string | undefined;
  readonly message: string;
  readonly additions: readonly { readonly path: string; readonly content: Uint8Array }[];
  readonly deletions: readonly string[];
  /** Status of the REST refusal when rules forbid it. */
  readonly ruleStatus: number;
}

/** One commit on a branch through the API: rules are asked, the author is the actor, the committer is GitHub. */
export async function commitOnBranch(
  repo: LabRepository,
  act: Act,
  token: Token,
  commit: BranchCommit,
): Promise<string> {
  const name = `refs/heads/${commit.branch}`;
  const tip = await repo.git.ref(name);
  if (tip === undefined)
    throw new Refusal({
      status: 404,
      type: 'NOT_FOUND',
      message: `A ref named "${name}" does not exist in the repository.`,
      restMessage: `Branch ${commit.branch} not found`,
    });
  if (commit.expected !== undefined && commit.expected !== tip)
    throw new Refusal({
      status: 409,
      type: 'STALE_DATA',
      message: `Expected branch to point to "${commit.expected}" but it did not.  Pull and try again.`,
    });
  refusePaths(token, commit);
  await refuseMissing(repo, tip, commit.deletions);
  const oid = await repo.git.commitFiles({
    parent: tip,
    files: [
      ...commit.deletions.map((path) => ({ path, content: undefined })),
      ...commit.additions.map(({ path, content }) => ({ path, content })),
    ],
    message: commit.message,
    author: signatureOf(act.actor),
    committer: GITHUB,
    at: act.now,
  });
  sign(repo, oid);
  await refuseByRules(repo, act.actor, { name, from: tip, to: oid }, commit.ruleStatus);
  await swap(repo, act, { name, from: tip, to: oid });
  return oid;
}

function refusePaths(token: Token, commit: BranchCommit): void {
  for (const path of [...commit.additions.map((addition) => addition.path), ...commit.deletions]) {
    const parts = path.split('/');
    if (path === '' || parts.some((part) => ['', '.', '..', '.git'].includes(part.toLowerCase())))
      throw unprocessable('path contains a malformed path component');
    if (path.startsWith('.github/workflows/') && token.permissions.workflows !== 'write')
      throw new Refusal({
        status: 403,
        type: 'FORBIDDEN',
        message: `Resource not accessible by ${token.actor.kind === 'user' ? 'personal access token' : 'integration'}`,
        headers: { 'x-accepted-github-permissions': 'contents=write,workflows=write' },
      });
  }
}

async function refuseMissing(repo: LabRepository, tip: string, deletions: readonly string[]): Promise<void> {
  for (const path of deletions)
    if ((await repo.git.resolve(`${tip}:${path}`)) === undefined)
      throw unprocessable(
        `A path was requested for deletion which does not exist as of commit oid \`${tip}\``,
        { type: 'NOT_FOUND' },
      );
}
