import type { Assessment } from '../core/analysis/assessment.ts';
import type { FileEdit } from '../core/change/change.ts';
import type { Decision } from '../core/decision/decision.ts';
import type { Problem, ToolErrorCode } from '../core/errors.ts';
import type { Standing } from '../core/plan/rollout.ts';
import type { Instant, Percent, Sha } from '../core/units.ts';

/** A pull request, for links. */
export interface PullLink {
  readonly number: number;
  readonly url: string;
}

/** Why a change is not on the default branch. */
export type BlockCode =
  /** It could not be computed; the problems say why. Nothing was written. */
  | 'NOT_COMPUTED'
  /** The default branch changed under the pull request: to be decided again. */
  | 'CONFLICT'
  | 'REQUIREMENT_PENDING'
  | 'AUTO_MERGE_OFF'
  | 'MERGE_QUEUE'
  | 'PULL_CLOSED'
  | 'RULE_VIOLATION'
  | 'PERMISSION_MISSING'
  | 'PULL_REQUESTS_NOT_ALLOWED'
  /** The branch holds commits that are not Belay's. */
  | 'BRANCH_TAKEN'
  /** This very change was merged before, and is gone again. */
  | 'MERGED_BEFORE';

/** What became of a decision. */
export type Receipt =
  /** Nothing to write. */
  | { readonly kind: 'none' }
  /** Would be written, were this not a dry run. */
  | { readonly kind: 'dry-run' }
  | { readonly kind: 'committed'; readonly commit: Sha }
  | { readonly kind: 'merged'; readonly pull: PullLink; readonly commit: Sha }
  /** Auto-merge is armed; not merged yet, and overdue when it waits for longer than its checks should take to begin. */
  | {
      readonly kind: 'armed';
      readonly pull: PullLink;
      readonly message: string;
      readonly isOverdue: boolean;
    }
  /** Open and not armed: a requirement is pending, and a later run that decides the same again merges it. */
  | { readonly kind: 'waiting'; readonly pull: PullLink; readonly message: string }
  /** Waits for a person on purpose (approval of `head`, its newest commit). */
  | { readonly kind: 'awaiting-approval'; readonly pull: PullLink; readonly head: Sha }
  /** Not on the default branch, and will not be until a person does what the message says. */
  | {
      readonly kind: 'blocked';
      readonly code: BlockCode;
      readonly pull: PullLink | undefined;
      readonly message: string;
    }
  /** The tool or the forge broke; what was written, if anything, is found by the next run. */
  | { readonly kind: 'failed'; readonly code: ToolErrorCode; readonly message: string }
  /** A person closed the pull request of this very decision: respected. `message` says what that means and how to go on. */
  | { readonly kind: 'suppressed'; readonly pull: PullLink; readonly message: string }
  /** The branch kept moving; the next run decides again. */
  | { readonly kind: 'head-moved' };

/** One release in a run. */
export interface ReleaseReport {
  /** Name of the release; the manifest's path when it could not be read. */
  readonly name: string;
  readonly path: string;
  readonly stable: string | undefined;
  readonly candidate: string | undefined;
  readonly weight: Percent | undefined;
  readonly standing: Standing | undefined;
  readonly decision: Decision;
  readonly assessment: Assessment | undefined;
  readonly problems: readonly Problem[];
  /** What the decision changes, without the record. */
  readonly edits: readonly FileEdit[];
  readonly receipt: Receipt;
  /** Of a rollback: how the quarantine is lifted, should it have been wrong, and by whom; one line, with code between backticks. */
  readonly lift?: string;
  /** Of a rollback: names of the releases that go back in the same pull request. */
  readonly along?: readonly string[];
}

/** One run of advance or rollback; every printer prints this value. */
export interface RunReport {
  readonly command: 'advance' | 'rollback' | 'command';
  readonly at: Instant;
  /** The default branch, which was decided about. */
  readonly branch: string;
  /** The commit that was decided on. */
  readonly head: Sha;
  readonly dryRun: boolean;
  readonly releases: readonly ReleaseReport[];
  /** Problems that belong to no single release (the config). */
  readonly problems: readonly Problem[];
  readonly requests: number;
  readonly roundTrips: number;
}
