import {
  checkBranch,
  checkCommit,
  checkScratchBranch,
  foldersOf,
  messageOf,
  operationOf,
} from '../../src/adapters/operation.ts';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { ToolError } from '../../src/core/errors.ts';
import { DRILL_BRANCHES } from '../../src/core/manifest/config-schema.ts';
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
import type { Landing, Scratch } from '../../src/ports/scratch.ts';
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

/** Methods of the forge, and those of its scratch branches. */
type Entrance = keyof Forge | 'list-scratch' | 'create' | 'remove' | 'landing';

const WRITES: ReadonlySet<Entrance> = new Set(['commit', 'propose', 'merge', 'close', 'create', 'remove']);
const REQUESTS: ReadonlySet<Entrance> = new Set([...WRITES, 'inspect', 'list-scratch', 'landing']);

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
  /** All branches with their tips. */
  tips(): ReadonlyMap<string, Sha>;
  commitAt(id: Sha): FakeCommit;
  textAt(path: string, at?: Sha): string | undefined;
  /** Oldest first. */
  readonly pulls: readonly FakePull[];
  closePull(number: number): void;
  /** A person opens it again. */
  reopenPull(number: number): void;
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
  failNext(method: Entrance, error: Error): void;
  /** The next proposal is cut off there: `FakeCrash` is thrown. */
  crashNext(point: CrashPoint): void;
  /** Names of the methods that counted as requests, in order. */
  readonly requests: readonly string[];
  /** HEAD moves to the default branch's tip, as by a new checkout. */
  checkout(): void;
  /** Branches of drills in the same repository. */
  readonly scratch: Scratch;
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
  const place = new Place(options);
  const head = place.store.add({
    tree: editTree(new Map(), options.files ?? {}),
    parents: [],
    message: 'Begin\n',
    author: 'mona',
    at: place.now(),
  });
  place.branches.set(place.defaultBranch, head);
  return new MemoryForge(place, { branch: place.defaultBranch, head });
}

/** A repository, as all forges share it that work in it: the one of its default branch, and those of drills. */
class Place {
  readonly defaultBranch: string;
  readonly clock: FakeForgeOptions['clock'];
  readonly requests: string[] = [];
  readonly store = new CommitStore();
  readonly branches = new Map<string, Sha>();
  readonly pulls: FakePull[] = [];
  readonly failures = new Map<Entrance, Error>();
  rules: FakeRules = {};
  race: (() => void) | undefined;
  crash: CrashPoint | undefined;
  #made = 0;

  constructor({ defaultBranch = 'main', clock }: FakeForgeOptions) {
    this.defaultBranch = defaultBranch;
    this.clock = clock;
  }

  now(): Instant {
    if (this.clock) return this.clock.now();
    this.#made += 1;
    return instant(Date.UTC(2026, 0, 1) + this.#made * 1000);
  }
}

class MemoryForge implements FakeForge {
  readonly defaultBranch: string;
  readonly #place: Place;
  #head: Sha;

  constructor(place: Place, { branch, head }: { readonly branch: string; readonly head: Sha }) {
    this.defaultBranch = branch;
    this.#place = place;
    this.#head = head;
  }

  get requests(): readonly string[] {
    return this.#place.requests;
  }

  get pulls(): readonly FakePull[] {
    return this.#place.pulls.map((pull) => this.#current(pull));
  }

  // what others do

  push(edits: Edits, options: Parameters<FakeForge['push']>[1] = {}): Sha {
    const branch = options.branch ?? this.defaultBranch;
    const parent = this.#place.branches.get(branch) ?? this.#tip();
    const id = this.#place.store.add({
      tree: editTree(this.#place.store.get(parent).tree, edits),
      parents: [parent],
      message: `${options.message ?? 'Change files'}\n`,
      author: options.author ?? 'mona',
      at: this.#place.now(),
    });
    this.#place.branches.set(branch, id);
    return id;
  }

  setBranch(branch: string, tip: Sha | undefined): void {
    if (tip === undefined) {
      // for good: the branch may come again, the pull request does not
      for (const pull of this.pulls)
        if (pull.branch === branch && pull.state === 'open') this.closePull(pull.number);
      this.#place.branches.delete(branch);
    } else this.#place.branches.set(branch, tip);
  }

  tip(branch: string): Sha | undefined {
    return this.#place.branches.get(branch);
  }

  tips(): ReadonlyMap<string, Sha> {
    return new Map(this.#place.branches);
  }

  commitAt(id: Sha): FakeCommit {
    return this.#place.store.get(id);
  }

  textAt(path: string, at?: Sha): string | undefined {
    const entry = this.#place.store.get(at ?? this.#tip()).tree.get(path);
    return typeof entry === 'string' ? entry : undefined;
  }

  closePull(number: number): void {
    this.#replace(number, { state: 'closed', armed: false });
  }

  reopenPull(number: number): void {
    this.#replace(number, { state: 'open' });
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
    this.#place.rules = rules;
    if (rules.pending !== undefined) return;
    // one that conflicts stays open and armed, as on GitHub
    for (const pull of this.pulls)
      if (pull.state === 'open' && pull.armed && !this.#conflicts(pull))
        this.#mergeNow(pull, pull.wish ?? { method: 'merge', subject: pull.title, body: '' });
  }

  beforeNextWrite(happening: () => void): void {
    this.#place.race = happening;
  }

  failNext(method: Entrance, error: Error): void {
    this.#place.failures.set(method, error);
  }

  crashNext(point: CrashPoint): void {
    this.#place.crash = point;
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
    const paths = [...this.#place.store.get(at).tree.keys()];
    return paths.filter((path) => folder === '' || path.startsWith(`${folder}/`)).sort();
  }

  async read(at: Sha, paths: readonly string[]): Promise<ReadonlyMap<string, RepoFile>> {
    this.#enter('read');
    const files = new Map<string, RepoFile>();
    for (const path of paths) {
      const entry = this.#place.store.get(at).tree.get(path);
      if (typeof entry === 'string') files.set(path, { kind: 'text', path, text: entry });
      else if (entry) files.set(path, { kind: 'unreadable', path, reason: entry.unreadable });
    }
    return files;
  }

  async digests(at: Sha, paths: readonly string[]): Promise<ReadonlyMap<string, Digest>> {
    this.#enter('digests');
    const texts = paths.map((path) => [path, this.#place.store.get(at).tree.get(path)] as const);
    return new Map(
      texts.flatMap(([path, entry]) =>
        typeof entry === 'string' ? [[path, digest(`sha256:${sha256(entry)}`)] as const] : [],
      ),
    );
  }

  async history(at: Sha, path: string): Promise<readonly Revision[]> {
    this.#enter('history');
    const changed = this.#place.store.line(at).filter(({ tree, parents: [parent] }) => {
      const before = parent === undefined ? undefined : this.#place.store.get(parent).tree.get(path);
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
    const ancestors = [...this.#place.store.ancestors(at)];
    const resumes = (id: Sha): boolean =>
      this.#place.store.get(id).message.split('\n').includes(resumeTrailer(commit));
    return ancestors.some((id) => id === commit || resumes(id));
  }

  async branches(at: Sha, under: string): Promise<readonly string[]> {
    const merged = this.#place.store.ancestors(at);
    return [...this.#place.branches]
      .filter(([name, tip]) => name.startsWith(under) && !merged.has(tip))
      .map(([name]) => name)
      .sort();
  }

  async known(names: readonly string[]): Promise<readonly string[]> {
    return names.filter((name) => this.#place.branches.has(name)).sort();
  }

  async commit(request: CommitRequest): Promise<CommitOutcome> {
    checkCommit(request);
    this.#enter('commit');
    if (this.#tip() !== request.parent) return { kind: 'head-moved', expected: request.parent };
    const { commit } = this.#rules;
    if (commit) return commit;
    return { kind: 'committed', commit: this.#write(this.defaultBranch, request) };
  }

  async inspect(proposal: Inspection): Promise<ForgeState> {
    checkBranch(proposal.branch, this.defaultBranch);
    this.#enter('inspect');
    const tip = this.#place.branches.get(proposal.branch);
    const newest = this.pulls.filter(({ base }) => base === this.defaultBranch).reverse();
    const isSibling = (pull: PullRequest) =>
      pull.state === 'open' &&
      pull.branch !== proposal.branch &&
      proposal.families.some((family) => pull.branch.startsWith(family));
    return {
      head: this.#tip(),
      branch: tip && { tip, operation: operationOf(this.#place.store.get(tip).message) },
      pulls: newest.filter((pull) => pull.branch === proposal.branch).map(asPort),
      earlier: newest
        .filter(
          ({ state, withdrawn, branch }) =>
            state === 'closed' && !withdrawn && proposal.earlier?.includes(branch),
        )
        .map(asPort),
      siblings: newest.filter(isSibling).map((pull) => ({
        ...asPort(pull),
        operation: operationOf(this.#place.store.get(pull.head).message),
      })),
      obstacle: foldersOf(proposal.branch).find((folder) => this.#place.branches.has(folder)),
      repository: 'fake',
    };
  }

  async propose(request: ProposeRequest): Promise<ProposeOutcome> {
    checkCommit(request);
    checkBranch(request.branch, this.defaultBranch);
    if (request.state.head !== request.parent) return { kind: 'head-moved', expected: request.parent };
    this.#enter('propose');
    const tip = this.#place.branches.get(request.branch);
    const isEmpty = tip === undefined || this.#place.store.ancestors(request.parent).has(tip);
    if (isEmpty) {
      this.#place.branches.set(request.branch, request.parent);
      this.#crashAt('branch');
      this.#write(request.branch, request);
      this.#crashAt('commit');
    } else if (!this.#isOwn(tip, request)) return { kind: 'branch-taken', branch: request.branch, tip };
    const open = this.pulls.find(
      ({ branch, base, state }) =>
        branch === request.branch && base === this.defaultBranch && state === 'open',
    );
    if (open !== undefined) return { kind: 'proposed', pull: asPort(open) };
    const { propose } = this.#rules;
    if (propose) return propose;
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
    const merged = this.#place.store.merge(this.#tip(pull.base), pull.head);
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
    const age = (this.#place.clock?.now() ?? 0) - (pull.openedAt ?? 0);
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

  get scratch(): Scratch {
    const place = this.#place;
    const requireOwn = (branch: string): void => checkScratchBranch(branch, place.defaultBranch);
    return {
      list: async () => {
        this.#enter('list-scratch');
        return [...place.branches]
          .filter(([name]) => name.startsWith(DRILL_BRANCHES))
          .map(([name, tip]) => ({ name, tip, id: name }))
          .sort((a, b) => (a.name < b.name ? -1 : 1));
      },
      create: async (branch, at) => {
        requireOwn(branch);
        this.#enter('create');
        const { commit } = place.rules;
        if (commit?.code === 'PERMISSION_MISSING') return commit;
        const tip = place.branches.get(branch);
        if (tip !== undefined && tip !== at) throw refused(`branch "${branch}" is there already`);
        place.branches.set(branch, at);
        return { kind: 'created' };
      },
      remove: async ({ name, tip }) => {
        requireOwn(name);
        this.#enter('remove');
        if (place.branches.get(name) !== tip) return;
        if (place.rules.commit?.code === 'PERMISSION_MISSING') throw refused(place.rules.commit.message);
        this.setBranch(name, undefined);
      },
      onto: (branch) => {
        requireOwn(branch);
        return new MemoryForge(place, { branch, head: this.#head });
      },
      landing: async () => {
        this.#enter('landing');
        return landingOf(place.rules);
      },
    };
  }

  cost() {
    return { requests: this.requests.length, roundTrips: this.requests.length };
  }

  // inside

  #enter(method: Entrance): void {
    if (REQUESTS.has(method)) this.#place.requests.push(method);
    const failure = this.#place.failures.get(method);
    this.#place.failures.delete(method);
    if (failure) throw failure;
    if (!WRITES.has(method)) return;
    const race = this.#place.race;
    this.#place.race = undefined;
    race?.();
  }

  #crashAt(point: CrashPoint): void {
    if (this.#place.crash !== point) return;
    this.#place.crash = undefined;
    throw new FakeCrash(`the process is gone after the ${point}`);
  }

  #tip(branch = this.defaultBranch): Sha {
    const tip = this.#place.branches.get(branch);
    if (tip === undefined) throw refused(`branch "${branch}" is gone`);
    return tip;
  }

  /** What a branch of a drill has of them: what the token may not do anywhere. The others are of the default branch. */
  get #rules(): FakeRules {
    const { rules, defaultBranch } = this.#place;
    if (this.defaultBranch === defaultBranch) return rules;
    const everywhere = (refusal: Refusal | undefined): Refusal | undefined =>
      refusal && ['PERMISSION_MISSING', 'PULL_REQUESTS_NOT_ALLOWED'].includes(refusal.code)
        ? refusal
        : undefined;
    const [commit, propose] = [everywhere(rules.commit), everywhere(rules.propose)];
    return { ...(commit ? { commit } : {}), ...(propose ? { propose } : {}) };
  }

  #write(branch: string, request: CommitRequest): Sha {
    const edits = Object.fromEntries(request.files.map((file) => [file.path, file.text]));
    const id = this.#place.store.add({
      tree: editTree(this.#place.store.get(request.parent).tree, edits),
      parents: [request.parent],
      message: messageOf(request),
      author: 'belay',
      at: this.#place.now(),
    });
    this.#place.branches.set(branch, id);
    return id;
  }

  #isOwn(tip: Sha, request: ProposeRequest): boolean {
    const { message, parents, tree } = this.#place.store.get(tip);
    const [parent, ...others] = parents;
    if (operationOf(message) !== request.operation || parent === undefined || others.length > 0) return false;
    if (!this.#place.store.ancestors(this.#tip()).has(parent)) return false;
    const wanted = new Map(request.files.map((file) => [file.path, file.text]));
    const changed = this.#place.store.changed(this.#place.store.get(parent).tree, tree);
    return (
      changed.every((path) => wanted.has(path)) &&
      [...wanted].every(([path, text]) => tree.get(path) === text)
    );
  }

  #open(request: Pick<ProposeRequest, 'branch' | 'title' | 'description'>): FakePull {
    const number = this.#place.pulls.length + 1;
    const pull: FakePull = {
      number,
      id: `PR_${number}`,
      url: `https://forge.example/pull/${number}`,
      branch: request.branch,
      head: this.#place.branches.get(request.branch) as Sha,
      state: 'open',
      armed: false,
      withdrawn: false,
      title: request.title,
      description: request.description,
      base: this.defaultBranch,
      comments: [],
      mergeCommit: undefined,
      wish: undefined,
      openedAt: this.#place.clock?.now(),
    };
    this.#place.pulls.push(pull);
    return pull;
  }

  #conflicts({ head, base }: FakePull): boolean {
    const tip = this.#place.branches.get(base);
    return tip === undefined || 'conflicts' in this.#place.store.merge(tip, head);
  }

  #mergeNow(pull: FakePull, wish: NonNullable<FakePull['wish']>): Sha {
    const base = this.#tip(pull.base);
    const merged = this.#place.store.merge(base, pull.head);
    if ('conflicts' in merged) throw new Error(`fake forge: #${pull.number} conflicts`);
    const id = this.#place.store.add({
      tree: merged.tree,
      parents: wish.method === 'merge' ? [base, pull.head] : [base],
      message: wish.method === 'rebase' ? this.#place.store.get(pull.head).message : messageOf(wish),
      author: pull.armed && !pull.wish ? 'mona' : 'belay',
      at: this.#place.now(),
    });
    this.#place.branches.set(pull.base, id);
    this.#place.branches.delete(pull.branch);
    this.#replace(pull.number, { state: 'merged', armed: false, mergeCommit: id, head: pull.head });
    return id;
  }

  #replace(number: number, change: Partial<FakePull>): void {
    const index = this.#place.pulls.findIndex((pull) => pull.number === number);
    const pull = this.#place.pulls[index];
    if (pull) this.#place.pulls[index] = { ...this.#current(pull), ...change };
  }

  /** An open pull request follows its branch, and closes when the branch is deleted. */
  #current(pull: FakePull): FakePull {
    if (pull.state !== 'open') return pull;
    const tip = this.#place.branches.get(pull.branch);
    return tip === undefined ? { ...pull, state: 'closed', armed: false } : { ...pull, head: tip };
  }
}

/** What the rules of the default branch ask of a pull request. */
function landingOf({ pending, autoMerge = true, merge }: FakeRules): Landing {
  const check = pending ?? (merge?.code === 'RULE_VIOLATION' ? 'ci' : undefined);
  return { requirements: check === undefined ? [] : [`check "${check}"`], autoMerge };
}

function refused(what: string): ToolError {
  return new ToolError({ code: 'FORGE_REFUSED', message: `fake forge: ${what}` });
}

function asPort({ number, id, url, branch, head, state, armed, withdrawn }: FakePull): PullRequest {
  return { number, id, url, branch, head, state, armed, withdrawn };
}
