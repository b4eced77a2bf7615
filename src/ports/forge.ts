import type { Problem } from '../core/errors.ts';
import type { Digest, Instant, Sha } from '../core/units.ts';

/**
 * One repository and the place that hosts it. Reads are of fixed commits; every write is compare-and-swap on the commit
 * that was decided on, or creates something under a name that is unique to the operation. An unknown outcome (a timeout on
 * a write) is probed by the operation id before the call returns. What a rule or a race refuses is a value; only a broken
 * outside world is thrown, as ToolError (FORGE_UNAVAILABLE, RATE_LIMITED, UNAUTHORISED, CORRUPT, and
 * UNSETTLED for what is about one write or pull request alone).
 */
export interface Forge {
  /** Name of the default branch, without refs/heads/. */
  readonly defaultBranch: string;
  /** The default branch's commit as it was checked out. No request. */
  head(): Promise<Sha>;
  /** The default branch's newest commit, brought here so that it can be read. */
  refresh(): Promise<Sha>;
  /** Paths of all entries directly or deeply below a folder (no trailing slash), sorted; empty when it is not there. */
  list(at: Sha, folder: string): Promise<readonly string[]>;
  /** The files among `paths` that exist at a commit, by path. */
  read(at: Sha, paths: readonly string[]): Promise<ReadonlyMap<string, RepoFile>>;
  /** The digests of the regular files among `paths` at a commit, by path, whatever their size: see `Digests`. */
  digests(at: Sha, paths: readonly string[]): Promise<ReadonlyMap<string, Digest>>;
  /** First-parent commits up to `at` that changed `path`, newest first. */
  history(at: Sha, path: string): Promise<readonly Revision[]>;
  /**
   * Whether `at` goes on from a commit: it is an ancestor, or a commit on the way says `Belay-Resume: <its 40 digits>`, by which a
   * person takes a history without it as it is. No request.
   */
  goesOnFrom(at: Sha, commit: Sha): Promise<boolean>;
  /**
   * Branches under a name (`belay/rollback/`) that are known without asking and whose commits are not in `at`, sorted. A checkout
   * knows those of when it was made, if it fetched all branches. No request.
   */
  branches(at: Sha, under: string): Promise<readonly string[]>;
  /** Those among `names` that are branches, as far as is known without asking, sorted. No request. */
  known(names: readonly string[]): Promise<readonly string[]>;
  /** One commit on the default branch. One request. */
  commit(request: CommitRequest): Promise<CommitOutcome>;
  /** What is there already for a proposal: default branch, its branch, its pull requests. One request. */
  inspect(proposal: Inspection): Promise<ForgeState>;
  /** Creates the branch with one commit and opens the pull request. One request. */
  propose(request: ProposeRequest): Promise<ProposeOutcome>;
  /** Merges, guarded by the head; what happens while a requirement is pending is for the request to say. One request. */
  merge(request: MergeRequest): Promise<MergeOutcome>;
  /** Closes a pull request under a name of this tool, or only disarms it, saying why. The branch stays. One request. */
  close(request: CloseRequest): Promise<void>;
  /** What was asked of the forge's API until now; git reads of the checkout cost none. */
  cost(): ForgeCost;
}

export interface ForgeCost {
  /** API requests sent, retries included. */
  readonly requests: number;
  /** Of these, how many had to wait for an earlier answer: the length of the longest chain. */
  readonly roundTrips: number;
}

/** A file at a commit; only a regular UTF-8 file of at most 1 MiB has text. */
export type RepoFile =
  | { readonly kind: 'text'; readonly path: string; readonly text: string }
  | {
      readonly kind: 'unreadable';
      readonly path: string;
      readonly reason: 'symlink' | 'submodule' | 'not-utf8' | 'too-large';
      /** The first byte that is not UTF-8, where that is the reason. */
      readonly problem?: Problem;
    };

/** Files without a history: a directory on disk. */
export interface FileSource {
  /** Paths of all files directly or deeply below a folder, sorted; empty when it is not there. */
  list(folder: string): Promise<readonly string[]>;
  /** The files among `paths` that exist, by path. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, RepoFile>>;
}

/** What files hold, without their text: a model may be larger than anything that is read. */
export interface Digests {
  /** SHA-256 of the regular files among `paths`, by path; of a pointer of Git LFS, that of the file which it stands for. */
  digests(paths: readonly string[]): Promise<ReadonlyMap<string, Digest>>;
}

/** One first-parent commit that changed a file. */
export interface Revision {
  readonly commit: Sha;
  /** Committer date. */
  readonly at: Instant;
  readonly author: string;
  readonly subject: string;
  /** The file after that commit; undefined when the commit deleted it or left something that is not a text file. */
  readonly text: string | undefined;
}

/** Whole new content of a file. */
export interface FileWrite {
  readonly path: string;
  readonly text: string;
}

export interface CommitRequest {
  /** Must be the tip of the branch, or nothing is written. */
  readonly parent: Sha;
  readonly files: readonly FileWrite[];
  /** Message: subject, blank line, body. The body ends in the trailer `Belay-Op: <operation>`. */
  readonly subject: string;
  readonly body: string;
  /** 64 hex digits that name this operation; how an unknown outcome is recognised. */
  readonly operation: string;
}

/** A write that a rule, a permission or a setting refuses; trying again without a person changes nothing. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: /** Branch protection or a ruleset. */
    | 'RULE_VIOLATION'
    /** The token lacks a permission. */
    | 'PERMISSION_MISSING'
    /** The branch takes changes from its merge queue alone. */
    | 'MERGE_QUEUE'
    /** "Allow GitHub Actions to create and approve pull requests" is off. */
    | 'PULL_REQUESTS_NOT_ALLOWED';
  /** What was refused and what to do, one line. */
  readonly message: string;
}

export type CommitOutcome =
  | { readonly kind: 'committed'; readonly commit: Sha }
  | { readonly kind: 'head-moved'; readonly expected: Sha }
  | Refusal;

export interface PullRequest {
  readonly number: number;
  /** The forge's own id, opaque. */
  readonly id: string;
  readonly url: string;
  readonly branch: string;
  readonly head: Sha;
  readonly state: 'open' | 'merged' | 'closed';
  /** Auto-merge is armed. */
  readonly armed: boolean;
  /** It is closed, and `close` did it. False where nobody knows: then it counts as a person's word. */
  readonly withdrawn: boolean;
}

/** What to look for. */
export interface Inspection {
  /** The proposal's own branch. */
  readonly branch: string;
  /** Other branches, of which the pull requests are wanted that a person closed. Default none. */
  readonly earlier?: readonly string[];
  /** Beginnings of branch names, each ending in `/`, whose open pull requests are wanted too. */
  readonly families: readonly string[];
}

/** What `inspect` found; handed back to `propose` so that nothing is asked twice. */
export interface ForgeState {
  /** Tip of the default branch. */
  readonly head: Sha;
  /** The proposal's own branch. */
  readonly branch: ProposalBranch | undefined;
  /** Pull requests from the proposal's own branch, newest first, in all states. */
  readonly pulls: readonly PullRequest[];
  /** Pull requests from the branches that `earlier` names that a person closed, newest first; none of which nobody knows who did. */
  readonly earlier: readonly PullRequest[];
  /** Open pull requests from other branches whose name begins with one of the families. */
  readonly siblings: readonly Sibling[];
  /** A branch whose name is a folder of the proposal's: git cannot hold both. Undefined: none is in the way. */
  readonly obstacle: string | undefined;
  /** The forge's own id of the repository, opaque. */
  readonly repository: string;
}

export interface Sibling extends PullRequest {
  /** Operation named by the `Belay-Op` trailer of its head; undefined when its head is not a commit of this tool. */
  readonly operation: string | undefined;
}

export interface ProposalBranch {
  readonly tip: Sha;
  /**
   * Operation named by the tip's `Belay-Op` trailer; undefined when the tip is not a commit of this tool. A forge that knows who made a
   * commit believes the trailer only of its own account.
   */
  readonly operation: string | undefined;
}

export interface ProposeRequest extends CommitRequest {
  readonly branch: string;
  /** The answer of `inspect`; `parent` must be its `head`. */
  readonly state: ForgeState;
  readonly title: string;
  /** Markdown, at most 65,536 characters. */
  readonly description: string;
}

export type ProposeOutcome =
  | { readonly kind: 'proposed'; readonly pull: PullRequest }
  | { readonly kind: 'head-moved'; readonly expected: Sha }
  /** The branch exists with a tip that is not this operation's. */
  | { readonly kind: 'branch-taken'; readonly branch: string; readonly tip: Sha }
  | Refusal;

export interface MergeRequest {
  readonly pull: PullRequest;
  /** The branch's tip that was decided on; anything else there is not merged. */
  readonly head: Sha;
  readonly method: 'merge' | 'squash' | 'rebase';
  /**
   * While a requirement is pending: `arm` auto-merge, which from then on is the forge's and not guarded by the head any more,
   * or `leave` it open and unarmed, also when somebody else armed it.
   */
  readonly whenPending: 'arm' | 'leave';
  readonly subject: string;
  readonly body: string;
}

export interface CloseRequest {
  readonly pull: PullRequest;
  /** Markdown. */
  readonly comment: string;
  /** `disarm`: auto-merge is taken back and the pull request stays open. Default `close`, which does both. */
  readonly how?: 'close' | 'disarm';
}

export type MergeOutcome =
  | { readonly kind: 'merged'; readonly commit: Sha }
  /** Auto-merge is armed: it merges when the named requirement is met. Not merged yet; overdue after five minutes. */
  | { readonly kind: 'armed'; readonly reason: string; readonly isOverdue: boolean }
  /** A requirement is pending and it was to be left: open, not armed. */
  | { readonly kind: 'pending'; readonly reason: string }
  /** Stays open; `message` says why and what a person can do. */
  | {
      readonly kind: 'blocked';
      readonly code:
        | 'CONFLICT'
        | 'REQUIREMENT_PENDING'
        | 'AUTO_MERGE_OFF'
        | 'MERGE_QUEUE'
        | 'PULL_CLOSED'
        | 'RULE_VIOLATION'
        | 'PERMISSION_MISSING';
      readonly message: string;
    }
  /** Somebody pushed to the branch: not merged. */
  | { readonly kind: 'head-changed'; readonly expected: Sha };
