import { createGitReader } from '../adapters/git/git-reader.ts';
import { findMergeBase } from '../adapters/git/merge-base.ts';
import type { Base } from '../app/check-base.ts';
import type { CommandContext } from './command.ts';

/**
 * The commit that a pull request is compared with, read from git's objects.
 * @throws ToolError REFUSED when it is not in this repository
 */
export async function openBase({
  ref,
  directory,
  env,
}: {
  readonly ref: string;
  readonly directory: string;
  readonly env: CommandContext['env'];
}): Promise<Base> {
  const ownership = env.GITHUB_ACTIONS === 'true' ? 'trusted' : 'checked';
  const commit = await findMergeBase({ directory, ownership }, ref);
  const reader = createGitReader({ directory, ownership, defaultBranch: ref });
  return {
    list: (folder) => reader.list(commit, folder),
    read: (paths) => reader.read(commit, paths),
    history: (path) => reader.history(commit, path),
  };
}
