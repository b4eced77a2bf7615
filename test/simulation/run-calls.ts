import { ToolError, type ToolErrorCode } from '../../src/core/errors.ts';
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
  /** A call is about to take effect, if any; gives what is to be done as soon as it has. */
  begin?(method: string): () => void;
}

const CODES: Readonly<Record<Exclude<FaultKind, 'kill'>, ToolErrorCode>> = {
  unavailable: 'FORGE_UNAVAILABLE',
  'rate-limited': 'RATE_LIMITED',
  unauthorised: 'UNAUTHORISED',
  corrupt: 'CORRUPT',
};

/** The calls of one run, counted over all its ports, and what goes wrong at them. A run that was killed gets no further answer. */
export class RunCalls {
  readonly #forge: FakeForge;
  readonly #plan: RunPlan;
  readonly #watcher: Watcher;
  readonly #byMethod = new Map<string, number>();
  #calls = 0;
  #requests = 0;
  #isDead = false;

  constructor(forge: FakeForge, plan: RunPlan, watcher: Watcher) {
    this.#forge = forge;
    this.#plan = plan;
    this.#watcher = watcher;
  }

  get count(): number {
    return this.#calls;
  }

  /** Calls of the forge's API: those of this run alone. */
  get requests(): number {
    return this.#requests;
  }

  async call<Value>(
    method: string,
    detail: string,
    effect: (lags: boolean) => Promise<Value>,
  ): Promise<Value> {
    for (let turn = 0; turn < this.#plan.pace; turn += 1) await undefined;
    this.#calls += 1;
    const nth = (this.#byMethod.get(method) ?? 0) + 1;
    this.#byMethod.set(method, nth);
    const faults = this.#plan.faults.filter((fault) => {
      const of = 'of' in fault ? fault.of : undefined;
      return of === undefined ? fault.call === this.#calls : of === method && fault.call === nth;
    });
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
    const requests = this.#forge.requests.length;
    const done = this.#watcher.begin?.(method);
    // in memory a call has had its effect when it gives its promise
    const answer = effect(lag !== undefined);
    done?.();
    this.#requests += this.#forge.requests.length - requests;
    const value = await this.#tried(answer, within, method);
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
