import type { Git } from '../git/git-process.ts';
import type { Signature } from './write-commit.ts';

/** What every write of a local forge needs. */
export interface Place {
  readonly git: Git;
  readonly defaultBranch: string;
  /** Author, committer and the present moment. */
  readonly sign: () => Signature;
  /** Lets another git finish: a moment, shorter than a person notices. */
  readonly pause: () => Promise<void>;
}

/** Times a write is computed again because refs moved meanwhile. */
export const ATTEMPTS = 5;

/** Length of one pause, in milliseconds; git itself waits 100 ms for a lock before it gives up. */
export const PAUSE = 200;

/** Times a lock is met before it is named: five seconds at least, in which another git brings the files of a large repository along. */
export const LOCK_ATTEMPTS = 26;
