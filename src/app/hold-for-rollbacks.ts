import type { Change } from '../core/change/change.ts';
import { goesUp } from '../core/decision/decision.ts';
import { ToolError } from '../core/errors.ts';
import type { Sibling } from '../ports/forge.ts';
import type { ReleaseReport } from '../report/run-report.ts';
import { graphOf, supportsOf } from './check-dependencies.ts';
import { closePulls } from './close-pulls.ts';
import { holdReport, holdUnderRollback, isMootFor, type Writer } from './hold-under-rollback.ts';
import { takesAlong } from './open-rollbacks.ts';
import type { ReleasePlan } from './plan-release.ts';
import type { Snapshot } from './read-snapshot.ts';
import {
  hasLanded,
  mayBeOpen,
  ORDERS,
  operationIn,
  orderFamily,
  ROLLBACKS,
  rollbackFamily,
  shortOperation,
  stepFamily,
} from './rollback-branch.ts';
import type { World } from './world.ts';

/** A release that is to be written. */
export type Step = ReleasePlan & { readonly change: Change };

/** What may be done in a run, as it was decided. */
export interface Decided {
  readonly steps: readonly Step[];
  /** Releases about which nothing is to be written. */
  readonly idle: readonly ReleasePlan[];
  readonly write: Writer;
}

export interface Held {
  /** Steps that nothing stands in the way of. */
  readonly free: readonly Step[];
  /** All others, and what is idle. */
  readonly reports: readonly ReleaseReport[];
}

/**
 * A rollback that waits for a requirement of the repository must find the release as it was decided on: as long as its pull
 * request is open, nothing else is written about the release, and every run says so and tries to merge it. One that takes back a version
 * which the manifest no longer holds has nothing left to do and is closed by the next step. A step that goes up waits as well for a
 * person's pause that waits like this. Asked only when such a branch is known: one request for all, and one or two for each that is open.
 */
export async function holdForRollbacks(
  world: World,
  snapshot: Snapshot,
  { steps, idle, write }: Decided,
): Promise<Held> {
  const known = await findUnlanded(world, snapshot);
  const orders = await world.forge.branches(snapshot.head, ORDERS);
  const pausing = orders.filter((branch) => steps.some((step) => mayPause(step, branch)));
  const graph = graphOf(snapshot.releases);
  const isWanted = (step: Step): boolean =>
    [step.report.name, ...supportsOf(step.report.name, graph)].some((name) =>
      known.some((branch) => branch.startsWith(rollbackFamily(name))),
    ) || pausing.some((branch) => mayPause(step, branch));
  const under = idle.filter((plan) => isUnder(plan, known));
  const reports = idle.filter((plan) => !under.includes(plan)).map(({ report }) => report);
  const first = steps.find(isWanted) ?? under[0];
  if (!first) return { free: steps, reports };
  let open: readonly Sibling[] = [];
  let paused: readonly Sibling[] = [];
  const receipt = await write(async () => {
    const branch = `${stepFamily(first.report.name)}${first.change ? shortOperation(first.change.operation) : 'look'}`;
    const families = [ROLLBACKS, ...(pausing.length > 0 ? [ORDERS] : [])];
    const state = await world.forge.inspect({ branch, families });
    if (state.head !== snapshot.head) return { kind: 'head-moved' };
    const siblings = state.siblings.filter((pull) => pull.branch.startsWith(ROLLBACKS));
    open = await closeMoot(world, steps, siblings);
    // whose commit is not Belay's is not a person's order, whatever the branch is called
    paused = state.siblings.filter(
      ({ branch: name, operation }) => operation?.slice(0, 12) === operationIn(name),
    );
    return { kind: 'none' };
  });
  if (receipt.kind !== 'none')
    return {
      free: [],
      reports: [...reports, ...[...under, ...steps].map((plan) => ({ ...plan.report, receipt }))],
    };
  const pullsOf = (name: string) => open.filter(({ branch }) => branch.startsWith(rollbackFamily(name)));
  for (const plan of under) {
    const [pull, ...more] = pullsOf(plan.report.name).filter((one) => !isMootFor(plan.report, one));
    reports.push(
      pull ? await holdUnderRollback(world, snapshot, { plan, pulls: [pull, ...more], write }) : plan.report,
    );
  }
  const free: Step[] = [];
  for (const plan of steps) {
    const [pull, ...more] = pullsOf(plan.report.name);
    const below = [...supportsOf(plan.report.name, graph)].flatMap(pullsOf);
    const pause = paused.find(({ branch }) => mayPause(plan, branch));
    if (pull) reports.push(await holdUnderRollback(world, snapshot, { plan, pulls: [pull, ...more], write }));
    else if (await isHeldBelow(world, plan, below)) reports.push(holdForSupport(plan, below[0]));
    else if (pause) reports.push(holdForPause(plan, pause));
    else free.push(plan);
  }
  return { free, reports };
}

/** Those about which nothing is to be written, and that may have an open rollback. */
export async function findUnder(
  world: World,
  snapshot: Snapshot,
  idle: readonly ReleasePlan[],
): Promise<readonly ReleasePlan[]> {
  const known = await findUnlanded(world, snapshot);
  return idle.filter((plan) => isUnder(plan, known));
}

function isUnder({ report }: ReleasePlan, known: readonly string[]): boolean {
  return known.some(
    (branch) => branch.startsWith(rollbackFamily(report.name)) && !isMootFor(report, { branch }),
  );
}

/** Branches of rollbacks that a release may still be waiting for. */
async function findUnlanded({ forge }: World, { head, releases }: Snapshot): Promise<readonly string[]> {
  const known = await forge.branches(head, ROLLBACKS);
  return known.filter((branch) =>
    releases.some((file) => file.kind === 'readable' && mayBeOpen(file, branch)),
  );
}

/** Whether a branch brings a pause of a release whose step would go up; what goes down is not held by it. */
function mayPause({ report, release }: Step, branch: string): boolean {
  const { name, decision } = report;
  return goesUp(decision) && branch.startsWith(orderFamily(name, 'pause')) && !hasLanded(release, branch);
}

/** A person has said stop, and the record of it waits for a requirement of the repository: a step must not outrun it. */
function holdForPause({ report }: Step, { number }: Sibling): ReleaseReport {
  const text = `a person paused it, and pull request #${number}, which says so, waits for a requirement: merge it, or close it to go on`;
  return holdReport(report, { code: 'PAUSE_PENDING', text });
}

/**
 * Closes rollbacks of versions that the manifest neither tries nor serves any more: a person was quicker. Those that cannot be
 * closed keep holding. One that lands meanwhile moves the branch, and the write that follows is refused for that.
 */
async function closeMoot(
  world: World,
  steps: readonly Step[],
  pulls: readonly Sibling[],
): Promise<readonly Sibling[]> {
  const isMoot = (pull: Sibling): boolean => steps.some(({ report }) => isMootFor(report, pull));
  const comment =
    'Closed by Belay: the version that this takes back is not in the manifest any more, so there is nothing left to roll back. The branch can be deleted.';
  const left = await closePulls(world, pulls.filter(isMoot), { comment });
  return pulls.filter((pull) => !isMoot(pull) || left.includes(pull));
}

/**
 * Nothing goes up on what goes back, and what goes back with it must be found as it was decided on. What only depends on it may still be
 * braked.
 */
async function isHeldBelow(
  world: World,
  { report, release }: Step,
  pulls: readonly Sibling[],
): Promise<boolean> {
  if (pulls.length === 0 || goesUp(report.decision)) return pulls.length > 0;
  try {
    const taken = await Promise.all(pulls.map((pull) => takesAlong(world, pull, release)));
    return taken.includes(true);
  } catch (fault) {
    if (!(fault instanceof ToolError)) throw fault;
    world.log.warn(`whether a rollback takes ${report.name} along cannot be seen: ${fault.message}`);
    return false;
  }
}

function holdForSupport({ report }: Step, pull: Sibling | undefined): ReleaseReport {
  const support = pull?.branch.slice(ROLLBACKS.length).split('/')[0];
  const text = `it depends on ${support}, which pull request #${pull?.number} rolls back: nothing else is done about it until that is merged or closed`;
  return holdReport(report, { code: 'ROLLBACK_PENDING', text }, 'with-harm');
}
