/** What a test may choose: settings of a repository, kinds of tokens, limits. Everything has the default GitHub has. */

/** How a pull request is merged. */
export type MergeMethod = 'merge' | 'squash' | 'rebase';

/** Source of "now" for commit dates, rate-limit windows and stale reads; milliseconds since 1970. */
export interface LabClock {
  now(): number;
}

/** One ruleset or one classic protection rule. Several may apply to a branch; each has its own bypass list. */
export interface BranchRules {
  /** Wording of refusals: rulesets say `Repository rule violations found`, classic rules do not. Default ruleset. */
  readonly kind?: 'ruleset' | 'classic';
  /** Branch names without refs/heads/; default: the default branch. */
  readonly branches?: readonly string[];
  /** Changes must come through a pull request. */
  readonly pullRequest?: boolean;
  /** Approving reviews needed; more than 0 implies `pullRequest`. */
  readonly approvals?: number;
  /** Names of the check runs or status contexts that must succeed. */
  readonly checks?: readonly string[];
  /** Changes must come through the merge queue, which the lab does not run: nothing gets through but what goes around the rule. */
  readonly mergeQueue?: boolean;
  /** The pull request must contain the tip of its base. */
  readonly strict?: boolean;
  /** Merge commits are refused. */
  readonly linearHistory?: boolean;
  /** Merge methods this rule allows; default all. */
  readonly mergeMethods?: readonly MergeMethod[];
  /** Logins that may go around this rule by a push or by the merge API, never by auto-merge. */
  readonly bypass?: readonly string[];
}

/** A workflow of the repository, as far as its events and its one check matter. */
export interface LabWorkflow {
  /** File name in .github/workflows, also the id that workflow dispatch takes. */
  readonly file: string;
  /** Name of the check run that it reports. */
  readonly check: string;
  readonly on: readonly (
    | 'push'
    | 'pull_request'
    | 'workflow_dispatch'
    | 'repository_dispatch'
    | 'schedule'
  )[];
  /** Default active. */
  readonly state?: 'active' | 'disabled_inactivity' | 'disabled_manually';
  /** What its runs conclude as soon as they start; default `pending`: a person concludes them. */
  readonly outcome?: 'success' | 'failure' | 'pending';
}

/** Role of a person in a repository. */
export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';

/** Settings page of a repository. */
export interface RepositorySettings {
  readonly private?: boolean;
  readonly archived?: boolean;
  /** "Allow auto-merge". Default false, as on GitHub. */
  readonly autoMergeAllowed?: boolean;
  /** Merge methods the repository allows; default all three. */
  readonly mergeMethods?: readonly MergeMethod[];
  readonly deleteBranchOnMerge?: boolean;
  /** "Allow GitHub Actions to create and approve pull requests". Default false, as for new repositories. */
  readonly actionsMayCreatePulls?: boolean;
  readonly rules?: BranchRules | readonly BranchRules[];
  readonly workflows?: readonly LabWorkflow[];
  /** Roles by login. Default mona admin, hubot write; everybody else reads what is public. */
  readonly collaborators?: Readonly<Record<string, Role>>;
  /** Teams of the owner by name, with who is in them and who is invited. Seen by tokens with `members`. */
  readonly teams?: Readonly<Record<string, Readonly<Record<string, 'active' | 'pending'>>>>;
  /** `github.com`: pull requests of GITHUB_TOKEN get runs that await approval; `server`: they get none. */
  readonly flavour?: 'github.com' | 'server';
  /** How many reads of a changed pull request answer UNKNOWN before its mergeability is computed. Default 0. */
  readonly unknownMergeabilityReads?: number;
  /** Merge calls on a changed pull request that fail with `Base branch was modified` first. Default 0. */
  readonly transientMergeFailures?: number;
}

/** Permissions a token can lack. */
export type Permission =
  | 'actions'
  | 'administration'
  | 'checks'
  | 'contents'
  | 'issues'
  | 'members'
  | 'metadata'
  | 'pull_requests'
  | 'statuses'
  | 'workflows';

/** What a token may do; an absent permission is none. */
export type Permissions = Partial<Record<Permission, 'read' | 'write'>>;

/** `app`: a GitHub App's installation; `actions`: the GITHUB_TOKEN of a workflow run; `user`: a person's. */
export type TokenKind = 'app' | 'actions' | 'user';

export interface TokenOptions {
  readonly kind: TokenKind;
  /** Default `belay[bot]`, `github-actions[bot]`, `mona`. */
  readonly login?: string;
  /** Default: write everywhere (without workflows and administration unless a user). */
  readonly permissions?: Permissions;
  /** Stands on the bypass list of every rule. Not for `actions`: GitHub refuses that integration there. */
  readonly bypass?: boolean;
  /** Full names of the repositories it can see; default all. */
  readonly repositories?: readonly string[];
  /** Requests an hour, REST and GraphQL each. Default 5000; 1000 for `actions`. */
  readonly rateLimit?: number;
  /** Rejected with 401. */
  readonly expired?: boolean;
}

/** Where the first commit of a repository comes from. */
export type RepositorySource =
  | { readonly files: Readonly<Record<string, string | Uint8Array>> }
  | { readonly fromDirectory: string }
  /** A git directory; all its branches and tags are copied. */
  | { readonly fromBareGit: string };

export type RepositoryOptions = RepositorySource & {
  /** Default `acme`. */
  readonly owner?: string;
  readonly name: string;
  /** Default `main`. */
  readonly defaultBranch?: string;
  readonly settings?: RepositorySettings;
};

export interface LabOptions {
  /** Added to every API request, in milliseconds: for benchmarks of round trips. Default 0. */
  readonly latencyMs?: number;
  /** Default: a virtual clock that begins at 2026-11-01T00:00:00Z and stands still until it is advanced. */
  readonly clock?: LabClock;
}
