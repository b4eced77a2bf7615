import type { DrillVariant } from '../../src/core/record/drill-schema.ts';
import type { OrderName } from '../../src/core/record/order-schema.ts';
import type { PersonName } from './persons.ts';

/** What happens in one simulated history: plain data, so that a failing one can be shrunk, printed and kept. */
export interface Scenario {
  readonly seed: number;
  readonly mode: 'commit' | 'pull-request';
  readonly method: 'merge' | 'squash' | 'rebase';
  readonly releases: readonly SimRelease[];
  /** The config says who may order what. Without it nobody may. */
  readonly roles?: boolean;
  /** Drills are laid between its events: it is held to more, and in the end another drill takes away what is left of them. */
  readonly drills?: true;
  /** In order of time. */
  readonly happenings: readonly Happening[];
  /** Minutes until faults stop, things that people broke are mended, and everything must come to rest. */
  readonly healAt: number;
}

export interface SimRelease {
  readonly name: string;
  readonly steps: readonly {
    readonly weight: number;
    readonly hold: string;
    readonly approval?: 'required';
  }[];
  readonly deadline: string;
  /** The manifest names somebody. */
  readonly hasOwners?: true;
  /** How hard its checks brake; default: at once. */
  readonly brake?: 'step-down' | 'fallback' | 'reduce' | 'pause';
  /** It comes to the repository with a candidate in it: nothing is known to be good. */
  readonly bornWithCandidate: boolean;
  /** What is true of its versions: `<name>-1` serves at first, `<name>-2` is the first candidate. */
  readonly truths: readonly Truth[];
  /** Minutes until the serving system follows a split. */
  readonly delay: number;
  /** How long a rollback has to prove itself, and how long a promoted version is watched; as a manifest has them. */
  readonly verify?: string;
  readonly watch?: string;
  /** What is true of `<name>-0`, which served before `<name>-1` and has a backend of its own: there is more than one way back. */
  readonly older?: Truth;
  /** Releases that it depends on. */
  readonly dependsOn?: readonly string[];
  /** What a version needs of them, by its name: a version of another release, by the name of that. */
  readonly needs?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What a version does to those who are sent to it. */
export type Truth =
  | { readonly kind: 'healthy' }
  /** More errors from `after` minutes of traffic on. */
  | { readonly kind: 'bad'; readonly after: number }
  /** A little better and a little worse in turn, within what is tolerated. */
  | { readonly kind: 'flapping' };

export type FaultKind = 'kill' | 'unavailable' | 'rate-limited' | 'unauthorised' | 'corrupt';

/** Something that goes wrong at one call of one run, counted from 1. */
export type CallFault =
  | {
      readonly call: number;
      /** Only calls of this method are counted. */
      readonly of?: string;
      readonly when: 'before' | 'after' | 'within';
      readonly what: FaultKind;
    }
  /** Somebody is quicker. */
  | { readonly call: number; readonly when: 'before'; readonly what: 'race'; readonly act: ActKind }
  /** The answer is of a moment ago. */
  | { readonly call: number; readonly when: 'after'; readonly what: 'lag' };

export interface RunPlan {
  readonly faults: readonly CallFault[];
  /** Turns of the event loop that other runs get before each call. */
  readonly pace: number;
  /** Minutes that the runner's clock is wrong. */
  readonly skew: number;
  /** Works on the checkout of the run before. */
  readonly stale: boolean;
}

export type ActKind =
  | 'bring'
  | 'bring-again'
  | 'withdraw'
  | 'revert-by-hand'
  | 'pause'
  | 'resume'
  | 'comment'
  | 'comment-target'
  | 'thresholds'
  | 'steps'
  | 'weight'
  | 'invalid'
  | 'newer'
  | 'delete'
  | 'stable'
  | 'promote-by-hand'
  | 'split'
  | 'record-edited'
  | 'record-deleted'
  | 'close-pull'
  | 'merge-pull'
  | 'push-to-branch'
  | 'delete-branch'
  | 'force-push'
  | 'unrelated'
  | 'config';

export type MetricsFault =
  | 'down'
  | 'slow'
  | 'server-error'
  | 'warnings'
  | 'empty'
  | 'nan'
  | 'infinite'
  | 'many-series'
  | 'gaps'
  | 'one-arm'
  | 'frozen'
  | 'reset'
  | 'lying-time'
  | 'wrong-tenant'
  | 'throws'
  | 'not-opened';

export type RuleFault =
  | 'protected'
  | 'no-pulls'
  | 'no-permission'
  | 'check-slow'
  | 'check-slow-no-auto'
  | 'check-fails';

export interface DrillPlan {
  readonly release: string;
  readonly variant: DrillVariant;
  readonly run: RunPlan;
}

export type Happening = { readonly at: number } & (
  | { readonly kind: 'tick'; readonly run: RunPlan /** At the same time. */; readonly drill?: DrillPlan }
  /** Somebody rehearses the rollback of a release. */
  | { readonly kind: 'drill'; readonly drill: DrillPlan }
  /** Two runs at once. */
  | {
      readonly kind: 'twins';
      readonly run: RunPlan;
      readonly other: RunPlan;
      readonly order: string | undefined;
      /** At the same time. */
      readonly drill?: DrillPlan;
    }
  /** A person runs `rollback`. */
  | {
      readonly kind: 'order';
      readonly release: string;
      readonly from: 'candidate' | 'stable';
      readonly ifFailing: boolean;
      readonly run: RunPlan;
      /** At the same time. */
      readonly drill?: DrillPlan;
    }
  /** A person orders something in a comment. */
  | {
      readonly kind: 'command';
      readonly release: string;
      readonly order: OrderName;
      readonly by: PersonName;
      /** Of a rollback: it says `--from` and names what is served. */
      readonly isFromStable: boolean;
      /** Of a pause: minutes until it ends by itself. */
      readonly until?: number;
      /** Minutes that the comment waited for a runner. */
      readonly age: number;
      /** The same comment is heard of twice, as when a run was started again. */
      readonly isHeardAgain: boolean;
      readonly run: RunPlan;
      /** A tick at the same time. */
      readonly beside?: RunPlan;
    }
  /** A person reviews the open step of a release. */
  | {
      readonly kind: 'review';
      readonly release: string;
      readonly by: PersonName;
      readonly state: 'approved' | 'changes-requested';
    }
  | { readonly kind: 'act'; readonly release: string; readonly act: ActKind }
  | { readonly kind: 'metrics'; readonly fault: MetricsFault; readonly minutes: number }
  | { readonly kind: 'rules'; readonly fault: RuleFault; readonly minutes: number }
  /** The serving system does not follow the files. */
  | { readonly kind: 'serving'; readonly minutes: number }
  /** Everything fails, whatever version it is. */
  | { readonly kind: 'outage'; readonly minutes: number }
);

/** A run in which nothing goes wrong. */
export const CLEAN: RunPlan = { faults: [], pace: 0, skew: 0, stale: false };
