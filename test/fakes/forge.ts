import { checkBranch, checkCommit, foldersOf, messageOf, operationOf } from '../../src/adapters/operation.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { ToolError } from '../../src/core/errors.ts';
import { resumeTrailer } from '../../src/core/record/resume-trailer.ts';
import type { Digest, Instant, Sha } from '../../src/core/units.ts';
import { digest, instant } from '../../src/core/units.ts';
import type {
  CloseRequest,
  CommitOutcome,
  CommitRequest,
  Forge,
  ForgeState,
  Inspection,
  MergeOutcome,
  MergeRequest,
  ProposeOutcome,
  ProposeRequest,
  PullRequest,
  Refusal,
  RepoFile,
  Revision,
} from '../../src/ports/forge.ts';
import { CommitStore, type Edits, editTree, type FakeCommit } from './commit-store.ts';

/** Where a proposal can be cut off, as by a runner that is lost: after the branch, the commit, or the pull request. */
export type CrashPoint = 'branch' | 'commit' | 'pull';

/** What the place says to writes; absent means yes. */
export interface FakeRules {
  /** Answer to a commit on the default branch. */
  readonly commit?: Refusal;
  /** Answer to a proposal; the branch is made all the same, as on GitHub. */
  readonly propose?: Refusal;
  /** A requirement that a merge has to wait for, e.g. a check's name. */
  readonly pending?: string;
  /** Whether auto-merge can be armed then. Default true. */
  readonly autoMerge?: boolean;
  /** Answer to a merge whose requirements are met. */
  readonly merge?: Extract<MergeOutcome, { kind: 'blocked' }>;
}

export interface FakePull extends PullRequest {
  readonly title: string;
  readonly description: string;
  readonly base: string;
  readonly comments: readonly string[];
  readonly mergeCommit: Sha | undefined;
  readonly wish: Pick<MergeRequest, 'method' | 'subject' | 'body'> | undefined;
  /** Where the forge has a clock. */
  readonly openedAt: Instant | undefined;
}

/** A forge in memory, and the hands of everybody else who works in the same repository. */
export interface FakeForge extends Forge {
  /** Somebody pushes a commit; the branch is made from the default branch when it is not there. */
  push(
    edits: Edits,
    options?: { readonly branch?: string; readonly message?: string; readonly author?: string },
  ): Sha;
  /** Somebody puts a branch somewhere, or deletes it. */
  setBranch(branch: string, tip: Sha | undefined): void;
  tip(branch: string): Sha | undefined;
  commitAt(id: Sha): FakeCommit;
  textAt(path: string, at?: Sha): string | undefined;
  /** Oldest first. */
  readonly pulls: readonly FakePull[];
  closePull(number: number): void;
  /** A person opens a pull request from a branch. */
  openPull(branch: string): void;
  /** A person arms auto-merge. */
  armPull(number: number): void;
  /** A person merges, whatever the rules say, as an administrator may; false when it conflicts or is not open. */
  mergeByHand(number: number): boolean;
  /** Replaces all rules; a requirement that is gone lets armed pull requests merge, with whatever head they have then. */
  setRules(rules: FakeRules): void;
  /** Runs once, just before the next write looks at anything: a race. */
  beforeNextWrite(happening: () => void): void;
  /** The next call of this method throws, without effect. */
  failNext(method: keyof Forge, error: Error): void;
  /** The next proposal is cut off there: `FakeCrash` is thrown. */
  crashNext(point: CrashPoint): void;
  /** Names of the methods that counted as requests, in order. */
  readonly requests: readonly string[];
  /** HEAD moves to the default branch's tip, as by a new checkout. */
  checkout(): void;
}

/** Stands for a process that is gone: no code of ours may catch it. */
export class FakeCrash extends Error {}

export interface FakeForgeOptions {
  readonly files?: Edits;
  readonly defaultBranch?: string;
  /** Dates of commits; default one second later each. */
  readonly clock?: { now(): Instant };
}

/** Makes a repository with one commit. */
export function createFakeForge(options: FakeForgeOptions = {}): FakeForge {
  return new MemoryForge(options);
}

class MemoryForge implements FakeForge {
  readonly defaultBranch: string;
  readonly requests: string[] = [];
  readonly #store = new CommitStore();
  readonly #branches = new Map<string, Sha>();
  readonly #pulls: FakePull[] = [];
  readonly #failures = new Map<keyof Forge, Error>();
  readonly #now: () => Instant;
  readonly #clock: FakeForgeOptions['clock'];
  #rules: FakeRules = {};
  #race: (() => void) | undefined;
  #crash: CrashPoint | undefined;
  #head: Sha;

  constructor(options: FakeForgeOptions) {
    this.defaultBranch = options.defaultBranch ?? 'main';
    let made = 0;
    const nextSecond = () => {
      made += 1;
      return instant(Date.UTC(2026, 0, 1) + made * 1000);
    };
    this.#clock = options.clock;
    this.#now = () => options.clock?.now() ?? nextSecond();
    this.#head = this.push(options.files ?? {}, { message: 'Begin' });
  }

  get pulls(): readonly FakePull[] {
    return this.#pulls.map((pull) => this.#current(pull));
  }

  // what others do

  push(edits: Edits, options: Parameters<FakeForge['push']>[1] = {}): Sha {
    const branch = options.branch ?? this.defaultBranch;
    const parent = this.#branches.get(branch) ?? this.#branches.get(this.defaultBranch);
    const id = this.#store.add({
      tree: editTree(parent === undefined ? new Map() : this.#store.get(parent).tree, edits),
      parents: parent === undefined ? [] : [parent],
      message: `${options.message ?? 'Change files'}\n`,
      author: options.author ?? 'mona',
      at: this.#now(),
    });
    this.#branches.set(branch, id);
    return id;
  }

  setBranch(branch: string, tip: Sha | undefined): void {
    if (tip === undefined) {
      // for good: the branch may come again, the pull request does not
      for (const pull of this.pulls)
        if (pull.branch === branch && pull.state === 'open') this.closePull(pull.number);
      this.#branches.delete(branch);
    } else this.#branches.set(branch, tip);
  }

  tip(branch: string): Sha | undefined {
    return this.#branches.get(branch);
  }

  commitAt(id: Sha): FakeCommit {
    return this.#store.get(id);
  }

  textAt(path: string, at?: Sha): string | undefined {
    const entry = this.#store.get(at ?? this.#tip()).tree.get(path);
    return typeof entry === 'string' ? entry : undefined;
  }

  closePull(number: number): void {
    this.#replace(number, { state: 'closed', armed: false });
  }

  openPull(branch: string): void {
    this.#open({ branch, title: branch, description: '' });
  }

  armPull(number: number): void {
    this.#replace(number, { armed: true });
  }

  mergeByHand(number: number): boolean {
    const pull = this.pulls.find((one) => one.number === number);
    if (pull?.state !== 'open' || this.#conflicts(pull)) return false;
    const wish = { method: 'merge', subject: `Merge pull request #${number}`, body: '' } as const;
    this.#mergeNow({ ...pull, armed: true, wish: undefined }, wish);
    return true;
  }

  setRules(rules: FakeRules): void {
    this.#rules = rules;
    if (rules.pending !== undefined) return;
    // one that conflicts stays open and armed, as on GitHub
    for (const pull of this.pulls)
      if (pull.state === 'open' && pull.armed && !this.#conflicts(pull))
        this.#mergeNow(pull, pull.wish ?? { method: 'merge', subject: pull.title, body: '' });
  }

  beforeNextWrite(happening: () => void): void {
    this.#race = happening;
  }

  failNext(method: keyof Forge, error: Error): void {
    this.#failures.set(method, error);
  }

  crashNext(point: CrashPoint): void {
    this.#crash = point;
  }

  checkout(): void {
    this.#head = this.#tip();
  }

  // the port

  async head(): Promise<Sha> {
    this.#enter('head');
    return this.#head;
  }

  async refresh(): Promise<Sha> {
    this.#enter('refresh');
    return this.#tip();
  }

  async list(at: Sha, folder: string): Promise<readonly string[]> {
    this.#enter('list');
    const paths = [...this.#store.get(at).tree.keys()];
    return paths.filter((path) => folder === '' || path.startsWith(`${folder}/`)).sort();
  }

  async read(at: Sha, paths: readonly string[]): Promise<ReadonlyMap<string, RepoFile>> {
    this.#enter('read');
    const files = new Map<string, RepoFile>();
    for (const path of paths) {
      const entry = this.#store.get(at).tree.get(path);
      if (typeof entry === 'string') files.set(path, { kind: 'text', path, text: entry });
      else if (entry) files.set(path, { kind: 'unreadable', path, reason: entry.unreadable });
    }
    return files;
  }

  async digests(at: Sha, paths: readonly string[]): Promise<ReadonlyMap<string, Digest>> {
    this.#enter('digests');
    const texts = paths.map((path) => [path, this.#store.get(at).tree.get(path)] as const);
    return new Map(
      texts.flatMap(([path, entry]) =>
        typeof entry === 'string' ? [[path, digest(`sha256:${sha256(entry)}`)] as const] : [],
      ),
    );
  }

  async history(at: Sha, path: string): Promise<readonly Revision[]> {
    this.#enter('history');
    const changed = this.#store.line(at).filter(({ tree, parents: [parent] }) => {
      const before = parent === undefined ? undefined : this.#store.get(parent).tree.get(path);
      return JSON.stringify(before) !== JSON.stringify(tree.get(path));
    });
    return changed.map((commit) => {
      const entry = commit.tree.get(path);
      return {
        commit: commit.id,
        at: commit.at,
        author: commit.author,
        subject: commit.message.split('\n', 1)[0] ?? '',
        text: typeof entry === 'string' ? entry : undefined,
      };
    });
  }

  async goesOnFrom(at: Sha, commit: Sha): Promise<boolean> {
    this.#enter('goesOnFrom');
    const ancestors = [...this.#store.ancestors(at)];
    const resumes = (id: Sha): boolean =>
      this.#store.get(id).message.split('\n').includes(resumeTrailer(commit));
    return ancestors.some((id) => id === commit || resumes(id));
  }

  async branches(at: Sha, under: string): Promise<readonly string[]> {
    const merged = this.#store.ancestors(at);
    return [...this.#branches]
      .filter(([name, tip]) => name.startsWith(under) && !merged.has(tip))
      .map(([name]) => name)
      .sort();
  }

  async commit(request: CommitRequest): Promise<CommitOutcome> {
    checkCommit(request);
    this.#enter('commit');
    if (this.#tip() !== request.parent) return { kind: 'head-moved', expected: request.parent };
    if (this.#rules.commit) return this.#rules.commit;
    return { kind: 'committed', commit: this.#write(this.defaultBranch, request) };
  }

  async inspect(proposal: Inspection): Promise<ForgeState> {
    checkBranch(proposal.branch, this.defaultBranch);
    this.#enter('inspect');
    const tip = this.#branches.get(proposal.branch);
    const newest = [...this.pulls].reverse();
    const isSibling = (pull: PullRequest) =>
      pull.state === 'open' &&
      pull.branch !== proposal.branch &&
      proposal.families.some((family) => pull.branch.startsWith(family));
    return {
      head: this.#tip(),
      branch: tip && { tip, operation: operationOf(this.#store.get(tip).message) },
      pulls: newest.filter((pull) => pull.branch === proposal.branch).map(asPort),
      siblings: newest.filter(isSibling).map((pull) => ({
        ...asPort(pull),
        operation: operationOf(this.#store.get(pull.head).message),
      })),
      obstacle: foldersOf(proposal.branch).find((folder) => this.#branches.has(folder)),
      repository: 'fake',
    };
  }

  async propose(request: ProposeRequest): Promise<ProposeOutcome> {
    checkCommit(request);
    checkBranch(request.branch, this.defaultBranch);
    if (request.state.head !== request.parent) return { kind: 'head-moved', expected: request.parent };
    this.#enter('propose');
    const tip = this.#branches.get(request.branch);
    const isEmpty = tip === undefined || this.#store.ancestors(request.parent).has(tip);
    if (isEmpty) {
      this.#branches.set(request.branch, request.parent);
      this.#crashAt('branch');
      this.#write(request.branch, request);
      this.#crashAt('commit');
    } else if (!this.#isOwn(tip, request)) return { kind: 'branch-taken', branch: request.branch, tip };
    const open = this.pulls.find((pull) => pull.branch === request.branch && pull.state === 'open');
    if (open !== undefined) return { kind: 'proposed', pull: asPort(open) };
    if (this.#rules.propose) return this.#rules.propose;
    const pull = this.#open(request);
    this.#crashAt('pull');
    return { kind: 'proposed', pull: asPort(pull) };
  }

  async merge(request: MergeRequest): Promise<MergeOutcome> {
    checkBranch(request.pull.branch, this.defaultBranch);
    this.#enter('merge');
    const pull = this.pulls.find((one) => one.number === request.pull.number);
    if (pull?.mergeCommit) return { kind: 'merged', commit: pull.mergeCommit };
    if (pull?.state !== 'open')
      return {
        kind: 'blocked',
        code: 'PULL_CLOSED',
        message: `pull request #${request.pull.number} is closed`,
      };
    if (pull.head !== request.head) return { kind: 'head-changed', expected: request.head };
    const { pending, autoMerge = true, merge } = this.#rules;
    const merged = this.#store.merge(this.#tip(), pull.head);
    if ('conflicts' in merged)
      return { kind: 'blocked', code: 'CONFLICT', message: `conflicts in ${merged.conflicts.join(', ')}` };
    if (merge) return merge;
    if (pending === undefined) return { kind: 'merged', commit: this.#mergeNow(pull, request) };
    const reason = `Required status check "${pending}" is expected.`;
    if (request.whenPending === 'leave') {
      this.#replace(pull.number, { armed: false, wish: undefined });
      return { kind: 'pending', reason };
    }
    if (!autoMerge) return { kind: 'blocked', code: 'AUTO_MERGE_OFF', message: reason };
    this.#replace(pull.number, { armed: true, wish: request });
    const age = (this.#clock?.now() ?? 0) - (pull.openedAt ?? 0);
    return { kind: 'armed', reason, isOverdue: request.pull.armed && age > 5 * 60_000 };
  }

  async close(request: CloseRequest): Promise<void> {
    checkBranch(request.pull.branch, this.defaultBranch);
    this.#enter('close');
    const pull = this.pulls.find((one) => one.number === request.pull.number);
    if (pull?.state === 'merged')
      throw new ToolError({
        code: 'FORGE_REFUSED',
        message: `pull request #${pull.number} was merged meanwhile`,
      });
    if (pull?.state === 'open')
      this.#replace(pull.number, {
        ...(request.how === 'disarm' ? {} : { state: 'closed', withdrawn: true }),
        armed: false,
        wish: undefined,
        comments: [...pull.comments, request.comment],
      });
  }

  cost() {
    return { requests: this.requests.length, roundTrips: this.requests.length };
  }

  // inside

  #enter(method: keyof Forge): void {
    const isRequest = ['commit', 'inspect', 'propose', 'merge', 'close'].includes(method);
    if (isRequest) this.requests.push(method);
    const failure = this.#failures.get(method);
    this.#failures.delete(method);
    if (failure) throw failure;
    if (!isRequest || method === 'inspect') return;
    const race = this.#race;
    this.#race = undefined;
    race?.();
  }

  #crashAt(point: CrashPoint): void {
    if (this.#crash !== point) return;
    this.#crash = undefined;
    throw new FakeCrash(`the process is gone after the ${point}`);
  }

  #tip(): Sha {
    const tip = this.#branches.get(this.defaultBranch);
    if (tip === undefined) throw new Error('fake forge: the default branch is gone');
    return tip;
  }

  #write(branch: string, request: CommitRequest): Sha {
    const edits = Object.fromEntries(request.files.map((file) => [file.path, file.text]));
    const id = this.#store.add({
      tree: editTree(this.#store.get(request.parent).tree, edits),
      parents: [request.parent],
      message: messageOf(request),
      author: 'belay',
      at: this.#now(),
    });
    this.#branches.set(branch, id);
    return id;
  }

  #isOwn(tip: Sha, request: ProposeRequest): boolean {
    const { message, parents, tree } = this.#store.get(tip);
    const [parent, ...others] = parents;
    if (operationOf(message) !== request.operation || parent === undefined || others.length > 0) return false;
    if (!this.#store.ancestors(this.#tip()).has(parent)) return false;
    const wanted = new Map(request.files.map((file) => [file.path, file.text]));
    const changed = this.#store.changed(this.#store.get(parent).tree, tree);
    return (
      changed.every((path) => wanted.has(path)) &&
      [...wanted].every(([path, text]) => tree.get(path) === text)
    );
  }

  #open(request: Pick<ProposeRequest, 'branch' | 'title' | 'description'>): FakePull {
    const number = this.#pulls.length + 1;
    const pull: FakePull = {
      number,
      id: `PR_${number}`,
      url: `https://forge.example/pull/${number}`,
      branch: request.branch,
      head: this.#branches.get(request.branch) as Sha,
      state: 'open',
      armed: false,
      withdrawn: false,
      title: request.title,
      description: request.description,
      base: this.defaultBranch,
      comments: [],
      mergeCommit: undefined,
      wish: undefined,
      openedAt: this.#clock?.now(),
    };
    this.#pulls.push(pull);
    return pull;
  }

  #conflicts({ head }: FakePull): boolean {
    return 'conflicts' in this.#store.merge(this.#tip(), head);
  }

  #mergeNow(pull: FakePull, wish: NonNullable<FakePull['wish']>): Sha {
    const base = this.#tip();
    const merged = this.#store.merge(base, pull.head);
    if ('conflicts' in merged) throw new Error(`fake forge: #${pull.number} conflicts`);
    const id = this.#store.add({
      tree: merged.tree,
      parents: wish.method === 'merge' ? [base, pull.head] : [base],
      message: wish.method === 'rebase' ? this.#store.get(pull.head).message : messageOf(wish),
      author: pull.armed && !pull.wish ? 'mona' : 'belay',
      at: this.#now(),
    });
    this.#branches.set(this.defaultBranch, id);
    this.#branches.delete(pull.branch);
    this.#replace(pull.number, { state: 'merged', armed: false, mergeCommit: id, head: pull.head });
    return id;
  }

  #replace(number: number, change: Partial<FakePull>): void {
    const index = this.#pulls.findIndex((pull) => pull.number === number);
    const pull = this.#pulls[index];
    if (pull) this.#pulls[index] = { ...this.#current(pull), ...change };
  }

  /** An open pull request follows its branch, and closes when the branch is deleted. */
  #current(pull: FakePull): FakePull {
    if (pull.state !== 'open') return pull;
    const tip = this.#branches.get(pull.branch);
    return tip === undefined ? { ...pull, state: 'closed', armed: false } : { ...pull, head: tip };
  }
}

function asPort({ number, id, url, branch, head, state, armed, withdrawn }: FakePull): PullRequest {
  return { number, id, url, branch, head, state, armed, withdrawn };
}
