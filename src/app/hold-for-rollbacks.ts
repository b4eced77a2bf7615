import type { Change } from '../core/change/change.ts';
import { goesUp } from '../core/decision/decision.ts';
import { digestOf, readRecord, recordPath } from '../core/record/record-file.ts';
import type { Sibling } from '../ports/forge.ts';
import type { Receipt, ReleaseReport } from '../report/run-report.ts';
import { closePulls } from './close-pulls.ts';
import type { Write } from './fault.ts';
import type { ReleasePlan } from './plan-release.ts';
import { shortOperation } from './propose.ts';
import type { Snapshot } from './read-snapshot.ts';
import { operationIn, orderBranches, rollbackFamily, stepFamily, takesBack } from './rollback-branch.ts';
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
  const isWanted = (step: Step): boolean =>
    known.some((branch) => mayBeOpen(step, branch)) || pausing.some((branch) => mayPause(step, branch));
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
  const pauseOf = (step: Step) => paused.find(({ branch }) => mayPause(step, branch));
  const pullsOf = ({ report }: Step) =>
    open.filter(({ branch }) => branch.startsWith(rollbackFamily(report.name)));
  const waiting = steps.filter((plan) => pullsOf(plan).length > 0);
  const stopped = steps.flatMap((plan) => {
    const pull = waiting.includes(plan) ? undefined : pauseOf(plan);
    return pull ? [{ plan, pull }] : [];
  });
  const held = await Promise.all(
    waiting.map((plan) => hold(world, snapshot, { plan, pulls: pullsOf(plan) })),
  );
  return {
    free: steps.filter((plan) => !waiting.includes(plan) && !stopped.some((one) => one.plan === plan)),
    held: [...held, ...stopped.map(({ plan, pull }) => holdForPause(plan, pull))],
  };
}

const ROLLBACKS = 'belay/rollback/';
const ORDERS = 'belay/order/';

/** Whether a branch brings a pause of a release whose step would go up; what goes down is not held by it. */
function mayPause(step: Step, branch: string): boolean {
  const { name, decision } = step.report;
  return goesUp(decision) && branch.startsWith(orderBranches(name, 'pause')) && !hasLanded(step, branch);
}

/** A person has said stop, and the record of it waits for a requirement of the repository: a step must not outrun it. */
function holdForPause({ report }: Step, { number }: Sibling): ReleaseReport {
  const { from } = report.decision;
  const text = `a person paused it, and pull request #${number}, which says so, waits for a requirement: merge it, or close it to go on`;
  return {
    ...report,
    decision: { kind: 'hold', from, to: from, reasons: [{ code: 'PAUSE_PENDING', text }] },
    edits: [],
  };
}

/** Before its first record a release has nothing to go back to. */
function mayBeOpen(step: Step, branch: string): boolean {
  const { release, report } = step;
  if (release.state.sequence === 0 || !branch.startsWith(rollbackFamily(report.name))) return false;
  return !hasLanded(step, branch);
}

/** What has its record on the default branch has landed, by squash if the branch does not show it. */
function hasLanded({ release }: Step, branch: string): boolean {
  const short = operationIn(branch);
  return short !== undefined && release.chain.records.some(({ operation }) => operation.startsWith(short));
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
  const { from } = report.decision;
  const foreign = pulls.find(({ branch, operation }) => operation?.slice(0, 12) !== operationIn(branch));
  const shown = foreign ?? pulls[0];
  const isMoot = shown !== undefined && isMootFor(report, shown);
  const isOld =
    shown !== undefined && !foreign && !isMoot && (await isOutdated(world, snapshot, { plan, pull: shown }));
  // armed, it lands by itself once its requirements are met; else somebody has to do it
  const code = isMoot || (shown?.armed && !foreign && !isOld) ? 'ROLLBACK_PENDING' : 'ROLLBACK_OPEN';
  const text = isOld
    ? `pull request #${shown.number} rolls it back, but files that it writes were changed since, so it may never land: order the rollback again${fromOf(report, shown)}, or close it; nothing else is done until then`
    : `pull request #${shown?.number} rolls it back and is open: nothing else is done about it until that is merged or closed`;
  const held: ReleaseReport = {
    ...report,
    decision: { kind: 'hold', from, to: from, reasons: [{ code, text }] },
    edits: [],
  };
  if (!foreign) return held;
  const message = `somebody pushed to ${foreign.branch}, so Belay does not merge it. Order the rollback again${fromOf(report, foreign)}, which makes another branch and closes this pull request; or review and merge it`;
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

/** What to say with an order given again: leaving a version that serves everyone takes its name. */
function fromOf({ name, candidate, stable }: ReleaseReport, { branch }: Sibling): string {
  const version = [candidate, stable].find((one) => one !== undefined && takesBack(branch, name, one));
  return version === undefined ? '' : ` with \`from: ${version}\``;
}

/** Whether a rollback was computed for other files than there are now: armed, it would conflict and wait for ever. */
async function isOutdated(
  { forge, sha256 }: World,
  { served }: Snapshot,
  { plan, pull }: { readonly plan: Step; readonly pull: Sibling },
): Promise<boolean> {
  const { digest, state } = plan.release;
  const path = recordPath(plan.report.name, state.sequence + 1);
  const file = (await forge.read(pull.head, [path])).get(path);
  const record = file?.kind === 'text' ? readRecord(path, file.text) : undefined;
  if (record?.manifest.before !== digest || record.previous !== state.tip) return true;
  return record.targets.some((target) => {
    const now = served?.get(target.path);
    return now?.kind === 'text' && digestOf(now.text, sha256) !== target.before;
  });
}
