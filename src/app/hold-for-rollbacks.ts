import type { Change } from '../core/change/change.ts';
import { goesUp, type Reason, reasonsForPerson } from '../core/decision/decision.ts';
import type { Sibling } from '../ports/forge.ts';
import type { Receipt, ReleaseReport } from '../report/run-report.ts';
import { graphOf, supportsOf } from './check-dependencies.ts';
import { closePulls } from './close-pulls.ts';
import type { Write } from './fault.ts';
import { isOutdated, takesAlong } from './open-rollbacks.ts';
import type { ReleasePlan } from './plan-release.ts';
import { shortOperation } from './propose.ts';
import type { Snapshot } from './read-snapshot.ts';
import {
  hasLanded,
  mayBeOpen,
  ORDERS,
  operationIn,
  orderFamily,
  ROLLBACKS,
  rollbackFamily,
  stepFamily,
  takesBack,
} from './rollback-branch.ts';
import type { World } from './world.ts';

/** A release that is to be written. */
export type Step = ReleasePlan & { readonly change: Change };

export interface HeldSteps {
  /** Those that nothing stands in the way of. */
  readonly free: readonly Step[];
  readonly held: readonly ReleaseReport[];
}

/**
 * A rollback that waits for a requirement of the repository must find the release as it was decided on: as long as its pull
 * request is open, nothing else is written about the release. One that takes back a version which the manifest no longer holds
 * has nothing left to do and is closed. A step that goes up waits as well for a person's pause that waits like this. Asked only
 * when such a branch is known: one request for all.
 */
export async function holdForRollbacks(
  world: World,
  snapshot: Snapshot,
  { steps, write }: { readonly steps: readonly Step[]; readonly write: (write: Write) => Promise<Receipt> },
): Promise<HeldSteps> {
  const known = await world.forge.branches(snapshot.head, ROLLBACKS);
  const orders = await world.forge.branches(snapshot.head, ORDERS);
  const pausing = orders.filter((branch) => steps.some((step) => mayPause(step, branch)));
  const graph = graphOf(snapshot.releases);
  const closed = new Set(
    known.filter(
      (branch) => !snapshot.releases.some((file) => file.kind === 'readable' && mayBeOpen(file, branch)),
    ),
  );
  const isWanted = (step: Step): boolean =>
    [step.report.name, ...supportsOf(step.report.name, graph)].some((name) =>
      known.some((branch) => branch.startsWith(rollbackFamily(name)) && !closed.has(branch)),
    ) || pausing.some((branch) => mayPause(step, branch));
  const [first] = steps.filter(isWanted);
  if (!first) return { free: steps, held: [] };
  let open: readonly Sibling[] = [];
  let paused: readonly Sibling[] = [];
  const receipt = await write(async () => {
    const branch = `${stepFamily(first.report.name)}${shortOperation(first.change.operation)}`;
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
  if (receipt.kind !== 'none') return { free: [], held: steps.map((plan) => ({ ...plan.report, receipt })) };
  const pullsOf = (name: string) => open.filter(({ branch }) => branch.startsWith(rollbackFamily(name)));
  const held: ReleaseReport[] = [];
  const free: Step[] = [];
  for (const plan of steps) {
    const pulls = pullsOf(plan.report.name);
    const below = [...supportsOf(plan.report.name, graph)].flatMap(pullsOf);
    const pause = paused.find(({ branch }) => mayPause(plan, branch));
    if (pulls.length > 0) held.push(await hold(world, snapshot, { plan, pulls }));
    else if (await isHeldBelow(world, plan, below)) held.push(holdForSupport(plan, below[0]));
    else if (pause) held.push(holdForPause(plan, pause));
    else free.push(plan);
  }
  return { free, held };
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

/** Whether a rollback of this release takes back a version that its manifest neither tries nor serves. */
function isMootFor({ name, candidate, stable }: ReleaseReport, { branch }: Sibling): boolean {
  if (!branch.startsWith(rollbackFamily(name))) return false;
  return [candidate, stable].every((version) => version === undefined || !takesBack(branch, name, version));
}

/**
 * The run waits for a rollback that it does not decide itself: a person ordered it. When somebody pushed to it, it is not Belay's
 * any more: it is disarmed, and a person is told. It stays open, or the order would be forgotten and the release go on.
 */
async function hold(
  world: World,
  snapshot: Snapshot,
  { plan, pulls }: { readonly plan: Step; readonly pulls: readonly Sibling[] },
): Promise<ReleaseReport> {
  const { report } = plan;
  const foreign = pulls.find(({ branch, operation }) => operation?.slice(0, 12) !== operationIn(branch));
  const shown = foreign ?? pulls[0];
  const isMoot = shown !== undefined && isMootFor(report, shown);
  const isOld =
    shown !== undefined &&
    !foreign &&
    !isMoot &&
    (await isOutdated(world, snapshot, { file: plan.release, pull: shown }));
  // armed, it lands by itself once its requirements are met; else somebody has to do it
  const code = isMoot || (shown?.armed && !foreign && !isOld) ? 'ROLLBACK_PENDING' : 'ROLLBACK_OPEN';
  const text = isOld
    ? `pull request #${shown.number} rolls it back, but files that it writes were changed since, so it may never land: order the rollback again${fromOf(world, report, shown)}, or close it; nothing else is done until then`
    : `pull request #${shown?.number} rolls it back and is open: nothing else is done about it until that is merged or closed`;
  const held = holdReport(report, { code, text });
  if (!foreign) return held;
  const message = `somebody pushed to ${foreign.branch}, so Belay does not merge it. Order the rollback again${fromOf(world, report, foreign)}, which makes another branch and closes this pull request; or review and merge it`;
  if (foreign.armed) {
    const comment = `Auto-merge was taken back by Belay: commits that it did not make are on \`${foreign.branch}\`. Order the rollback again, or review and merge this by hand.`;
    await closePulls(world, [foreign], { comment, how: 'disarm' });
  }
  const { url } = foreign;
  return {
    ...held,
    receipt: { kind: 'blocked', code: 'BRANCH_TAKEN', pull: { number: foreign.number, url }, message },
  };
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
  const taken = await Promise.all(pulls.map((pull) => takesAlong(world, pull, release)));
  return taken.includes(true);
}

function holdForSupport({ report }: Step, pull: Sibling | undefined): ReleaseReport {
  const support = pull?.branch.slice(ROLLBACKS.length).split('/')[0];
  const text = `it depends on ${support}, which pull request #${pull?.number} rolls back: nothing else is done about it until that is merged or closed`;
  return holdReport(report, { code: 'ROLLBACK_PENDING', text });
}

/** The report of a step that is not taken; what a person would have heard by it is said all the same. */
export function holdReport(report: ReleaseReport, reason: Reason): ReleaseReport {
  const { from } = report.decision;
  const reasons = [reason, ...reasonsForPerson(report.decision)] as const;
  return { ...report, decision: { kind: 'hold', from, to: from, reasons }, edits: [] };
}

/** What to say with an order given again: leaving a version that serves everyone takes its name. */
function fromOf({ trigger }: World, { name, candidate, stable }: ReleaseReport, { branch }: Sibling): string {
  const version = [candidate, stable].find((one) => one !== undefined && takesBack(branch, name, one));
  if (version === undefined) return '';
  return trigger.kind === 'command-line' ? ` with \`--from ${version}\`` : ` with \`from: ${version}\``;
}
