import { combineChanges } from '../core/change/combine-changes.ts';
import { goesUp, lowers } from '../core/decision/decision.ts';
import { ToolError } from '../core/errors.ts';
import { type DependencyGraph, orderOfReleases } from '../core/manifest/order-of-releases.ts';
import { momentFor } from '../core/plan/skew.ts';
import type { Instant, Sha } from '../core/units.ts';
import { describeReceipt } from '../report/receipt.ts';
import type { Receipt, ReleaseReport } from '../report/run-report.ts';
import { describeStep } from '../report/step-pull-request.ts';
import { approveByReview } from './approve-by-review.ts';
import { dependentsOf, graphOf, supportsOf } from './check-dependencies.ts';
import { closePulls } from './close-pulls.ts';
import { commitChange } from './commit-change.ts';
import { noteAt, type RollbackOrder } from './compute-rollback.ts';
import { servedRef } from './dependencies.ts';
import { createWriter, problemOfFault, type Write } from './fault.ts';
import { type Decided, findUnder, holdForRollbacks, type Step } from './hold-for-rollbacks.ts';
import { holdReport, type Writer } from './hold-under-rollback.ts';
import type { ReleasePlan } from './plan-release.ts';
import { proposeAndMerge } from './propose.ts';
import type { Snapshot } from './read-snapshot.ts';
import { runRollback } from './restore.ts';
import { shortOperation, stepFamily } from './rollback-branch.ts';
import type { World } from './world.ts';
import { isUndecided, isWritten } from './written.ts';

/** What was decided in one reading of the branch. */
export interface Application {
  readonly plans: readonly ReleasePlan[];
  readonly now: Instant;
  readonly dryRun: boolean;
}

/**
 * Safety first: rollbacks, those that depend on others before these, then steps. A rollback moves the branch, so what comes after it
 * waits for the next reading.
 */
export async function applyPlans(
  world: World,
  snapshot: Snapshot,
  { plans, now, dryRun }: Application,
): Promise<readonly ReleaseReport[]> {
  const write = createWriter();
  const reports: ReleaseReport[] = [];
  let moved = false;
  const rollbacks = dependentsFirst(plans, snapshot);
  const instead: ReleasePlan[] = [];
  const busy = new Set(rollbacks.map(({ report }) => report.name));
  for (const plan of rollbacks) {
    const report = await rollBack(world, snapshot, { plan, now, dryRun, moved, write, busy });
    moved ||= movesBranch(report);
    if (isStuck(report)) busy.delete(report.name);
    else for (const name of report.along ?? []) busy.add(name);
    if (plan.otherwise && !comes(report)) instead.push(besides(plan.otherwise, report));
    else reports.push(report);
  }
  const rolledBack = [...reports];
  const graph = graphOf(snapshot.releases);
  const steps: Step[] = [];
  const idle: ReleasePlan[] = [];
  const others = plans.filter(({ report }) => report.decision.kind !== 'rollback');
  for (const { change, ...plan } of [...others, ...instead]) {
    const held = holdBeside(plan.report, rolledBack, graph);
    if (held) reports.push(held);
    else if (change) steps.push({ ...plan, change });
    else idle.push({ ...plan, change });
  }
  const undone = (how: Receipt) => [...reports, ...steps.map((plan) => withReceipt(plan.report, how))];
  if (dryRun) return [...undone({ kind: 'dry-run' }), ...idle.map(({ report }) => report)];
  if (moved) {
    const under = await findUnder(world, snapshot, idle);
    const again = ({ report }: ReleasePlan) => withReceipt(report, { kind: 'head-moved' });
    const left = idle.map((plan) => (under.includes(plan) ? again(plan) : plan.report));
    return [...undone({ kind: 'head-moved' }), ...left];
  }
  return [...reports, ...(await applySteps(world, snapshot, { steps, idle, write }))];
}

function dependentsFirst(plans: readonly ReleasePlan[], { releases }: Snapshot): readonly ReleasePlan[] {
  const { order } = orderOfReleases(dependentsOf(releases));
  return plans
    .filter(({ report }) => report.decision.kind === 'rollback')
    .sort((a, b) => order.indexOf(a.report.name) - order.indexOf(b.report.name));
}

/** No pull request of this rollback is open: there is nothing to go back to, or a person closed it. */
function isStuck({ receipt }: ReleaseReport): boolean {
  return receipt.kind === 'suppressed' || (receipt.kind === 'blocked' && receipt.code === 'NOT_COMPUTED');
}

/** What is done instead of a rollback, with what became of that. */
function besides(plan: ReleasePlan, { path, receipt }: ReleaseReport): ReleasePlan {
  const told = noteAt(
    path,
    'DEPENDENCY_ROLLED_BACK',
    `it should go back as well: ${describeReceipt(receipt)}`,
  );
  return { ...plan, report: { ...plan.report, problems: [...plan.report.problems, told] } };
}

/** It is on the default branch, or comes there without a person. */
function comes(report: ReleaseReport): boolean {
  return movesBranch(report) || ['dry-run', 'armed', 'waiting'].includes(report.receipt.kind);
}

/**
 * A release that another one's rollback takes along does nothing beside it, and nothing goes up on what is being rolled back in this
 * run. Where that rollback does not come by itself, what it would have taken along may still be braked.
 */
function holdBeside(
  report: ReleaseReport,
  rollbacks: readonly ReleaseReport[],
  graph: DependencyGraph,
): ReleaseReport | undefined {
  const goesAlong = ({ along = [] }: ReleaseReport): boolean => along.includes(report.name);
  const isTaken = lowers(report.decision) ? comes : (one: ReleaseReport) => !isStuck(one);
  const main = rollbacks.find((one) => goesAlong(one) && isTaken(one));
  if (main) {
    const text = `goes back with ${main.name}, which is being rolled back`;
    const held = holdReport(report, { code: 'ROLLBACK_PENDING', text });
    return movesBranch(main) ? withReceipt(held, { kind: 'head-moved' }) : held;
  }
  if (!goesUp(report.decision)) return undefined;
  const supports = supportsOf(report.name, graph);
  const support = rollbacks.find((one) => goesAlong(one) || supports.has(one.name));
  if (!support || movesBranch(support)) return undefined;
  const text = `it depends on ${support.name}, which is to be rolled back: it does not go up until that is done or decided otherwise`;
  return holdReport(report, { code: 'ROLLBACK_PENDING', text });
}

function movesBranch(report: ReleaseReport): boolean {
  return isWritten(report) || isUndecided(report);
}

interface RollbackJob extends Omit<Application, 'plans'> {
  readonly plan: ReleasePlan;
  /** The branch has moved since this was decided. */
  readonly moved: boolean;
  readonly write: Writer;
  /** Releases that this run rolls back by other pull requests. */
  readonly busy: ReadonlySet<string>;
}

async function rollBack(
  world: World,
  snapshot: Snapshot,
  { plan, now, dryRun, moved, write, busy }: RollbackJob,
): Promise<ReleaseReport> {
  const { release, evidence, report } = plan;
  if (moved) return withReceipt(report, { kind: 'head-moved' });
  const order: RollbackOrder = {
    snapshot,
    name: report.name,
    path: release.path,
    text: release.text,
    release: release.parsed.release,
    state: release.state,
    // a candidate that was not started has done nobody any harm: what is left is the version that is looked after
    bad: servedRef(release),
    decision: { ...report.decision, kind: 'rollback' },
    evidence,
    now: momentFor(release.state.newest, now),
  };
  let done = report;
  const receipt = await write(async () => {
    done = await runRollback(world, order, { base: report, dryRun, busy });
    return done.receipt;
  });
  return withReceipt(done, receipt);
}

/** All steps as one commit, or one pull request each where the config or the step asks for it. */
async function applySteps(
  world: World,
  snapshot: Snapshot,
  { steps, idle, write }: Decided,
): Promise<readonly ReleaseReport[]> {
  const reports: ReleaseReport[] = [];
  let moved = false;
  const land = async (plans: readonly Step[], how: Write) => {
    const receipt = moved ? ({ kind: 'head-moved' } as const) : await write(how);
    const landed = plans.map((plan) => withReceipt(plan.report, receipt));
    moved ||= landed.some(movesBranch);
    reports.push(...landed);
  };
  const { free, reports: held } = await holdForRollbacks(world, snapshot, { steps, idle, write });
  reports.push(...held);
  const [direct, later] = takeApart(free.filter((plan) => plan.change.record.via === 'commit'));
  if (direct.length > 0) await land(direct, () => commitSteps(world, snapshot, direct));
  for (const plan of later) await land([plan], () => commitSteps(world, snapshot, [plan]));
  for (const plan of free.filter((step) => step.change.record.via === 'pull-request'))
    await land([plan], () => proposeStep(world, snapshot, plan));
  return reports;
}

/** Steps that can be one commit, and those that write a file which one of the former writes: they are decided again. */
function takeApart(steps: readonly Step[]): readonly [readonly Step[], readonly Step[]] {
  const taken = new Set<string>();
  const together: Step[] = [];
  const later: Step[] = [];
  for (const step of steps) {
    const paths = step.change.files.map((file) => file.path);
    if (paths.some((path) => taken.has(path))) later.push(step);
    else {
      together.push(step);
      for (const path of paths) taken.add(path);
    }
  }
  return [together, later];
}

function isApproved({ change }: Step): boolean {
  return change.decision.reasons.some(({ code }) => code === 'APPROVED');
}

async function commitSteps(world: World, snapshot: Snapshot, steps: readonly Step[]): Promise<Receipt> {
  const changes = steps.map((step) => step.change);
  const receipt = await commitChange(world, combineChanges(changes, world.sha256), snapshot.head);
  if (receipt.kind === 'committed')
    for (const step of steps.filter(isApproved)) await closeApproved(world, step, receipt.commit);
  if (receipt.kind !== 'blocked' || receipt.code !== 'RULE_VIOLATION') return receipt;
  const message = `${receipt.message}. For one pull request per step, write "advance: {mode: pull-request}" in .belay/config.yaml`;
  return { ...receipt, message };
}

/** The pull requests in which a step waited for the approval that it has now. */
async function closeApproved(world: World, { report, change }: Step, commit: Sha): Promise<void> {
  const family = stepFamily(report.name);
  const branch = `${family}${shortOperation(change.operation)}`;
  const comment = `Approved, and taken in ${commit.slice(0, 7)}, whose record says by whom. Closed by Belay.`;
  try {
    const { siblings } = await world.forge.inspect({ branch, families: [family] });
    await closePulls(world, siblings, { comment });
  } catch (fault) {
    // the step is taken; an open pull request is what it is
    if (!(fault instanceof ToolError)) throw fault;
    world.log.warn(`pull requests of ${report.name} that waited for an approval stay open: ${fault.message}`);
  }
}

async function proposeStep(world: World, snapshot: Snapshot, plan: Step): Promise<Receipt> {
  const { change, report } = plan;
  const family = stepFamily(report.name);
  const receipt = await proposeAndMerge(world, {
    change,
    base: snapshot.head,
    branch: `${family}${shortOperation(change.operation)}`,
    whenTaken: 'stop',
    family,
    title: change.subject,
    description: describeStep({
      record: change.record,
      edits: change.files.slice(0, -1),
      needsApproval: plan.needsApproval,
    }),
    method: snapshot.config?.merge?.method ?? 'merge',
    // Never armed: armed, it could land when the evidence has turned against it. It lands in a run that decides it, or not at all.
    landing: plan.needsApproval ? 'person' : 'leave',
    whenClosed: whenClosed(report),
  });
  return receipt.kind === 'awaiting-approval'
    ? approveByReview(world, snapshot, { plan, awaiting: receipt })
    : receipt;
}

/** What a person's no to a step means. */
function whenClosed({ decision }: ReleaseReport): string {
  if (lowers(decision))
    return 'exposure is not cut, what does harm keeps its traffic, and each run says so. Reopen it (its branch has to be there) for the next run to merge it, or order the rollback';
  if (decision.kind === 'pause')
    return 'the record of it is not written, and each run says so. Reopen it (its branch has to be there), or see to what it says';
  return 'the step is not taken. Reopen it (its branch has to be there) to go on';
}

/** A report with what became of it; a fault is a problem of the release as well. */
export function withReceipt(report: ReleaseReport, receipt: Receipt): ReleaseReport {
  if (receipt.kind !== 'failed') return { ...report, receipt };
  const problem = problemOfFault(report.path, receipt);
  return { ...report, problems: [...report.problems, problem], receipt };
}
