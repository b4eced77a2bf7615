import { type Decision, lowers, type Reason, reasonsForPerson } from '../core/decision/decision.ts';
import { percent } from '../core/units.ts';
import type { Sibling } from '../ports/forge.ts';
import type { Receipt, ReleaseReport } from '../report/run-report.ts';
import { closePulls } from './close-pulls.ts';
import type { Write } from './fault.ts';
import { type Landing, landRollback } from './land-rollback.ts';
import type { BroughtRecords } from './open-rollbacks.ts';
import type { ReleasePlan } from './plan-release.ts';
import type { ReadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import { operationIn, rollbackFamily, takesBack } from './rollback-branch.ts';
import type { World } from './world.ts';

/** Runs a write of the run. */
export type Writer = (write: Write) => Promise<Receipt>;

/** A release, and the open pull requests that roll it back; at least one. */
export interface UnderRollback {
  readonly plan: ReleasePlan;
  readonly pulls: readonly [Sibling, ...Sibling[]];
  readonly write: Writer;
}

/**
 * A release whose open rollback this run does not decide itself: a person ordered it, or it was decided while harm could still be
 * seen. It is merged as soon as that may be; until then the run says that it is open. When somebody pushed to it, it is not Belay's any
 * more: it is disarmed, and a person is told. It stays open, or the order would be forgotten and the release go on. Of several, one
 * that somebody pushed under such a name keeps none of Belay's own from being merged.
 */
export async function holdUnderRollback(
  world: World,
  snapshot: Snapshot,
  { plan, pulls, write }: UnderRollback,
): Promise<ReleaseReport> {
  const { report, release: file } = plan;
  const waiting = pulls.filter((pull) => !isMootFor(report, pull));
  if (waiting.length === 0) return holdReport(report, { code: 'ROLLBACK_PENDING', text: tellOpen(pulls[0]) });
  const told: ReleaseReport[] = [];
  const tellForeign = async (pull: Sibling): Promise<void> => {
    told.push(await holdForeign(world, report, { pull, write }));
  };
  for (const pull of waiting.filter(isForeign)) await tellForeign(pull);
  for (const pull of waiting.filter((one) => !isForeign(one))) {
    const landing = await land(world, snapshot, { file, pull, write });
    if (landing.kind === 'tried') return reportTried(report, pull, landing);
    if (landing.kind === 'foreign') await tellForeign(pull);
    if (landing.kind === 'outdated') told.push(holdOutdated(world, report, pull));
  }
  return told[0] ?? { ...report, receipt: { kind: 'head-moved' } };
}

function isForeign({ branch, operation }: Sibling): boolean {
  return operation?.slice(0, 12) !== operationIn(branch);
}

function tellOpen({ number }: Sibling): string {
  return `pull request #${number} rolls it back and is open: nothing else is done about it until that is merged or closed`;
}

/** A fault of it is the release's own. */
async function land(
  world: World,
  snapshot: Snapshot,
  { file, pull, write }: { readonly file: ReadableRelease; readonly pull: Sibling; readonly write: Writer },
): Promise<Landing | { readonly kind: 'tried'; readonly receipt: Receipt }> {
  let landing: Landing | undefined;
  const receipt = await write(async () => {
    landing = await landRollback(world, snapshot, { file, pull });
    return landing.kind === 'tried' ? landing.receipt : { kind: 'none' };
  });
  return landing ?? { kind: 'tried', receipt };
}

function reportTried(
  report: ReleaseReport,
  pull: Sibling,
  { receipt, records }: { readonly receipt: Receipt; readonly records?: BroughtRecords },
): ReleaseReport {
  if (receipt.kind === 'merged' && records) {
    const along = records.slice(1).map(({ release }) => release);
    const done = { ...report, decision: decisionOf(records), edits: [], receipt };
    return along.length === 0 ? done : { ...done, along };
  }
  // armed, it lands by itself once its requirements are met; else somebody has to do it
  const code = receipt.kind === 'armed' ? 'ROLLBACK_PENDING' : 'ROLLBACK_OPEN';
  return { ...holdReport(report, { code, text: tellOpen(pull) }, 'with-harm'), receipt };
}

function holdOutdated(world: World, report: ReleaseReport, pull: Sibling): ReleaseReport {
  const text = `pull request #${pull.number} rolls it back, but files that it writes were changed since, so it may never land: order the rollback again${fromOf(world, report, pull)}, or close it; nothing else is done until then`;
  return holdReport(report, { code: 'ROLLBACK_OPEN', text }, 'with-harm');
}

/** What the rollback that landed is, as its record says. */
function decisionOf([{ decision }]: BroughtRecords): Decision {
  const { from, to, reasons } = decision;
  // what another version of Belay called a reason is shown as it is
  return {
    kind: 'rollback',
    from: percent(from),
    to: percent(to),
    reasons: reasons as unknown as Decision['reasons'],
  };
}

async function holdForeign(
  world: World,
  report: ReleaseReport,
  { pull, write }: { readonly pull: Sibling; readonly write: Writer },
): Promise<ReleaseReport> {
  if (pull.armed) {
    const comment = `Auto-merge was taken back by Belay: commits that it did not make are on \`${pull.branch}\`. Order the rollback again, or review and merge this by hand.`;
    await write(async () => {
      await closePulls(world, [pull], { comment, how: 'disarm' });
      return { kind: 'none' };
    });
  }
  const message = `somebody pushed to ${pull.branch}, so Belay does not merge it. Order the rollback again${fromOf(world, report, pull)}, which makes another branch and closes this pull request; or review and merge it`;
  const { url, number } = pull;
  return {
    ...holdReport(report, { code: 'ROLLBACK_OPEN', text: tellOpen(pull) }, 'with-harm'),
    receipt: { kind: 'blocked', code: 'BRANCH_TAKEN', pull: { number, url }, message },
  };
}

/** Whether a rollback of this release takes back a version that its manifest neither tries nor serves. */
export function isMootFor(
  { name, candidate, stable }: ReleaseReport,
  { branch }: Pick<Sibling, 'branch'>,
): boolean {
  if (!branch.startsWith(rollbackFamily(name))) return false;
  return [candidate, stable].every((version) => version === undefined || !takesBack(branch, name, version));
}

/**
 * The report of what is not done for now. What a person would have heard by it is said all the same; and where nobody knows when the
 * harm that is proven ends, that as well.
 */
export function holdReport(
  report: ReleaseReport,
  reason: Reason,
  how: 'with-harm' | 'without-harm' = 'without-harm',
): ReleaseReport {
  const { decision } = report;
  const { from } = decision;
  const isTold = decision.kind === 'hold' || (lowers(decision) && how === 'with-harm');
  const reasons = [reason, ...(isTold ? decision.reasons : reasonsForPerson(decision))] as const;
  return { ...report, decision: { kind: 'hold', from, to: from, reasons }, edits: [] };
}

/** What to say with an order given again: leaving a version that serves everyone takes its name. */
function fromOf({ trigger }: World, { name, candidate, stable }: ReleaseReport, { branch }: Sibling): string {
  const version = [candidate, stable].find((one) => one !== undefined && takesBack(branch, name, one));
  if (version === undefined) return '';
  return trigger.kind === 'command-line' ? ` with \`--from ${version}\`` : ` with \`from: ${version}\``;
}
