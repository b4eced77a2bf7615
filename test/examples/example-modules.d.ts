/** Types of the plain JavaScript modules of the examples, as far as the tests and the demo use them. */

declare module '*/fraud-scorer/service/transactions.mjs' {
  export interface Transaction {
    readonly id: string;
    readonly hour: number;
    readonly category: string;
    readonly amount: number;
    readonly currency: string;
    readonly cardPresent: boolean;
    readonly accountAgeDays: number;
    readonly paymentsLastDay: number;
    readonly kilometresFromHome: number;
  }
  export function makeTransactions(options: {
    readonly seed: number;
    readonly count: number;
    readonly hours?: readonly [number, number];
  }): { readonly transaction: Transaction; readonly fraud: boolean }[];
  export function nightShare(hour: number): number;
  export const BUSYNESS: readonly number[];
  export const RATES: Readonly<Record<string, number>>;
}

declare module '*/fraud-scorer/service/model.mjs' {
  export function readModel(text: string): {
    readonly version: string;
    readonly digest: string;
    score(transaction: object): number;
  };
  export function digestOf(text: string): string;
}

declare module '*/fraud-scorer/service/train.mjs' {
  export interface Recipe {
    readonly version: string;
    readonly seed: number;
    readonly hours: readonly [number, number];
  }
  export const RECIPES: readonly Recipe[];
  export const MODELS: string;
  export function modelFile(version: string): string;
  export function train(recipe: Recipe): string;
  export function evaluate(
    text: string,
    hours: readonly [number, number],
  ): { readonly auc: number; readonly logLoss: number; readonly failures: Readonly<Record<string, number>> };
}

declare module '*/fraud-scorer/service/server.mjs' {
  export function startServer(options: {
    readonly model: string;
    readonly digest?: string;
    readonly port?: number;
    readonly host?: string;
  }): Promise<{
    readonly url: string;
    readonly version: string;
    readonly digest: string;
    close(): Promise<void>;
  }>;
}

declare module '*/fraud-scorer/demo/stories.mjs' {
  export interface Story {
    readonly name: string;
    readonly candidate: string;
    readonly branch: string;
    readonly startsAt: string;
    readonly mergedAfterMinutes: number;
  }
  export interface StoryFile {
    readonly path: string;
    readonly text: string;
  }
  export const RELEASE: string;
  export const MANIFEST: string;
  export const SERVING: string;
  export const STORIES: readonly [Story, Story];
  export function findStory(name: string): Story;
  export function liveHour(story: Story, weight: number): number;
  export function readRepository(): readonly StoryFile[];
  export function readPullRequest(story: Story): {
    readonly branch: string;
    readonly title: string;
    readonly body: string;
    readonly files: readonly StoryFile[];
  };
  export function recordingFile(story: Story): string;
  export function recordedConfig(file: string): string;
  export function liveConfig(url: string): string;
  export function hurryManifest(text: string): string;
}

declare module '*/fraud-scorer/demo/serving-file.mjs' {
  export interface Workload {
    readonly name: string;
    readonly weight: number;
    readonly replicas: number;
    readonly model: string;
    readonly digest: string;
  }
  export function readServing(text: string, route: string): readonly Workload[];
}

declare module '*/fraud-scorer/demo/gateway.mjs' {
  export interface Backend {
    readonly name: string;
    readonly url: string;
    readonly weight: number;
  }
  export function startGateway(options?: { readonly port?: number; readonly seed?: number }): Promise<{
    readonly url: string;
    configure(backends: readonly Backend[]): void;
    close(): Promise<void>;
  }>;
}

declare module '*/fraud-scorer/demo/cluster.mjs' {
  export interface Target {
    readonly backend: string;
    readonly version: string;
    readonly url: string;
    readonly digest: string;
  }
  export interface Cluster {
    readonly url: string;
    apply(servingText: string): Promise<void>;
    targets(): readonly Target[];
    close(): Promise<void>;
  }
  export function startCluster(options?: {
    readonly route?: string;
    readonly seed?: number;
    readonly models?: string;
  }): Promise<Cluster>;
  export function follow(
    cluster: Pick<Cluster, 'apply'>,
    options: {
      readServing(): Promise<string>;
      readonly everyMs: number;
      readonly onError?: (error: Error) => void;
    },
  ): () => Promise<void>;
  export function fileOnBranch(where: {
    readonly directory: string;
    readonly branch: string;
    readonly path: string;
  }): () => Promise<string>;
}

declare module '*/fraud-scorer/demo/load.mjs' {
  export interface Count {
    readonly sent: number;
    readonly failed: number;
  }
  export function createLoad(options: {
    readonly url: string;
    readonly seed?: number;
    readonly connections?: number;
  }): {
    send(options: { readonly count: number; readonly hour: number }): Promise<Count>;
    run(options: { perSecond(): number; hour(): number }): { count(): Count; stop(): Promise<Count> };
    close(): void;
  };
}

declare module '*/fraud-scorer/demo/history.mjs' {
  export function createHistory(): {
    add(text: string, at: number): void;
    render(preface?: readonly string[]): string;
  };
  export function describeRecording(recording: {
    readonly words: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly at: number;
  }): string[];
}

declare module '*/fraud-scorer/demo/record.mjs' {
  import type { Story } from '*/fraud-scorer/demo/stories.mjs';
  export interface Operator {
    readonly name: string;
    readServing(): Promise<string>;
    merge(now: Date): Promise<void>;
    tick(now: Date, history: () => string): Promise<{ readonly settled: boolean }>;
    close?(): Promise<void>;
  }
  export interface Recording {
    readonly text: string;
    readonly minutes: number;
    readonly requests: number;
    readonly failed: number;
    readonly settledAfter: number | undefined;
    readonly wallSeconds: number;
  }
  export function recordStory(options: {
    readonly story: Story;
    readonly operator: Operator;
    readonly perMinute?: number;
    readonly minutes?: number;
    readonly seed?: number;
    readonly onMinute?: (progress: {
      readonly story: string;
      readonly now: Date;
      readonly minute: number;
      readonly sent: number;
      readonly failed: number;
    }) => void;
  }): Promise<Recording>;
}

declare module '*/fraud-scorer/demo/walker.mjs' {
  import type { Operator } from '*/fraud-scorer/demo/record.mjs';
  import type { Story } from '*/fraud-scorer/demo/stories.mjs';
  export function createOperator(story: Story): Promise<Operator>;
}

declare module '*/fraud-scorer/demo/live.mjs' {
  import type { Target } from '*/fraud-scorer/demo/cluster.mjs';
  import type { Count } from '*/fraud-scorer/demo/load.mjs';
  export function startLive(options: {
    readServing(): Promise<string>;
    hour(): number;
    perSecond(): number;
    readonly followMs?: number;
    readonly prometheus?: string;
    readonly onError?: (error: Error) => void;
  }): Promise<{
    readonly prometheusUrl: string;
    readonly gatewayUrl: string;
    count(): Count;
    targets(): readonly Target[];
    close(): Promise<void>;
  }>;
}
