import type { GitStore } from '../git/git-store.ts';
import type { BranchRules, MergeMethod, RepositorySettings, Role } from '../options.ts';
import type { Actor } from '../tokens.ts';

export interface ReviewState {
  readonly id: number;
  readonly actor: Actor;
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'DISMISSED';
  readonly oid: string;
  readonly at: number;
}

export interface AutoMergeState {
  readonly method: MergeMethod;
  readonly headline: string | undefined;
  readonly body: string | undefined;
  readonly enabledBy: Actor;
  readonly enabledAt: number;
}

export interface PullState {
  readonly number: number;
  readonly author: Actor;
  readonly createdAt: number;
  title: string;
  body: string;
  base: string;
  /** Branch without refs/heads/. */
  head: string;
  headOid: string;
  /** Tip of the base when the pull request was opened or last synchronised. */
  baseOid: string;
  state: 'OPEN' | 'CLOSED' | 'MERGED';
  draft: boolean;
  /** Of a copy of the repository: as GitHub tells of it; the lab keeps its branch all the same. */
  fromFork: boolean;
  updatedAt: number;
  closedAt: number | undefined;
  closedBy: Actor | undefined;
  mergedAt: number | undefined;
  mergedBy: Actor | undefined;
  mergeOid: string | undefined;
  labels: string[];
  reviews: ReviewState[];
  autoMerge: AutoMergeState | undefined;
  /** Reads left that answer UNKNOWN. */
  unknownReads: number;
  /** Merge calls left that fail for no lasting reason. */
  transientFailures: number;
}

export interface CommentState {
  readonly id: number;
  readonly issue: number;
  readonly author: Actor;
  readonly createdAt: number;
  body: string;
  updatedAt: number;
}

export interface ReactionState {
  readonly id: number;
  /** Of the comment. */
  readonly comment: number;
  readonly actor: Actor;
  readonly content: string;
  readonly at: number;
}

export interface LabelState {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | undefined;
}

export interface CheckRunState {
  readonly id: number;
  readonly oid: string;
  readonly name: string;
  readonly author: Actor;
  readonly startedAt: number;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: string | undefined;
  completedAt: number | undefined;
  externalId: string | undefined;
  detailsUrl: string | undefined;
  output: { readonly title: string | undefined; readonly summary: string | undefined };
}

export interface StatusState {
  readonly id: number;
  readonly oid: string;
  readonly context: string;
  readonly state: 'error' | 'failure' | 'pending' | 'success';
  readonly description: string | undefined;
  readonly targetUrl: string | undefined;
  readonly author: Actor;
  readonly at: number;
}

/** A workflow run that an event started, or that awaits approval. */
export interface RunState {
  readonly id: number;
  readonly file: string;
  readonly event: 'push' | 'pull_request' | 'workflow_dispatch' | 'repository_dispatch' | 'schedule';
  readonly oid: string;
  readonly branch: string;
  readonly actor: Actor;
  readonly at: number;
  status: 'queued' | 'in_progress' | 'completed' | 'action_required';
  /** How it ended; undefined: as its checks did. */
  readonly conclusion?: string;
  /** Steps of its job, and how they ended; undefined: it came to its last one. */
  readonly steps?: readonly (readonly [name: string, conclusion: string])[];
  /** When it ended; undefined: at once. */
  readonly changedAt?: number;
  /** Inputs of a dispatch. */
  readonly payload: unknown;
}

/** All that is not in git. Plain data, so that a stale read is a clone of it. */
export interface RepositoryState {
  nextNumber: number;
  nextId: number;
  readonly pulls: Map<number, PullState>;
  readonly labels: Map<string, LabelState>;
  readonly comments: CommentState[];
  readonly reactions: ReactionState[];
  readonly checks: CheckRunState[];
  readonly statuses: StatusState[];
  readonly runs: RunState[];
}

/** A repository: its git, its settings, and the rest. */
export class LabRepository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  /** Commits that GitHub made for somebody and signed; a push can imitate all of them but this. */
  readonly signed: Set<string>;
  readonly createdAt: number;
  readonly git: GitStore;
  readonly state: RepositoryState;
  settings: RepositorySettings;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(init: {
    readonly id: number;
    readonly owner: string;
    readonly name: string;
    readonly defaultBranch: string;
    readonly createdAt: number;
    readonly git: GitStore;
    readonly settings: RepositorySettings;
    readonly state?: RepositoryState;
    readonly signed?: Set<string>;
  }) {
    this.id = init.id;
    this.signed = init.signed ?? new Set();
    this.owner = init.owner;
    this.name = init.name;
    this.defaultBranch = init.defaultBranch;
    this.createdAt = init.createdAt;
    this.git = init.git;
    this.settings = init.settings;
    this.state = init.state ?? {
      nextNumber: 1,
      nextId: init.id * 100_000 + 1,
      pulls: new Map(),
      labels: new Map(),
      comments: [],
      reactions: [],
      checks: [],
      statuses: [],
      runs: [],
    };
  }

  get fullName(): string {
    return `${this.owner}/${this.name}`;
  }

  /** A fresh numeric id of this repository. */
  newId(): number {
    const id = this.state.nextId;
    this.state.nextId += 1;
    return id;
  }

  /** Runs one write at a time: the order of effects is the order in which they were asked for. */
  exclusive<T>(write: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(write);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  /** The repository as it is now, for reads that are to be answered late. */
  async freeze(): Promise<LabRepository> {
    return new LabRepository({
      id: this.id,
      owner: this.owner,
      name: this.name,
      defaultBranch: this.defaultBranch,
      signed: this.signed,
      createdAt: this.createdAt,
      git: await this.git.freeze(),
      settings: this.settings,
      state: structuredClone(this.state),
    });
  }

  /** Rules that hold for a branch. */
  rulesFor(branch: string): readonly BranchRules[] {
    const rules = this.settings.rules ?? [];
    const all = Array.isArray(rules) ? (rules as readonly BranchRules[]) : [rules as BranchRules];
    return all.filter((rule) => (rule.branches ?? [this.defaultBranch]).includes(branch));
  }

  /** Merge methods the repository's settings allow. */
  get mergeMethods(): readonly MergeMethod[] {
    return this.settings.mergeMethods ?? ['merge', 'squash', 'rebase'];
  }

  /** Pull requests, oldest first. */
  get pulls(): readonly PullState[] {
    return [...this.state.pulls.values()];
  }
}

/** Who acts, and when. */
export interface Act {
  readonly actor: Actor;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Role of a login; apps are not collaborators. */
export function roleOf(repo: LabRepository, login: string): Role {
  const collaborators = repo.settings.collaborators ?? { mona: 'admin', hubot: 'write' };
  return collaborators[login] ?? (repo.settings.private ? 'none' : 'read');
}

/** Whether an actor may write: apps by their token, people by their role. */
export function canWrite(repo: LabRepository, actor: Actor): boolean {
  return actor.kind !== 'user' || ['admin', 'maintain', 'write'].includes(roleOf(repo, actor.login));
}
