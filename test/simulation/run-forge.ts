import { ToolError, type ToolErrorCode } from '../../src/core/errors.ts';
import type { Sha } from '../../src/core/units.ts';
import type {
  CloseRequest,
  CommitRequest,
  Forge,
  ForgeState,
  Inspection,
  MergeRequest,
  ProposeRequest,
} from '../../src/ports/forge.ts';
import { FakeCrash, type FakeForge } from '../fakes/forge.ts';
import { SECRET } from './metrics.ts';
import type { ActKind, CallFault, FaultKind, RunPlan } from './scenario.ts';

/** What a run does to the forge, as others see it. */
export interface Watcher {
  /** A call of the run took effect, or would have. */
  seen(method: string, detail: string): void;
  /** A fault of the plan happened. */
  struck(fault: CallFault, method: string): void;
  /** Somebody is quicker than the run. */
  act(kind: ActKind): void;
}

const CODES: Readonly<Record<Exclude<FaultKind, 'kill'>, ToolErrorCode>> = {
  unavailable: 'FORGE_UNAVAILABLE',
  'rate-limited': 'RATE_LIMITED',
  unauthorised: 'UNAUTHORISED',
  corrupt: 'CORRUPT',
};

/**
 * The forge as one run meets it: the common repository, and what goes wrong at this run's calls. A run that was killed gets no
 * further answer. With a plan in which nothing goes wrong it is held to the contract of all forges.
 */
export class RunForge implements Forge {
  readonly #forge: FakeForge;
  readonly #plan: RunPlan;
  readonly #watcher: Watcher;
  /** The checkout of this run. */
  readonly #head: Sha;
  readonly #before: ReturnType<FakeForge['cost']>;
  readonly #newestPull: number;
  #calls = 0;
  #isDead = false;

  constructor(forge: FakeForge, head: Sha, plan: RunPlan, watcher: Watcher) {
    this.#forge = forge;
    this.#head = head;
    this.#plan = plan;
    this.#watcher = watcher;
    this.#before = forge.cost();
    this.#newestPull = forge.pulls.length;
  }

  get defaultBranch(): string {
    return this.#forge.defaultBranch;
  }

  get calls(): number {
    return this.#calls;
  }

  head() {
    return this.#call('head', '', async () => this.#head);
  }

  refresh() {
    return this.#call('refresh', '', async (lags) => (lags ? this.#head : this.#forge.refresh()));
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
    return { requests: requests - this.#before.requests, roundTrips: roundTrips - this.#before.roundTrips };
  }

  /** Another port of the same place: its calls are calls of this run, and are struck as well. */
  through<Port extends object>(port: Port): Port {
    const around = (name: string, method: unknown): unknown =>
      typeof method === 'function' && name !== 'cost'
        ? (...args: readonly unknown[]) => this.#call(name, '', async () => method.apply(port, args))
        : method;
    return Object.fromEntries(
      Object.entries(port).map(([name, method]) => [name, around(name, method)]),
    ) as Port;
  }

  /** A list that has not heard of what was made within this run. */
  #withoutNew(state: ForgeState): ForgeState {
    const isOld = ({ number }: { readonly number: number }): boolean => number <= this.#newestPull;
    return { ...state, pulls: state.pulls.filter(isOld), siblings: state.siblings.filter(isOld) };
  }

  async #call<Value>(
    method: string,
    detail: string,
    effect: (lags: boolean) => Promise<Value>,
  ): Promise<Value> {
    for (let turn = 0; turn < this.#plan.pace; turn += 1) await undefined;
    this.#calls += 1;
    const faults = this.#plan.faults.filter(({ call }) => call === this.#calls);
    if (this.#isDead) throw new FakeCrash('the process is gone');
    for (const fault of faults.filter(({ when }) => when === 'before')) this.#strike(fault, method);
    const lag = faults.find(({ what }) => what === 'lag');
    if (lag) this.#watcher.struck(lag, method);
    // there are few proposals: the next one is meant
    const within =
      method === 'propose'
        ? this.#plan.faults.find(({ when, call }) => when === 'within' && call <= this.#calls)
        : undefined;
    if (within) this.#forge.crashNext(this.#calls % 2 === 0 ? 'branch' : 'commit');
    const value = await this.#tried(effect(lag !== undefined), within, method);
    this.#watcher.seen(method, detail);
    for (const fault of faults.filter(({ when, what }) => when === 'after' && what !== 'lag'))
      this.#strike(fault, method);
    return value;
  }

  /** A proposal that is cut off leaves what it did until then; its caller hears nothing, or that the answer was lost. */
  async #tried<Value>(answer: Promise<Value>, within: CallFault | undefined, method: string): Promise<Value> {
    try {
      return await answer;
    } catch (fault) {
      if (!(fault instanceof FakeCrash) || !within) throw fault;
      this.#watcher.seen(method, 'cut off');
      this.#strike(within, method);
      throw fault;
    } finally {
      if (within) this.#forge.crashNext('never' as never);
    }
  }

  #strike(fault: CallFault, method: string): void {
    this.#watcher.struck(fault, method);
    if (fault.what === 'lag') return;
    if (fault.what === 'race') this.#watcher.act(fault.act);
    else if (fault.what === 'kill') {
      this.#isDead = true;
      throw new FakeCrash(`killed at call ${fault.call}`);
    } else
      throw new ToolError({
        code: CODES[fault.what],
        message: `${method}: as planned`,
        cause: new Error(`authorization: ${SECRET}`),
      });
  }
}
