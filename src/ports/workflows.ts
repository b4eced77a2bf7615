import type { Instant } from '../core/units.ts';

/** The workflows of a repository, as the forge that runs them sees them. */
export interface Workflows {
  /**
   * A workflow of the default branch by the name of its file; undefined when there is none. One request, and one more for its runs.
   * @throws ToolError when the forge cannot be asked, or does not let this token look
   */
  look(file: string): Promise<WorkflowView | undefined>;
  /** The steps of a run, of all its jobs, by what became of them in its newest attempt. One request. @throws ToolError as `look` */
  steps(run: WorkflowRun): Promise<readonly WorkflowStep[]>;
}

export interface WorkflowView {
  /** For people: where its runs are listed. */
  readonly url: string;
  /** `asleep`: the forge stopped its schedule, since nothing happened in the repository for long; `disabled`: somebody did. */
  readonly state: 'active' | 'asleep' | 'disabled';
  /** Since when it is there. */
  readonly since: Instant;
  /** Newest first; of a long history the newest part. */
  readonly runs: readonly WorkflowRun[];
}

export interface WorkflowRun {
  readonly id: number;
  readonly url: string;
  readonly startedAt: Instant;
  /** When it changed last: of one that ended, its end. */
  readonly changedAt: Instant;
  /** `skipped`: its jobs never ran, as when a newer run took its place or its file is broken. */
  readonly state: 'waiting' | 'running' | 'ended' | 'skipped';
  /** It ended, and one of its jobs failed. */
  readonly hasFailed: boolean;
}

export interface WorkflowStep {
  /** As people named it, or else after what it uses: `Run acme/tool/actions/advance@v1`. */
  readonly name: string;
  readonly end: 'well' | 'failed' | 'not-run';
}
