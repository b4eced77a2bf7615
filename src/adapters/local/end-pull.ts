import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import type { CloseRequest, MergeOutcome, MergeRequest, PullRequest } from '../../ports/forge.ts';
import { checkBranch } from '../operation.ts';
import { changedPaths } from './adopt-commit.ts';
import { buildMerge } from './merge-pull.ts';
import type { RefStep } from './move-refs.ts';
import { moveRefs } from './move-refs.ts';
import { defaultTip } from './open-pull.ts';
import type { Place } from './place.ts';
import { ATTEMPTS } from './place.ts';
import type { StoredPull } from './pull-store.ts';
import { pullRef, readRefs, writePull } from './pull-store.ts';
import { prepareToFollow } from './working-tree.ts';

/** Merges into the default branch and deletes the merged branch; computed again when the default branch moved meanwhile. */
export async function mergePull(place: Place, request: MergeRequest): Promise<MergeOutcome> {
  checkBranch(request.pull.branch, place.defaultBranch);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { tips, pulls } = await readRefs(place.git, [place.defaultBranch]);
    const pull = findPull(pulls, request.pull);
    if (pull.state === 'merged' && pull.mergeCommit !== undefined)
      return { kind: 'merged', commit: pull.mergeCommit };
    if (pull.state !== 'open' || pull.base !== place.defaultBranch)
      return {
        kind: 'blocked',
        code: 'PULL_CLOSED',
        message: `pull request #${pull.number} is closed. Reopen it, and the next run goes on`,
      };
    if (pull.head !== request.head) return { kind: 'head-changed', expected: request.head };
    const outcome = await attemptMerge(place, request, { pull, base: defaultTip(place, tips) });
    if (outcome !== undefined) return outcome;
  }
  throw new ToolError({
    code: 'FORGE_UNAVAILABLE',
    message: `git: refs moved during ${ATTEMPTS} attempts to merge #${request.pull.number}. Run again when the repository is quiet`,
  });
}

/** undefined when a ref moved and nothing was written. */
async function attemptMerge(
  place: Place,
  request: MergeRequest,
  { pull, base }: { readonly pull: StoredPull; readonly base: Sha },
): Promise<MergeOutcome | undefined> {
  const { git, defaultBranch } = place;
  const signature = place.sign();
  const { head, method, subject, body } = request;
  const built = await buildMerge(git, { base, head, method, subject, body, signature });
  if (built.kind === 'conflict')
    return {
      kind: 'blocked',
      code: 'CONFLICT',
      message: `pull request #${pull.number} conflicts with "${defaultBranch}" in ${built.paths.join(', ')}. What checks decide, the next run proposes anew; what a person ordered has to be ordered again`,
    };
  const { commit } = built;
  const follow = await prepare(place, { base, commit }).catch((error) => {
    throw error instanceof ToolError ? sayOpen(error, pull) : error;
  });
  const merged = await writePull(git, { ...pull, state: 'merged', mergeCommit: commit }, signature);
  const steps: RefStep[] = [
    { kind: 'update', ref: `refs/heads/${defaultBranch}`, from: base, to: commit },
    { kind: 'update', ref: pullRef(pull.number), from: pull.object, to: merged },
  ];
  const ref = `refs/heads/${pull.branch}`;
  // a branch that somebody stands on stays, or their next commit would begin a new history
  if (!(await isCheckedOut(place, ref))) steps.push({ kind: 'delete', ref, from: head });
  if ((await moveRefs(place, `merge pull request ${pull.number}`, steps)) === 'lost') return undefined;
  await follow.bring(base, commit);
  return { kind: 'merged', commit };
}

async function prepare(place: Place, { base, commit }: { readonly base: Sha; readonly commit: Sha }) {
  const follow = await prepareToFollow(place, () => changedPaths(place.git, base, commit));
  await follow.check(base, commit);
  return follow;
}

/** The pull request was opened before and holds the release from then on. */
function sayOpen({ code, message }: ToolError, { number, branch }: StoredPull): ToolError {
  const advice = `Pull request #${number} stays open: the same again merges it, and "git branch -D ${branch}" closes it`;
  return new ToolError({ code, message: `${message}. ${advice}` });
}

async function isCheckedOut(place: Place, ref: string): Promise<boolean> {
  const answer = await place.git({ args: ['for-each-ref', '--format=%(worktreepath)', ref] });
  return answer.stdout.toString('utf8').trim() !== '';
}

function findPull(pulls: readonly StoredPull[], wanted: PullRequest): StoredPull {
  const pull = pulls.find((one) => one.number === wanted.number && one.branch === wanted.branch);
  if (pull !== undefined) return pull;
  throw new ToolError({
    code: 'REFUSED',
    message: `git: there is no pull request #${wanted.number} from "${wanted.branch}" in this repository`,
  });
}

/** Closes an open pull request with a comment (none is ever armed here); a closed one stays as it is. The branch stays too. */
export async function closePull(
  place: Place,
  { pull: wanted, comment, how = 'close' }: CloseRequest,
): Promise<void> {
  checkBranch(wanted.branch, place.defaultBranch);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const pull = findPull((await readRefs(place.git, [])).pulls, wanted);
    if (pull.state === 'closed') return;
    if (pull.state === 'merged')
      throw new ToolError({
        code: 'FORGE_REFUSED',
        message: `git: pull request #${pull.number} was merged meanwhile and cannot be closed`,
      });
    const state = how === 'close' ? 'closed' : pull.state;
    const closed = { ...pull, state, comments: [...pull.comments, comment] } as const;
    const to = await writePull(place.git, closed, place.sign());
    const step = { kind: 'update', ref: pullRef(pull.number), from: pull.object, to } as const;
    if ((await moveRefs(place, `close pull request ${pull.number}`, [step])) === 'moved') return;
  }
  throw new ToolError({
    code: 'FORGE_UNAVAILABLE',
    message: `git: refs moved during ${ATTEMPTS} attempts to close #${wanted.number}. Run again when the repository is quiet`,
  });
}
