import { createGitReader } from '../adapters/git/git-reader.ts';
import { findMergeBase } from '../adapters/git/merge-base.ts';
import type { Base } from '../app/check-base.ts';
import type { ArtifactFiles } from '../app/check-signatures.ts';
import type { CommandContext } from './command.ts';

/** Both ends of a pull request. */
export interface Ends {
  readonly base: Base;
  /** The commit that is checked out, by what git holds of it. */
  readonly head: ArtifactFiles;
}

/**
 * Opens the commit that a pull request is compared with, and the one that it leads to, both as git objects.
 * @throws ToolError REFUSED when it is not in this repository
 */
export async function openEnds({
  ref,
  directory,
  env,
}: {
  readonly ref: string;
  readonly directory: string;
  readonly env: CommandContext['env'];
}): Promise<Ends> {
  const ownership = env.GITHUB_ACTIONS === 'true' ? 'trusted' : 'checked';
  const commit = await findMergeBase({ directory, ownership }, ref);
  const reader = createGitReader({ directory, ownership, defaultBranch: ref });
  const head = await reader.head();
  return {
    base: {
      list: (folder) => reader.list(commit, folder),
      read: (paths) => reader.read(commit, paths),
      history: (path) => reader.history(commit, path),
    },
    head: {
      list: (folder) => reader.list(head, folder),
      read: (paths) => reader.read(head, paths),
      digests: (paths) => reader.digests(head, paths),
    },
  };
}
