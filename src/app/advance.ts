import { combineChanges } from '../core/change/build-change.ts';
import { versionRef } from '../core/record/version-ref.ts';
import { type Instant, millis, type Sha } from '../core/units.ts';
import type { Receipt, ReleaseReport, RunReport } from '../report/run-report.ts';
import { describeStep } from '../report/step-pull-request.ts';
import { evaluate, openProviders } from './evaluate.ts';
import { planRelease, type ReleasePlan, reportUnreadable } from './plan-release.ts';
import { proposeAndMerge, shortOperation } from './propose.ts';
import { readSnapshot, type Snapshot } from './read-snapshot.ts';
import { type RollbackOrder, runRollback } from './restore.ts';
import type { World } from './world.ts';

export interface AdvanceOptions {
  /** Only these releases; empty means all. */
  readonly only: readonly string[];
  readonly dryRun: boolean;
  /** How often to read and decide again when the branch moves. Default 3. */
  readonly attempts?: number;
}

/**
 * One tick: reads the default branch at one commit, evaluates every release under way, decides, and applies. Rollbacks go
 * first, each as its own pull request; all other changes land as one commit. When the branch moved, everything is read and
 * decided again; nothing is ever re-applied.
 */
export async function advance(world: World, options: AdvanceOptions): Promise<RunReport> {
  const attempts = options.attempts ?? 3;
  let head = await world.forge.head();
  let done: readonly ReleaseReport[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const tick = await runTick(world, { ...options, head, skip: new Set(done.map((report) => report.name)) });
    const settled = tick.releases.filter((report) => report.receipt.kind !== 'head-moved');
    const moved = tick.releases.length > settled.length;
    done = [...done, ...settled];
    if (!moved || attempt >= attempts) {
      const rest = tick.releases.filter((report) => report.receipt.kind === 'head-moved');
      return {
        ...tick,
        releases: [...done, ...rest].sort((a, b) => (a.name < b.name ? -1 : 1)),
        ...cost(world),
      };
    }
    world.log.info(
      `${world.forge.defaultBranch} moved from ${head.slice(0, 7)} while deciding; reading it again`,
    );
    await world.clock.sleep(millis(250 * attempt));
    head = await world.forge.refresh();
  }
}

interface TickOptions extends AdvanceOptions {
  readonly head: Sha;
  /** Releases that this run has dealt with. */
  readonly skip: ReadonlySet<string>;
}

async function runTick(world: World, options: TickOptions): Promise<RunReport> {
  const snapshot = await readSnapshot(world, options.head);
  const now = world.clock.now();
  const plans: ReleasePlan[] = [];
  const reports: ReleaseReport[] = [];
  const providers = openProviders(world, snapshot.config);
  const chosen = snapshot.releases.filter((release) => isChosen(release, options));
  await Promise.all(
    chosen.map(async (release) => {
      if (release.kind === 'unreadable') return void reports.push(reportUnreadable(release));
      const evidence = await evaluate(world, providers, { release, now });
      plans.push(await planRelease(world, snapshot, { release, evidence, now }));
    }),
  );
  plans.sort((a, b) => (a.report.name < b.report.name ? -1 : 1));
  const applied = await applyPlans(world, snapshot, { plans, now, dryRun: options.dryRun });
  return {
    command: 'advance',
    at: now,
    head: snapshot.head,
    dryRun: options.dryRun,
    releases: [...reports, ...applied],
    problems: snapshot.problems,
    ...cost(world),
  };
}

function isChosen(release: Snapshot['releases'][number], options: TickOptions): boolean {
  const name =
    release.kind === 'readable' ? release.parsed.release.metadata.name : (release.name ?? release.path);
  if (options.skip.has(name)) return false;
  return options.only.length === 0 || options.only.includes(name);
}

interface Application {
  readonly plans: readonly ReleasePlan[];
  readonly now: Instant;
  readonly dryRun: boolean;
}

/** Safety first: rollbacks, then steps. A rollback moves the branch, so steps after one wait for the next reading. */
async function applyPlans(
  world: World,
  snapshot: Snapshot,
  { plans, now, dryRun }: Application,
): Promise<readonly ReleaseReport[]> {
  const reports: ReleaseReport[] = [];
  let moved = false;
  const rollbacks = plans.filter((plan) => plan.report.decision.kind === 'rollback');
  for (const plan of rollbacks) {
    if (moved) {
      reports.push(withReceipt(plan.report, { kind: 'head-moved' }));
      continue;
    }
    const report = await rollBack(world, snapshot, { plan, now, dryRun });
    moved = report.receipt.kind === 'merged' || report.receipt.kind === 'head-moved';
    reports.push(report);
  }
  const steps = plans.filter((plan) => plan.change);
  const idle = plans.filter((plan) => !plan.change && plan.report.decision.kind !== 'rollback');
  reports.push(...idle.map((plan) => plan.report));
  if (dryRun) return [...reports, ...steps.map((plan) => withReceipt(plan.report, { kind: 'dry-run' }))];
  if (moved) return [...reports, ...steps.map((plan) => withReceipt(plan.report, { kind: 'head-moved' }))];
  return [...reports, ...(await applySteps(world, snapshot, steps))];
}

async function rollBack(
  world: World,
  snapshot: Snapshot,
  { plan, now, dryRun }: { readonly plan: ReleasePlan; readonly now: Instant; readonly dryRun: boolean },
): Promise<ReleaseReport> {
  const { release, evidence, report } = plan;
  const { candidate, stable } = release.parsed.release.spec;
  const order: RollbackOrder = {
    head: snapshot.head,
    config: snapshot.config,
    name: report.name,
    path: release.path,
    text: release.text,
    release: release.parsed.release,
    state: release.state,
    bad: versionRef(candidate ?? stable),
    decision: { ...report.decision, kind: 'rollback' },
    evidence,
    now,
  };
  return runRollback(world, order, { base: report, dryRun });
}

/** All steps as one commit, or one pull request each where the config or the step asks for it. */
async function applySteps(
  world: World,
  snapshot: Snapshot,
  steps: readonly ReleasePlan[],
): Promise<readonly ReleaseReport[]> {
  const direct = steps.filter((plan) => plan.change?.record.via === 'commit');
  const proposed = steps.filter((plan) => plan.change?.record.via === 'pull-request');
  const reports: ReleaseReport[] = [];
  let moved = false;
  if (direct.length > 0) {
    const receipt = await commitSteps(world, snapshot, direct);
    moved = receipt.kind === 'committed' || receipt.kind === 'head-moved';
    reports.push(...direct.map((plan) => withReceipt(plan.report, receipt)));
  }
  for (const plan of proposed) {
    const receipt: Receipt = moved ? { kind: 'head-moved' } : await proposeStep(world, snapshot, plan);
    moved ||= receipt.kind === 'merged' || receipt.kind === 'head-moved';
    reports.push(withReceipt(plan.report, receipt));
  }
  return reports;
}

async function commitSteps(
  world: World,
  snapshot: Snapshot,
  steps: readonly ReleasePlan[],
): Promise<Receipt> {
  const changes = steps.flatMap((plan) => (plan.change ? [plan.change] : []));
  const { files, subject, body, operation } = combineChanges(changes, world.sha256);
  const writes = files.map((edit) => ({ path: edit.path, text: edit.after }));
  const outcome = await world.forge.commit({
    parent: snapshot.head,
    files: writes,
    subject,
    body,
    operation,
  });
  switch (outcome.kind) {
    case 'committed':
      return { kind: 'committed', commit: outcome.commit };
    case 'head-moved':
      return { kind: 'head-moved' };
    case 'refused':
      return { kind: 'blocked', pull: undefined, message: outcome.message };
  }
}

async function proposeStep(world: World, snapshot: Snapshot, plan: ReleasePlan): Promise<Receipt> {
  const { change, report } = plan;
  if (!change) return { kind: 'none' };
  const family = `belay/advance/${report.name}/`;
  return proposeAndMerge(world.forge, {
    change,
    base: snapshot.head,
    branch: `${family}${shortOperation(change.operation)}`,
    family,
    title: change.subject,
    description: describeStep({
      record: change.record,
      edits: change.files.slice(0, -1),
      needsApproval: plan.needsApproval,
    }),
    method: snapshot.config?.merge?.method ?? 'merge',
    merge: !plan.needsApproval,
  });
}

function withReceipt(report: ReleaseReport, receipt: Receipt): ReleaseReport {
  return { ...report, receipt };
}

function cost(world: World): Pick<RunReport, 'requests' | 'roundTrips'> {
  return world.forge.cost();
}
