import { ToolError } from '../../core/errors.ts';
import { type Sha, sha } from '../../core/units.ts';
import { createGit, type GitOptions, gitFailure } from './git-process.ts';

/**
 * The newest commit that HEAD and `ref` share. For the merge commit of a pull request that is the default branch as it was merged
 * in, for a branch the place where it left: either way, what differs from it is what the pull request changes.
 * @throws ToolError REFUSED when there is no such commit here, as in a shallow clone
 */
export async function findMergeBase(options: GitOptions, ref: string): Promise<Sha> {
  const git = createGit(options);
  const named = await git({
    args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
  });
  if (named.code !== 0)
    throw new ToolError({
      code: 'REFUSED',
      message: `--base: there is no commit ${JSON.stringify(ref)} here; set "fetch-depth: 0" at the checkout step, or run: git fetch origin`,
    });
  const answer = await git({ args: ['merge-base', named.stdout.toString('utf8').trim(), 'HEAD'] });
  if (answer.code === 0) return sha(answer.stdout.toString('utf8').trim());
  if (answer.code !== 1) throw gitFailure(`find what HEAD shares with ${JSON.stringify(ref)}`, answer);
  throw new ToolError({
    code: 'REFUSED',
    message: `--base: HEAD and ${JSON.stringify(ref)} share no commit here; set "fetch-depth: 0" at the checkout step, or run: git fetch --unshallow`,
  });
}

/** The newest commit that two commits share; undefined when this clone holds none. */
export async function sharedCommit(options: GitOptions, one: Sha, other: Sha): Promise<Sha | undefined> {
  const answer = await createGit(options)({ args: ['merge-base', one, other] });
  if (answer.code === 0) return sha(answer.stdout.toString('utf8').trim());
  if (answer.code !== 1) throw gitFailure(`find what ${one} shares with ${other}`, answer);
  return undefined;
}
