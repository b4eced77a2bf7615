import { createGit, type GitOptions } from './git-process.ts';

/** The branch that origin/HEAD names: the default one when this was cloned; undefined when nothing is said. */
export async function findOriginHead(options: GitOptions): Promise<string | undefined> {
  const answer = await createGit(options)({
    args: ['symbolic-ref', '--quiet', 'refs/remotes/origin/HEAD'],
  });
  const name = answer.stdout.toString('utf8').trim().replace('refs/remotes/origin/', '');
  return answer.code === 0 && name !== '' ? name : undefined;
}
