import type { CommitInfo } from './git/git-store.ts';
import { nodeId } from './node-id.ts';
import type { RepositorySettings } from './options.ts';
import { addCheckRun, addStatus, approveRuns, concludeCheck } from './state/checks.ts';
import { closeState, followMove, settle } from './state/effects.ts';
import { createPull, reviewPull } from './state/pulls.ts';
import type { CommentState, LabRepository, PullState, RunState } from './state/repository.ts';
import type { World } from './world.ts';

/** A commit that a person pushes. */
export interface PersonCommit {
  /** Default: the default branch. Made from the default branch when it is not there. */
  readonly branch?: string;
  /** Whole new content by path; null deletes. */
  readonly files: Readonly<Record<string, string | Uint8Array | null>>;
  /** Default `Change files`. */
  readonly message?: string;
  /** Default `mona`. */
  readonly login?: string;
}

/** A repository of the lab from the outside: what people do in it, and what a test wants to see. No API, no rules. */
export class RepositoryHandle {
  readonly #repo: LabRepository;
  readonly #world: World;

  constructor(repo: LabRepository, world: World) {
    this.#repo = repo;
    this.#world = world;
  }

  get owner(): string {
    return this.#repo.owner;
  }
  get name(): string {
    return this.#repo.name;
  }
  get fullName(): string {
    return this.#repo.fullName;
  }
  get defaultBranch(): string {
    return this.#repo.defaultBranch;
  }
  /** Global id, as GraphQL's inputs want it. */
  get nodeId(): string {
    return nodeId('R', this.#repo.id);
  }
  /** For `git clone`, without a token. */
  get cloneUrl(): string {
    return `${this.#world.serverUrl}/${this.#repo.fullName}.git`;
  }
  /** The bare repository on disk. */
  get gitDir(): string {
    return this.#repo.git.dir;
  }
  /** All pull requests, oldest first; live objects, to look at. */
  get pulls(): readonly Readonly<PullState>[] {
    return this.#repo.pulls;
  }
  /** Comments on all pull requests, oldest first. */
  get comments(): readonly Readonly<CommentState>[] {
    return this.#repo.state.comments;
  }
  /** Reactions to comments, oldest first: comment, login and content. */
  get reactions(): readonly { readonly comment: number; readonly login: string; readonly content: string }[] {
    return this.#repo.state.reactions.map(({ comment, actor, content }) => ({
      comment,
      login: actor.login,
      content,
    }));
  }
  /** Workflow runs that events started, or that await approval. */
  get runs(): readonly Readonly<RunState>[] {
    return this.#repo.state.runs;
  }

  /** Changes settings; what is left out stays. */
  configure(settings: RepositorySettings): void {
    this.#repo.settings = { ...this.#repo.settings, ...settings };
  }

  /** Tip of a branch; undefined when there is none. */
  head(branch: string = this.#repo.defaultBranch): Promise<string | undefined> {
    return this.#repo.git.ref(`refs/heads/${branch}`);
  }

  /** Names of all branches. */
  async branches(): Promise<readonly string[]> {
    return (await this.#repo.git.refs('refs/heads/')).map((ref) => ref.name.slice('refs/heads/'.length));
  }

  /** Text of a file at a branch or commit; undefined when it is not there. */
  async read(path: string, at: string = this.#repo.defaultBranch): Promise<string | undefined> {
    const found = await this.#repo.git.resolve(`${at}:${path}`);
    return found?.type === 'blob' ? (await this.#repo.git.blob(found.oid)).toString('utf8') : undefined;
  }

  /** Commits of a branch, newest first. */
  log(at: string = this.#repo.defaultBranch): Promise<readonly CommitInfo[]> {
    return this.#repo.git.log(['--topo-order', at]);
  }

  /** A person pushes a commit, whatever the rules say. Gives its id. */
  commit(commit: PersonCommit): Promise<string> {
    const repo = this.#repo;
    return repo.exclusive(async () => {
      const name = `refs/heads/${commit.branch ?? repo.defaultBranch}`;
      const from = await repo.git.ref(name);
      const parent = from ?? (await repo.git.ref(`refs/heads/${repo.defaultBranch}`));
      const person = { name: commit.login ?? 'mona', email: `${commit.login ?? 'mona'}@example.com` };
      const to = await repo.git.commitFiles({
        parent,
        files: Object.entries(commit.files).map(([path, content]) => ({
          path,
          content: content === null ? undefined : Buffer.from(content),
        })),
        message: `${commit.message ?? 'Change files'}\n`,
        author: person,
        committer: person,
        at: this.#world.clock.now(),
      });
      await repo.git.swapRef(name, from, to);
      await followMove(repo, this.#act(commit.login), { name, from, to });
      return to;
    });
  }

  /** A person moves a branch anywhere (a force-push), or deletes it. */
  moveBranch(branch: string, to: string | undefined, login?: string): Promise<void> {
    const repo = this.#repo;
    return repo.exclusive(async () => {
      const name = `refs/heads/${branch}`;
      const from = await repo.git.ref(name);
      await repo.git.swapRef(name, from, to);
      await followMove(repo, this.#act(login), { name, from, to });
    });
  }

  /** The schedule started a workflow at a moment (ms), and this became of it; `changedAt` is its end, or its last sign of life. */
  ranOnSchedule(run: {
    readonly file: string;
    readonly at: number;
    readonly changedAt?: number;
    readonly status?: RunState['status'];
    readonly conclusion?: string;
    readonly steps?: NonNullable<RunState['steps']>;
  }): void {
    const repo = this.#repo;
    repo.state.runs.push({
      id: repo.newId(),
      event: 'schedule',
      oid: '0'.repeat(40),
      branch: repo.defaultBranch,
      actor: this.#act(undefined).actor,
      payload: undefined,
      status: 'completed',
      ...run,
    });
  }

  /** A person opens a pull request. Gives its number. */
  async openPull(wish: {
    readonly head: string;
    readonly title: string;
    readonly login?: string;
    /** Default the default branch. */
    readonly base?: string;
  }): Promise<number> {
    const repo = this.#repo;
    const pull = await repo.exclusive(() =>
      createPull(repo, this.#act(wish.login), {
        title: wish.title,
        body: '',
        base: wish.base ?? repo.defaultBranch,
        head: wish.head,
        draft: false,
      }),
    );
    return pull.number;
  }

  /** A pull request is said to come from a fork. */
  sayFork(number: number): void {
    this.#pull(number).fromFork = true;
  }

  /** A person approves a pull request. */
  approve(number: number, login = 'hubot'): Promise<void> {
    return this.#repo.exclusive(() =>
      reviewPull(this.#repo, this.#act(login), this.#pull(number), 'APPROVED'),
    );
  }

  /** Somebody comments on a pull request, or on an issue, which the lab knows by its number alone. Gives the id. */
  comment(number: number, body: string, login?: string): Promise<number> {
    const repo = this.#repo;
    return repo.exclusive(async () => {
      const { actor, now } = this.#act(login);
      const id = repo.newId();
      repo.state.comments.push({ id, issue: number, author: actor, createdAt: now, body, updatedAt: now });
      return id;
    });
  }

  /** The number of a login's account. */
  accountOf(login: string): number {
    return this.#act(login).actor.id;
  }

  /** A person dismisses what somebody said of a pull request. */
  dismissReview(number: number, login: string): void {
    const pull = this.#pull(number);
    pull.reviews = pull.reviews.map((one) =>
      one.actor.login === login ? { ...one, state: 'DISMISSED' } : one,
    );
  }

  /** A person requests changes. */
  requestChanges(number: number, login = 'hubot'): Promise<void> {
    return this.#repo.exclusive(() =>
      reviewPull(this.#repo, this.#act(login), this.#pull(number), 'CHANGES_REQUESTED'),
    );
  }

  /** A person closes a pull request. */
  closePull(number: number, login?: string): Promise<void> {
    return this.#repo.exclusive(async () => closeState(this.#pull(number), this.#act(login)));
  }

  /** A check run is reported on a commit; without a conclusion it is queued. */
  check(
    oid: string,
    name: string,
    conclusion?: 'success' | 'failure' | 'neutral' | 'cancelled',
  ): Promise<void> {
    return this.#repo.exclusive(async () => {
      const act = this.#act('ci');
      if (conclusion === undefined) addCheckRun(this.#repo, act, { oid, name });
      else concludeCheck(this.#repo, act, { oid, name, conclusion });
      await settle(this.#repo, act);
    });
  }

  /** A commit status is reported. */
  status(oid: string, context: string, state: 'pending' | 'success' | 'failure' | 'error'): Promise<void> {
    return this.#repo.exclusive(async () => {
      addStatus(this.#repo, this.#act('ci'), { oid, context, state });
      await settle(this.#repo, this.#act('ci'));
    });
  }

  /** A person with write access approves the workflow runs of a pull request that await it. */
  approveRuns(number: number, login?: string): Promise<void> {
    return this.#repo.exclusive(async () => {
      approveRuns(this.#repo, this.#act(login), this.#pull(number));
      await settle(this.#repo, this.#act(login));
    });
  }

  #act(login: string | undefined): { actor: ReturnType<World['tokens']['actor']>; now: number } {
    const actor = this.#world.tokens.actor({ kind: 'user', ...(login === undefined ? {} : { login }) });
    return { actor, now: this.#world.clock.now() };
  }

  #pull(number: number): PullState {
    const pull = this.#repo.state.pulls.get(number);
    if (pull === undefined) throw new Error(`lab: no pull request #${number} in ${this.fullName}`);
    return pull;
  }
}
