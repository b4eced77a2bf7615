import type { RollbackOptions } from '../../src/app/rollback.ts';
import type { AbsenceReason } from '../../src/core/analysis/observation.ts';
import type { ExitCode } from '../../src/report/exit-code.ts';
import type { Health } from '../app/bench.ts';
import type { CrashPoint, FakeRules } from '../fakes/forge.ts';

/** A situation of the reliability table (REL-nn), told as data: where the rollout stands, then what happens, move by move. */
export interface Situation {
  readonly id: `REL-${number}`;
  readonly title: string;
  /** Minutes of WALK that were ticked before: 2 is at 5 %, 3 at 25 %, 4 at 100 %, 0 is nothing yet. Default 2. */
  readonly moves?: 0 | 1 | 2 | 3 | 4 | 5;
  /** Share of failing requests. Default: both versions are healthy. */
  readonly candidate?: Health;
  readonly stable?: Health;
  /** Of 3.3.0, which has a backend of its own; then all versions have a day of metrics behind them. */
  readonly older?: Health;
  readonly config?: string;
  /** Checks of the manifest instead of those of the bench. */
  readonly checks?: readonly unknown[];
  readonly files?: Readonly<Record<string, string>>;
  readonly story: readonly Move[];
}

/** Decision, first reason, receipt; the release is `scorer` unless a move names another. */
export type Told = readonly [kind: string, code: string, receipt: string];

export type Move =
  /** Belay runs at a minute, on a new checkout. */
  | (Run & { readonly tick: Told })
  | (Run & { readonly rollBack: Told; readonly order?: Partial<RollbackOptions> })
  /** The clock of the machine is wrong by so many minutes until it is set again; negative: behind. */
  | { readonly clock: number }
  /** Several runs begin on the same checkout at once; receipts in alphabetical order. */
  | {
      readonly at: number;
      readonly together: readonly ('tick' | 'rollBack')[];
      readonly ends: readonly string[];
    }
  /** The next run is lost there, as by a runner that is taken away. */
  | { readonly at: number; readonly lost: CrashPoint; readonly run: 'tick' | 'rollBack' }
  /** A person pushes files; null deletes. */
  | { readonly push: Readonly<Record<string, string | null>>; readonly to?: 'pull-1' | 'belay/rollback' }
  /** The same between the reading and the first write of the next run. */
  | { readonly race: Readonly<Record<string, string | null>> }
  /** Somebody force-pushes the default branch back by one commit. */
  | { readonly rewind: true }
  | { readonly close: number }
  | { readonly deleteBranchOf: number }
  /** Rules and settings of the repository; a requirement that is gone is met. */
  | { readonly rules: FakeRules }
  /** Closing a pull request fails once. */
  | { readonly closingFails: true }
  /** Every query ends so, until `back`. */
  | { readonly metrics: AbsenceReason | 'back' }
  | { readonly expect: Expected };

/** One run, and how it ends. */
export interface Run {
  readonly at: number;
  readonly release?: string;
  /** Default 0. */
  readonly exit?: ExitCode;
  /** In what a person sees. */
  readonly says?: RegExp;
  /** Outputs of the action, some of them. */
  readonly outputs?: Readonly<Record<string, string>>;
}

/** What is there. */
export interface Expected {
  readonly weight?: number;
  readonly stable?: string;
  readonly candidate?: string | null;
  /** States of all pull requests, oldest first. */
  readonly pulls?: readonly string[];
  /** In the description or a comment of the newest pull request. */
  readonly pullSays?: RegExp;
  /** Subjects of Belay's commits on the first-parent line since the story began, oldest first. */
  readonly commits?: readonly RegExp[];
  readonly records?: number;
}
