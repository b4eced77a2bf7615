import type { Git } from '../git/git-process.ts';
import type { Signature } from './write-commit.ts';

/** What every write of a local forge needs. */
export interface Place {
  readonly git: Git;
  readonly defaultBranch: string;
  /** Author, committer and the present moment. */
  readonly sign: () => Signature;
}

/** Times a write is computed again because refs moved meanwhile. */
export const ATTEMPTS = 5;
