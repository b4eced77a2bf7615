import type { Sha } from '../core/units.ts';
import type { Forge, Refusal } from './forge.ts';

/**
 * What a drill needs beside a forge: branches of its own to work on as if they were the default branch. Nothing but
 * `belay/drill/**` is made or deleted; another name is our own mistake (ToolError BUG).
 */
export interface Scratch {
  /** Branches below `belay/drill/`, sorted by name. One request. */
  list(): Promise<readonly ScratchBranch[]>;
  /** Makes a branch at a commit of the repository. */
  create(branch: string, at: Sha): Promise<{ readonly kind: 'created' } | Refusal>;
  /** Deletes a branch; one that is gone, or that moved since it was listed, is left. */
  remove(branch: ScratchBranch): Promise<void>;
  /** The same repository, worked in as if `branch` were its default branch. No request. */
  onto(branch: string): Forge;
  /** What the default branch asks of a pull request. One request. */
  landing(): Promise<Landing>;
}

/** A branch that a drill made. */
export interface ScratchBranch {
  readonly name: string;
  readonly tip: Sha;
  /** The forge's own id, opaque. */
  readonly id: string;
}

/** What stands between a pull request and the default branch. */
export interface Landing {
  /** One line each, like `check "ci"`; undefined when this token may not see the rules. */
  readonly requirements: readonly string[] | undefined;
  /** Whether a pull request can be armed to merge by itself once they are met. */
  readonly autoMerge: boolean;
}
