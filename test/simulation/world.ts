import { createHash } from 'node:crypto';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import type { Answering } from '../../src/app/answer-comment.ts';
import type { World } from '../../src/app/world.ts';
import { elapsed, type Instant, instant, type Millis, millis, type Sha } from '../../src/core/units.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Scratch } from '../../src/ports/scratch.ts';
import { minute } from '../builders/release.ts';
import { createFakeForge, type FakeForge, type FakeRules } from '../fakes/forge.ts';
import type { DrillRun } from './drill-run.ts';
import { firstFiles } from './files.ts';
import { Invariants } from './invariants.ts';
import { Metrics } from './metrics.ts';
import { Orders } from './orders.ts';
import { People } from './people.ts';
import type { RunCalls, Watcher } from './run-calls.ts';
import { beginRun, RunForge } from './run-forge.ts';
import {
  type ActKind,
  CLEAN,
  type DrillPlan,
  type RuleFault,
  type RunPlan,
  type Scenario,
} from './scenario.ts';
import { minuteOf, Serving } from './serving.ts';

const RULES: Readonly<Record<RuleFault, FakeRules>> = {
  protected: {
    commit: { kind: 'refused', code: 'RULE_VIOLATION', message: 'changes must come by pull request' },
  },
  'no-pulls': {
    propose: {
      kind: 'refused',
      code: 'PULL_REQUESTS_NOT_ALLOWED',
      message: 'not allowed to open pull requests',
    },
  },
  'no-permission': {
    commit: { kind: 'refused', code: 'PERMISSION_MISSING', message: 'needs contents: write' },
    propose: { kind: 'refused', code: 'PERMISSION_MISSING', message: 'needs contents: write' },
  },
  'check-slow': { pending: 'ci' },
  'check-slow-no-auto': { pending: 'ci', autoMerge: false },
  'check-fails': {
    merge: { kind: 'blocked', code: 'RULE_VIOLATION', message: 'required check "ci" failed' },
  },
};

/** What a run is given. */
export interface Entered {
  readonly world: World;
  readonly forge: RunForge;
  readonly calls: RunCalls;
  readonly answering: Answering;
  /** Its checkout. */
  readonly head: Sha;
}

type Opening = Pick<World, 'openProvider' | 'clock'> & {
  /** Whom people act on who are quicker. */
  readonly release: string;
  readonly head: Sha;
  readonly drill?: DrillRun;
};

/** Everything around Belay, in virtual time: one repository, its people, what serves, what measures. */
export class SimWorld {
  readonly scenario: Scenario;
  readonly forge: FakeForge;
  readonly people: People;
  readonly orders: Orders;
  readonly serving: Serving;
  readonly metrics: Metrics;
  readonly invariants: Invariants;
  /** What happened, for coverage. */
  readonly marks = new Set<string>();
  /** Minute of the last tick. */
  lastTick = 0;
  /** Everything that was told to people in logs. */
  readonly #log: string[] = [];
  readonly #history = createHash('sha256');
  readonly #trace: string[] = [];
  #now: Instant = minute(0);
  #drills = 0;
  #rulesUntil = 0;
  #head: Sha;
  #slept = 0;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.forge = createFakeForge({ files: firstFiles(scenario), clock: { now: () => this.#now } });
    this.people = new People(this.forge, scenario.releases);
    this.orders = new Orders(this.forge, () => this.#now);
    this.serving = new Serving(scenario.releases, () => this.forge.commitAt(this.forge.tip('main')!).tree);
    this.metrics = new Metrics(this.serving);
    this.invariants = new Invariants({ ...this, scenario, now: () => this.#now });
    this.#head = this.forge.tip('main')!;
    this.serving.flowTo(this.#now);
  }

  get minute(): number {
    return minuteOf(this.#now);
  }

  get now(): Instant {
    return this.#now;
  }

  /** Time asleep in the run under way. */
  get slept(): number {
    return this.#slept;
  }

  /** Lets time pass until a minute; what a run slept is not given back. */
  passTo(at: number): void {
    this.#now = instant(Math.max(this.#now, minute(at)));
    if (at >= this.#rulesUntil && this.#rulesUntil > 0) this.setRules(undefined, 0);
    // what conflicted while it was armed, and does not any more, is merged by the forge
    else if (this.#rulesUntil === 0) this.forge.setRules({});
    this.invariants.check();
    this.serving.flowTo(this.#now);
  }

  setRules(fault: RuleFault | undefined, minutes: number): void {
    this.#rulesUntil = fault === undefined ? 0 : this.minute + minutes;
    this.forge.setRules(fault === undefined ? {} : RULES[fault]);
    this.note(`rules ${fault ?? 'none'}`);
    this.invariants.check();
  }

  get hasRules(): boolean {
    return this.#rulesUntil > 0;
  }

  act(release: string, kind: ActKind): boolean {
    this.invariants.isRewriting = kind === 'force-push';
    const isDone = this.people.act(release, kind);
    this.note(`act ${release} ${kind} ${isDone}`);
    this.invariants.check();
    this.invariants.isRewriting = false;
    if (isDone) this.marks.add(`act ${kind}`);
    return isDone;
  }

  /** The world as one run meets it. */
  enter(run: RunPlan, release: string): Entered {
    if (!run.stale) this.#head = this.forge.tip('main')!;
    const openProvider: World['openProvider'] = async () => this.metrics.open(this.#clock(0));
    return this.#open(run, { release, head: this.#head, openProvider, clock: this.#clock(run.skew) });
  }

  /** The world as a drill meets it: what it sees is no evidence, and no later run works on its checkout. */
  enterDrill(plan: DrillPlan): Entered & { readonly drill: DrillRun; readonly scratch: Scratch } {
    const { run, release } = plan;
    this.#drills += 1;
    // names are of the moment: no two drills begin in the same one
    const clock = this.#clock(run.skew + this.#drills / 60_000);
    const drill = this.invariants.beginDrill(plan, clock.now());
    const entered = this.#open(run, {
      release,
      head: run.stale ? this.#head : this.forge.tip('main')!,
      openProvider: async () => this.metrics.open(this.#clock(0), []),
      clock,
      drill,
    });
    return { ...entered, drill, scratch: entered.forge.scratch() };
  }

  /** The world as it is for somebody who only looks, and for whom nothing goes wrong and no time passes. */
  look(): World {
    const nothing = (): void => undefined;
    const run = beginRun(this.forge, this.forge.tip('main')!, CLEAN, {
      seen: nothing,
      struck: nothing,
      act: nothing,
    });
    const clock: Clock = { now: () => this.#now, sleep: async () => undefined };
    const openProvider: World['openProvider'] = async () => this.metrics.open(clock, []);
    return this.#worldOf(new RunForge(run), { openProvider, clock, log: nothing });
  }

  #open(run: RunPlan, { release, head, drill, openProvider, clock }: Opening): Entered {
    this.#slept = 0;
    const who = drill ? 'drill: ' : '';
    const watcher: Watcher = {
      seen: (method, detail) => {
        this.note(`${who}${method} ${detail} ${this.forge.tip('main')}`);
        this.invariants.check();
      },
      struck: (fault, method) => {
        this.note(`${who}fault ${fault.what} ${fault.when} ${fault.call} ${method}`);
        if (drill) this.marks.add(`drill ${fault.what}`).add(`drill struck at ${method}`);
        else this.marks.add(`fault ${fault.what} ${fault.when}`).add(`struck ${method}`);
        if (fault.what === 'kill') this.marks.add('REL-29');
        if (fault.what === 'lag') this.marks.add('REL-34');
      },
      act: (kind) => void this.act(release, kind),
      ...(drill ? { begin: (method) => drill.begin(method) } : {}),
    };
    const begun = beginRun(this.forge, head, run, watcher);
    const forge = new RunForge(begun);
    const log = (line: string) => void this.#log.push(line);
    const world = this.#worldOf(forge, { openProvider, clock, log });
    const pulls = forge.through(this.orders.pulls);
    return { world, forge, calls: begun.calls, answering: { people: world.people, pulls }, head };
  }

  #worldOf(
    forge: RunForge,
    {
      openProvider,
      clock,
      log,
    }: Pick<World, 'openProvider' | 'clock'> & { readonly log: (line: string) => void },
  ): World & Pick<Answering, 'people'> {
    return {
      forge,
      people: forge.through(this.orders.people),
      openProvider,
      clock,
      log: { info: log, warn: log, debug: () => undefined },
      sha256,
      tool: 'belay simulated',
      trigger: { kind: 'schedule', actor: null },
    };
  }

  #clock(skew: number): Clock {
    return {
      now: () => instant(this.#now + skew * 60_000),
      sleep: async (length: Millis) => {
        this.#now = instant(this.#now + length);
        this.#slept += length;
      },
    };
  }

  /** One event of the history. */
  note(event: string): void {
    const line = `${this.#now} ${event}`;
    this.#history.update(`${line}\n`);
    this.#trace.push(line);
  }

  get trace(): readonly string[] {
    return this.#trace;
  }

  takeLog(): readonly string[] {
    return this.#log.splice(0);
  }

  /** Names the whole history: the same for the same seed. */
  digest(): string {
    return this.#history.copy().digest('hex');
  }
}

/** Minutes between two moments. */
export function minutesBetween(from: Instant, to: Instant): number {
  return elapsed(from, to) / millis(60_000);
}
