import type { Sha } from '../../src/core/units.ts';
import type {
  CloseRequest,
  CommitRequest,
  Forge,
  ForgeCost,
  ForgeState,
  Inspection,
  MergeRequest,
  ProposeRequest,
} from '../../src/ports/forge.ts';
import type { Scratch } from '../../src/ports/scratch.ts';
import type { FakeForge } from '../fakes/forge.ts';
import { RunCalls, type Watcher } from './run-calls.ts';
import type { RunPlan } from './scenario.ts';

/** What all ports of one run share. */
export interface Run {
  readonly place: FakeForge;
  readonly calls: RunCalls;
  /** Its checkout. */
  readonly head: Sha;
  readonly before: ForgeCost;
  readonly newestPull: number;
}

/** Begins a run. */
export function beginRun(place: FakeForge, head: Sha, plan: RunPlan, watcher: Watcher): Run {
  const calls = new RunCalls(place, plan, watcher);
  return { place, calls, head, before: place.cost(), newestPull: place.pulls.length };
}

/**
 * The forge as one run meets it: the common repository, and what goes wrong at this run's calls. With a plan in which nothing
 * goes wrong it is held to the contract of all forges.
 */
export class RunForge implements Forge {
  readonly #run: Run;
  readonly #forge: Forge;

  /** @param forge where it works: the place itself, unless it is a scratch branch of it */
  constructor(run: Run, forge: Forge = run.place) {
    this.#run = run;
    this.#forge = forge;
  }

  get defaultBranch(): string {
    return this.#forge.defaultBranch;
  }

  head() {
    return this.#call('head', '', async () => this.#run.head);
  }

  refresh() {
    return this.#call('refresh', '', async (lags) =>
      // what lags of a branch of its own is not drawn
      lags && this.#forge === this.#run.place ? this.#run.head : this.#forge.refresh(),
    );
  }

  list(at: Sha, folder: string) {
    return this.#call('list', folder, () => this.#forge.list(at, folder));
  }

  read(at: Sha, paths: readonly string[]) {
    return this.#call('read', paths.join(' '), () => this.#forge.read(at, paths));
  }

  digests(at: Sha, paths: readonly string[]) {
    return this.#call('digests', paths.join(' '), () => this.#forge.digests(at, paths));
  }

  history(at: Sha, path: string) {
    return this.#call('history', path, () => this.#forge.history(at, path));
  }

  goesOnFrom(at: Sha, commit: Sha) {
    return this.#call('goesOnFrom', commit, () => this.#forge.goesOnFrom(at, commit));
  }

  branches(at: Sha, under: string) {
    return this.#call('branches', under, () => this.#forge.branches(at, under));
  }

  known(names: readonly string[]) {
    return this.#forge.known(names);
  }

  commit(request: CommitRequest) {
    return this.#call('commit', request.operation, () => this.#forge.commit(request));
  }

  inspect(proposal: Inspection) {
    return this.#call('inspect', proposal.branch, async (lags) => {
      const state = await this.#forge.inspect(proposal);
      return lags ? this.#withoutNew(state) : state;
    });
  }

  propose(request: ProposeRequest) {
    return this.#call('propose', request.branch, () => this.#forge.propose(request));
  }

  merge(request: MergeRequest) {
    return this.#call('merge', request.pull.branch, () => this.#forge.merge(request));
  }

  close(request: CloseRequest) {
    return this.#call('close', request.pull.branch, () => this.#forge.close(request));
  }

  cost() {
    const { requests, roundTrips } = this.#forge.cost();
    const { before } = this.#run;
    return { requests: requests - before.requests, roundTrips: roundTrips - before.roundTrips };
  }

  /** Another port of the same place: its calls are calls of this run, and are struck as well. */
  through<Port extends object>(port: Port, prefix = ''): Port {
    const around = (name: string, method: unknown): unknown =>
      typeof method === 'function' && name !== 'cost'
        ? (...args: readonly unknown[]) =>
            this.#call(`${prefix}${name}`, '', async () => method.apply(port, args))
        : method;
    return Object.fromEntries(
      Object.entries(port).map(([name, method]) => [name, around(name, method)]),
    ) as Port;
  }

  /** Scratch branches of the place. */
  scratch(): Scratch {
    const { onto, ...ports } = this.#run.place.scratch;
    return {
      ...this.through(ports, 'scratch '),
      onto: (branch) => new RunForge(this.#run, onto(branch)),
    };
  }

  /** A list that has not heard of what was made within this run. */
  #withoutNew(state: ForgeState): ForgeState {
    const isOld = ({ number }: { readonly number: number }): boolean => number <= this.#run.newestPull;
    return {
      ...state,
      pulls: state.pulls.filter(isOld),
      earlier: state.earlier.filter(isOld),
      siblings: state.siblings.filter(isOld),
    };
  }

  #call<Value>(method: string, detail: string, effect: (lags: boolean) => Promise<Value>): Promise<Value> {
    return this.#run.calls.call(method, detail, effect);
  }
}
