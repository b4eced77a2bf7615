import type { CommentAnswer } from '../../src/app/answer-comment.ts';
import { ToolError } from '../../src/core/errors.ts';
import { instant } from '../../src/core/units.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { FakeCrash } from '../fakes/forge.ts';
import { TICK } from './draw.ts';
import { manifestPath, readManifest, readRecord, recordPaths } from './files.ts';
import type { Violation } from './invariants.ts';
import { Liveness } from './liveness.ts';
import { markAnswer, markHappening, markReport } from './marks.ts';
import type { Given } from './orders.ts';
import { mayOrder } from './persons.ts';
import { Rehearsals } from './rehearsals.ts';
import type { RunCalls } from './run-calls.ts';
import { CLEAN, type DrillPlan, type Happening, type RunPlan, type Scenario } from './scenario.ts';
import type { System } from './system.ts';
import { type Entered, SimWorld } from './world.ts';

/** Ticks after the faults in which everything must come to rest. */
const HEAL_TICKS = 42;
/** More of them where everybody failed for a while: until a step that this fell into is proven safe all the same. */
const OUTAGE_TICKS = 30;
/** Calls of the forge's API by one run, for each release, and milliseconds that one may sleep. */
const MOST_REQUESTS = 30;
/** By a drill, which waits for the checks of its record. */
const MOST_OF_DRILL = 60;
const MOST_CALLS = 300;
const MOST_SLEEP = 10 * 60_000;

/** What one history came to. */
export interface Outcome {
  readonly violations: readonly Violation[];
  readonly marks: ReadonlySet<string>;
  /** Minutes from the first harm that a version did until it had no traffic, for each version that lost it. */
  readonly restored: readonly number[];
  /** Runs of Belay. */
  readonly runs: number;
  /** Names the whole history. */
  readonly digest: string;
  /** Manifests and splits at the end, for comparing histories. */
  readonly end: string;
  readonly trace: readonly string[];
}

/** Plays one history. Ends at the first violation. */
export async function simulate(system: System, scenario: Scenario): Promise<Outcome> {
  const world = new SimWorld(scenario);
  const play = new Play(system, world);
  await play.all();
  const { marks, invariants } = world;
  return {
    violations: invariants.violations,
    marks,
    restored: play.liveness.restored,
    runs: play.runs,
    digest: world.digest(),
    end: play.describeEnd(),
    trace: world.trace,
  };
}

class Play {
  readonly #system: System;
  readonly #world: SimWorld;
  readonly liveness: Liveness;
  readonly #rehearsals: Rehearsals;
  runs = 0;

  constructor(system: System, world: SimWorld) {
    this.#system = system;
    this.#world = world;
    this.liveness = new Liveness(world);
    this.#rehearsals = new Rehearsals(system, world, (plan, entered, start) =>
      this.#guarded(plan, start, entered),
    );
  }

  async all(): Promise<void> {
    const { scenario, invariants } = this.#world;
    const skews = scenario.happenings.flatMap((one) =>
      'run' in one ? [one.run.skew, 'other' in one ? one.other.skew : 0] : [],
    );
    invariants.tolerate({ wrong: Math.max(0, ...skews.map(Math.abs)), early: Math.max(0, ...skews) });
    await this.#tick(CLEAN);
    if (scenario.releases.some(({ older }) => older)) {
      this.#world.people.succeed();
      this.#world.passTo(1);
      await this.#tick(CLEAN);
    }
    for (const happening of scenario.happenings) {
      if (invariants.violations.length > 0) return;
      this.#world.passTo(happening.at);
      markHappening(this.#world, happening);
      await this.#happen(happening);
    }
    await this.#heal();
  }

  async #happen(happening: Happening): Promise<void> {
    const world = this.#world;
    switch (happening.kind) {
      case 'tick':
        return this.#beside(happening.drill, () => this.#tick(happening.run));
      case 'drill':
        await this.#rehearsals.drill(happening.drill, { isBeside: false });
        return;
      case 'twins':
        return this.#beside(happening.drill, () => this.#twins(happening));
      case 'order':
        return this.#beside(happening.drill, () =>
          this.#order(happening.release, {
            ...happening,
            from: happening.from === 'stable' ? this.#stableOf(happening.release) : undefined,
          }),
        );
      case 'command':
        await this.#command(happening);
        return;
      case 'review': {
        const { release, by, state } = happening;
        const isDone = world.orders.review(release, by, state);
        world.note(`review ${release} ${by} ${state} ${isDone}`);
        if (isDone) world.marks.add(`review ${state}`);
        return;
      }
      case 'act':
        world.act(happening.release, happening.act);
        return;
      case 'metrics':
        world.metrics.break(happening.fault, world.minute, happening.minutes);
        return;
      case 'rules':
        world.setRules(happening.fault, happening.minutes);
        return;
      case 'serving':
        world.serving.stick(world.minute + happening.minutes);
        return;
      case 'outage':
        world.serving.failAll(world.minute + happening.minutes);
        return;
    }
  }

  async #twins({ run, other, order }: Extract<Happening, { kind: 'twins' }>): Promise<void> {
    await Promise.all([
      this.#run(run, (one) => this.#system.advance(one, { only: [], dryRun: false })),
      order === undefined
        ? this.#run(other, (one) => this.#system.advance(one, { only: [], dryRun: false }))
        : this.#order(order, { from: undefined, ifFailing: false, run: other }),
    ]);
  }

  /** Other runs, and a drill at the same time. */
  async #beside(drill: DrillPlan | undefined, run: () => Promise<void>): Promise<void> {
    await Promise.all([drill && this.#rehearsals.drill(drill, { isBeside: true }), run()]);
  }

  async #heal(): Promise<void> {
    const world = this.#world;
    const { scenario, invariants } = world;
    world.passTo(scenario.healAt);
    world.setRules(undefined, 0);
    world.metrics.heal();
    world.serving.heal();
    world.people.repair();
    world.people.answer(new Set(), this.#reviewed);
    // a branch that was merged late may bring back what a push with force had taken away
    world.people.repair();
    invariants.check();
    let report: RunReport | undefined;
    const hadOutage = scenario.happenings.some(({ kind }) => kind === 'outage');
    const ticks = HEAL_TICKS + (hadOutage ? OUTAGE_TICKS : 0);
    for (let tick = 1; tick <= ticks && invariants.violations.length === 0; tick += 1) {
      world.passTo(scenario.healAt + tick * TICK);
      report = await this.#advance(CLEAN);
      this.liveness.afterTick(report, true);
      await this.#mend(report);
      const reasons = report?.releases.map(({ name, decision }) => ({ name, ...decision.reasons[0] })) ?? [];
      for (const { code, text } of reasons) if (code === 'HISTORY_REWRITTEN') world.people.resume(text);
      const open = new Map(
        reasons.flatMap(({ name, code, text }) => (code === 'ROLLBACK_OPEN' ? [[name, text]] : [])),
      );
      // what another release waits for is merged or closed as well
      const supports = reasons.flatMap(({ code, text }) =>
        code === 'ROLLBACK_PENDING' ? (/depends on (\S+), which/.exec(text)?.slice(1) ?? []) : [],
      );
      const again = world.people.answer(new Set([...open.keys(), ...supports]), this.#reviewed);
      for (const name of again) {
        const told = open.get(name);
        // people do what they are told to
        const [, from] = /with `from: (\S+)`/.exec(told ?? '') ?? [];
        if (told === undefined) world.people.closeRollbacks(name);
        else await this.#order(name, { from, ifFailing: false, run: CLEAN });
      }
      invariants.check();
      if (report && this.liveness.isAtRest(report)) break;
    }
    if (invariants.violations.length === 0) this.liveness.atEnd(report);
    if (scenario.drills && invariants.violations.length === 0) await this.#rehearsals.last();
  }

  /** Releases whose steps are approved in words, where somebody has the role. */
  get #reviewed(): ReadonlySet<string> {
    const { roles, releases } = this.#world.scenario;
    return new Set(roles ? releases.map(({ name }) => name) : []);
  }

  /** Once the trouble is over, somebody with the role resumes what is paused and approves what waits: by a comment or a review. */
  async #mend(report: RunReport | undefined): Promise<void> {
    const { scenario, orders } = this.#world;
    if (!scenario.roles) return;
    for (const { name, decision, receipt } of report?.releases ?? []) {
      const codes: readonly string[] = decision.reasons.map(({ code }) => code);
      const order = { release: name, by: 'ana', isFromStable: false, age: 0, isHeardAgain: false } as const;
      if (codes.includes('PAUSED_BY_PERSON') || codes.includes('LOOKS_WRONG'))
        this.#endPending(await this.#command({ ...order, order: 'resume', run: CLEAN }));
      if (receipt.kind !== 'awaiting-approval') continue;
      // who asked for changes is content now, or nobody else's approval would count
      for (const one of scenario.happenings)
        if (one.kind === 'review' && one.release === name && one.state === 'changes-requested')
          orders.review(name, one.by, 'approved');
      if (receipt.pull.number % 2 === 0) orders.review(name, 'ana', 'approved');
      else await this.#command({ ...order, order: 'approve', run: CLEAN });
    }
  }

  /** Whose order waits for an open rollback merges that, as told, or closes it where it conflicts. */
  #endPending(answer: CommentAnswer | undefined): void {
    const { people, forge } = this.#world;
    const [reason] = answer?.kind === 'obeyed' ? (answer.report.releases[0]?.decision.reasons ?? []) : [];
    const [, number] = /^pull request #(\d+) rolls it back/.exec(reason?.text ?? '') ?? [];
    if (reason?.code !== 'ROLLBACK_PENDING' || number === undefined) return;
    const [, , name] = forge.pulls[Number(number) - 1]?.branch.split('/') ?? [];
    if (name === undefined) return;
    for (const one of people.answer(new Set([name]), this.#reviewed)) people.closeRollbacks(one);
  }

  /** Somebody orders something in a comment; it may be heard of twice, or while a tick runs. */
  async #command(
    happening: Omit<Extract<Happening, { kind: 'command' }>, 'at' | 'kind'>,
  ): Promise<CommentAnswer | undefined> {
    const world = this.#world;
    const { release, order, by, until, age, isFromStable, isHeardAgain, run, beside } = happening;
    const { event, given } = world.orders.write({
      release,
      order,
      by,
      age,
      version: order === 'lift-quarantine' ? this.#quarantinedOf(release) : this.#leftBy(happening),
      until: until === undefined ? undefined : instant(world.now + until * 60_000),
    });
    world.note(`command ${release} ${order} ${by} ${isFromStable ? 'stable' : ''}`);
    const before = this.#describePlace();
    const answer = async (plan: RunPlan): Promise<CommentAnswer | undefined> =>
      this.#answer(plan, given, async (one, answering) => this.#system.answerComment(one, event, answering));
    const ticked =
      beside && this.#run(beside, (one) => this.#system.advance(one, { only: [], dryRun: false }));
    const [answered] = await Promise.all([answer(run), ticked]);
    if (isHeardAgain) await answer(CLEAN);
    const isAlone = !beside && run.faults.every(({ what }) => what !== 'race');
    if (!mayOrder(by, order) && isAlone && before !== this.#describePlace())
      world.invariants.fail('INV-17', `${by} may not order ${order} of ${release}, and something came of it`);
    this.liveness.afterOrder(release);
    return answered;
  }

  /** The branches that a refused order must leave as they are. */
  #describePlace(): string {
    const { forge } = this.#world;
    const pulls = forge.pulls.map(({ state, head, armed }) => `${state} ${head} ${armed}`);
    return [forge.tip('main'), ...pulls].join('\n');
  }

  #leftBy({
    order,
    release,
    isFromStable,
  }: Pick<Given, 'order' | 'release'> & { readonly isFromStable: boolean }): string | undefined {
    return order === 'rollback' && isFromStable ? this.#stableOf(release) : undefined;
  }

  /** The version that was taken back last; undefined when none was. */
  #quarantinedOf(release: string): string | undefined {
    const { forge } = this.#world;
    const { tree } = forge.commitAt(forge.tip('main')!);
    return recordPaths(tree, release)
      .flatMap((path) => readRecord(tree.get(path))?.quarantine ?? [])
      .at(-1)?.version;
  }

  async #tick(run: RunPlan): Promise<void> {
    const report = await this.#advance(run);
    this.liveness.afterTick(report, run === CLEAN);
  }

  async #advance(run: RunPlan): Promise<RunReport | undefined> {
    const { forge, invariants } = this.#world;
    const { tree } = forge.commitAt(forge.tip('main')!);
    const report = await this.#run(run, (one) => this.#system.advance(one, { only: [], dryRun: false }));
    if (report && run === CLEAN) invariants.dependents.checkTick(report, tree);
    return report;
  }

  async #order(
    release: string,
    {
      from,
      ifFailing,
      run,
    }: { readonly from: string | undefined; readonly ifFailing: boolean; readonly run: RunPlan },
  ): Promise<void> {
    await this.#run(run, (one) =>
      this.#system.rollback(one, {
        release,
        reason: 'it is slow',
        from,
        onlyIfFailing: ifFailing,
        dryRun: false,
      }),
    );
    this.liveness.afterOrder(release);
  }

  #stableOf(release: string): string | undefined {
    const path = manifestPath(release);
    return readManifest(path, this.#world.forge.textAt(path))?.spec.stable.version;
  }

  /** A run that answers a comment. */
  async #answer(
    plan: RunPlan,
    given: Given,
    start: (world: Entered['world'], answering: Entered['answering']) => Promise<CommentAnswer>,
  ): Promise<CommentAnswer | undefined> {
    const world = this.#world;
    let head: Entered['head'] | undefined;
    const answer = await this.#guarded(plan, async (entered) => {
      head = entered.head;
      return start(entered.world, entered.answering);
    });
    if (!answer || head === undefined) return undefined;
    markAnswer(world, given, { answer, plan });
    if (answer.kind === 'obeyed') this.#checkReport(answer.report, head);
    if (answer.kind === 'refused') world.invariants.checkSecret([answer.message]);
    world.orders.checkAnswer(given, answer, (invariant, what) => world.invariants.fail(invariant, what));
    return answer;
  }

  /** One run, to its end or to where it broke. */
  async #run(
    plan: RunPlan,
    start: (world: Entered['world']) => Promise<RunReport>,
  ): Promise<RunReport | undefined> {
    let head: Entered['head'] | undefined;
    const report = await this.#guarded(plan, (entered) => {
      head = entered.head;
      return start(entered.world);
    });
    if (report && head !== undefined) this.#checkReport(report, head);
    return report;
  }

  /** @param head the checkout of its run */
  #checkReport(report: RunReport, head: Entered['head']): void {
    const { invariants, forge } = this.#world;
    markReport(this.#world, report);
    const trees = [head, report.head].map((id) => forge.commitAt(id).tree);
    for (const release of report.releases) invariants.recovery.checkReport(release, trees);
    invariants.checkSecret([JSON.stringify(report)]);
    const receipts = JSON.stringify(report.releases.map(({ receipt }) => receipt));
    if (receipts.includes('"BUG"')) invariants.fail('BUG', receipts);
  }

  /** Only what callers are promised may come out of a run. */
  async #guarded<Result>(
    plan: RunPlan,
    start: (entered: Entered) => Promise<Result>,
    given?: Entered,
  ): Promise<Result | undefined> {
    const world = this.#world;
    const { invariants, scenario } = world;
    this.runs += 1;
    invariants.knownPulls = world.forge.pulls.length;
    invariants.knownClosed = world.people.closed.length;
    const entered = given ?? world.enter(plan, scenario.releases[0]!.name);
    let result: Result | undefined;
    try {
      result = await start(entered);
    } catch (fault) {
      if (fault instanceof ToolError) invariants.checkSecret([fault.message]);
      const isPromised = fault instanceof FakeCrash || (fault instanceof ToolError && fault.code !== 'BUG');
      if (!isPromised)
        invariants.fail('BUG', fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
      world.note(`ended by ${fault instanceof Error ? fault.message : String(fault)}`);
    }
    this.#checkCosts(entered.calls, given ? MOST_OF_DRILL : MOST_REQUESTS);
    invariants.checkSecret(world.takeLog());
    invariants.check();
    if (plan === CLEAN) invariants.checkRollbacks();
    return result;
  }

  /** INV-15. */
  #checkCosts({ requests, count: calls }: RunCalls, most: number): void {
    const { invariants, scenario, slept } = this.#world;
    const { length } = scenario.releases;
    if (requests > most * length || calls > MOST_CALLS * length || slept > MOST_SLEEP)
      invariants.fail('INV-15', `a run made ${requests} requests and ${calls} calls, and slept ${slept} ms`);
  }

  describeEnd(): string {
    const { forge, scenario } = this.#world;
    return scenario.releases
      .flatMap(({ name }) => [forge.textAt(manifestPath(name)), forge.textAt(`serving/${name}.yaml`)])
      .join('\n---\n');
  }
}
