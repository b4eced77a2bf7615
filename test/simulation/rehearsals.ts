import type { DrillReport } from '../../src/report/drill.ts';
import type { ReleaseReport, RunReport } from '../../src/report/run-report.ts';
import type { FakeForge } from '../fakes/forge.ts';
import type { DrillRun } from './drill-run.ts';
import { SUFFIX } from './drills.ts';
import { exposure, manifestPath, newestMove, readManifest } from './files.ts';
import { CLEAN, type DrillPlan, type RunPlan } from './scenario.ts';
import type { System } from './system.ts';
import type { Entered, SimWorld } from './world.ts';

/** A run to its end, or to where it broke. */
type Run = (
  plan: RunPlan,
  entered: Entered,
  start: () => Promise<DrillReport>,
) => Promise<DrillReport | undefined>;

/** Minutes after which a drill takes another one for killed. */
const KILLED_AFTER = 61;

/** The drills of a history, and what is decided before and after each (INV-19). */
export class Rehearsals {
  readonly #system: System;
  readonly #world: SimWorld;
  readonly #run: Run;

  constructor(system: System, world: SimWorld, run: Run) {
    this.#system = system;
    this.#world = world;
    this.#run = run;
  }

  /** @param how.isBeside another run goes on at the same time, and decides for itself */
  async drill(
    plan: DrillPlan,
    { isBeside }: { readonly isBeside: boolean },
  ): Promise<DrillReport | undefined> {
    const world = this.#world;
    const { invariants } = world;
    const before = isBeside ? undefined : await this.#look();
    const entered = world.enterDrill(plan);
    world.note(`drill ${plan.release} ${plan.variant} ${entered.drill.id}`);
    if (isBeside) world.marks.add('drill beside a run');
    const report = await this.#run(plan.run, entered, () =>
      this.#system.drill(entered.world, entered.scratch, { ...plan, suffix: SUFFIX }),
    );
    if (report) this.#checkReport(entered.drill, report);
    else if (entered.drill.left.length > 0) world.marks.add('drill killed in the middle');
    if (!before || invariants.violations.length > 0) return report;
    // where it waited for the checks of its record, time has passed, and ticks decide by time
    const after = world.slept > 0 ? before : await this.#look();
    if (describe(before) !== describe(after))
      invariants.fail('INV-19', `before the drill ${describe(before)}, after it ${describe(after)}`);
    if (report && report.result.kind !== 'aborted') this.#checkSeen(plan, before);
    return report;
  }

  /** An hour after the end of a history nothing of its drills is there any more, once another one is held. */
  async last(): Promise<void> {
    const world = this.#world;
    world.passTo(world.minute + KILLED_AFTER);
    const release = world.scenario.releases[0]!.name;
    const report = await this.drill({ release, variant: 'healthy', run: CLEAN }, { isBeside: false });
    if (!report || report.result.kind === 'aborted') return;
    const left = world.invariants.drills.leftAt(world.now);
    if (left.length > 0) world.invariants.fail('INV-19', `the last drill leaves ${left}`);
  }

  #checkReport(drill: DrillRun, report: DrillReport): void {
    const { invariants, marks } = this.#world;
    const { result, variant, receipt, findings } = report;
    invariants.checkSecret([JSON.stringify(report)]);
    drill.end(report);
    const own = findings.find(({ text }) => text.includes('please report it'));
    if (own) invariants.fail('INV-19', `a drill blames Belay itself: ${own.code}: ${own.text}`);
    marks.add(`drill ${result.kind}`).add(`drill receipt ${receipt.kind}`);
    if (result.kind !== 'aborted') marks.add(`drill ${variant} ${result.kind}`);
    for (const { code } of findings) marks.add(`drill finding ${code}`);
    if (result.kind === 'aborted' && drill.hasWritten) marks.add('drill aborted in the middle');
    this.#world.note(
      `drill ${result.kind} ${result.kind === 'aborted' ? result.reason : findings.map(({ code }) => code)} ${receipt.kind}`,
    );
  }

  /** What a tick at this moment would decide. */
  #look(): Promise<RunReport> {
    return this.#system.advance(this.#world.look(), { only: [], dryRun: true });
  }

  /** A release that fails, or is in flight and cannot be judged, had to stop it. */
  #checkSeen({ release, run }: DrillPlan, { releases }: RunReport): void {
    const { invariants, forge } = this.#world;
    if (run.skew !== 0) return;
    const seen = releases.find(
      (one) => one.decision.kind === 'rollback' || (isInFlight(forge, one.name) && !isJudged(one)),
    );
    if (!seen) return;
    const { name, decision } = seen;
    invariants.fail(
      'INV-19',
      `a drill of ${release} goes on while ${name} is ${decision.kind} ${decision.reasons[0].code}`,
    );
  }
}

/** By the manifest; where that cannot be read, by the last that was done about it. */
function isInFlight(forge: FakeForge, name: string): boolean {
  const path = manifestPath(name);
  const { tree } = forge.commitAt(forge.tip('main')!);
  const manifest = readManifest(path, tree.get(path));
  if (manifest) return exposure(manifest) > 0;
  const last = newestMove(tree, name)?.decision.kind ?? 'adopt';
  return tree.has(path) && ['start', 'advance', 'reduce'].includes(last);
}

function isJudged({ assessment }: ReleaseReport): boolean {
  return assessment?.overall === 'pass' || assessment?.overall === 'inconclusive';
}

/** What is decided of each release; not when, nor on which commit. */
function describe({ releases }: RunReport): string {
  return releases
    .map(
      ({ name, decision, weight }) =>
        `${name} ${decision.kind} ${decision.reasons[0].code} ${weight} to ${decision.to}`,
    )
    .join(', ');
}
