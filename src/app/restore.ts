import { buildChange, type EarlierOperation, earlierOperations } from '../core/change/build-change.ts';
import type { Change } from '../core/change/change.ts';
import { joinRollbacks } from '../core/change/combine-changes.ts';
import { claimsFor, describeClaims } from '../core/command/claims.ts';
import type { ManifestRevision } from '../core/decision/last-good.ts';
import type { Problem } from '../core/errors.ts';
import { isFollowing } from '../core/record/following.ts';
import { writeOrder } from '../core/record/order-schema.ts';
import { sameVersion, versionRef } from '../core/record/version-ref.ts';
import { percent, type Sha } from '../core/units.ts';
import type { Revision } from '../ports/forge.ts';
import { describeRollback, type RestoredRelease } from '../report/rollback-pull-request.ts';
import type { Receipt, ReleaseReport } from '../report/run-report.ts';
import { dependenciesIn } from './check-dependencies.ts';
import {
  type ComputedRollback,
  computeRollback,
  inputOfRollback,
  type RollbackOrder,
} from './compute-rollback.ts';
import { proposeAndMerge } from './propose.ts';
import { recordIn } from './read-change.ts';
import { rollbackBranch, rollbackFamily, stepFamily } from './rollback-branch.ts';
import { type TakenAlong, takeAlong } from './take-along.ts';
import type { World } from './world.ts';

/** Everything that one revert pull request writes and says. */
interface RollbackPlan {
  readonly order: RollbackOrder;
  /** Of the release itself. */
  readonly change: Change;
  /** What that is called, and was before records that moved nothing. */
  readonly earlier: readonly EarlierOperation[];
  /** Of releases that go back with it, dependents first. */
  readonly along: readonly TakenAlong[];
  readonly description: string;
  readonly notes: readonly Problem[];
  readonly lift: string | undefined;
}

/**
 * Computes a rollback and, unless this is a dry run, opens and merges its pull request. Releases whose version would not work with
 * what is restored go back in the same one; none of them ever keeps it from being done.
 * @param options.busy releases that this run rolls back by other pull requests
 */
export async function runRollback(
  world: World,
  order: RollbackOrder,
  options: { readonly base: ReleaseReport; readonly dryRun: boolean; readonly busy?: ReadonlySet<string> },
): Promise<ReleaseReport> {
  const { base, dryRun, busy = new Set<string>() } = options;
  const computed = await computeRollback(world, order, dependenciesIn(order.snapshot.releases));
  if (computed.kind === 'impossible') {
    const [first] = computed.problems;
    const message = `the rollback cannot be computed (${first?.code ?? ''}), the problems say why; nothing was written`;
    return {
      ...base,
      problems: [...base.problems, ...computed.problems],
      receipt: { kind: 'blocked', code: 'NOT_COMPUTED', pull: undefined, message },
    };
  }
  const plan = planPullRequest(world, await takeAlong(world, computed, busy));
  const receipt: Receipt = dryRun ? { kind: 'dry-run' } : await executeRollback(world, plan);
  return {
    ...base,
    decision: plan.order.decision,
    edits: [plan.change, ...plan.along.map(({ change }) => change)].flatMap(({ files }) =>
      files.slice(0, -1),
    ),
    problems: [...base.problems, ...plan.notes],
    receipt,
    ...(plan.lift !== undefined && QUARANTINES.has(receipt.kind) ? { lift: plan.lift } : {}),
    ...(plan.along.length === 0 ? {} : { along: plan.along.map(({ change }) => change.release) }),
  };
}

/** Where the quarantine is on the default branch, or comes there by what is waited for. */
const QUARANTINES: ReadonlySet<Receipt['kind']> = new Set<Receipt['kind']>(['merged', 'armed', 'waiting']);

function planPullRequest(
  world: World,
  { computed, along, left }: Awaited<ReturnType<typeof takeAlong>>,
): RollbackPlan {
  const operations = along.map((one) => one.change.operation);
  const input = inputOfRollback(world, computed, operations);
  const change = buildChange(input);
  const lift = describeLift(world, computed.order);
  const notes = [...computed.notes, ...left, ...along.flatMap((one) => one.computed.notes)];
  const description = describeRollback({
    ...describeMove(computed, change),
    traffic: trafficOf(computed),
    summary: leftVersion(computed.order)?.summary,
    lift,
    notes,
    answers: computed.order.evidence?.answers ?? [],
    assessment: computed.order.evidence?.assessment,
    along: along.map((one) => describeMove(one.computed, one.change)),
  });
  const own = { operation: change.operation, record: recordIn(change.files).path };
  const earlier = [own, ...earlierOperations(input)];
  return { order: computed.order, change, earlier, along, description, notes, lift };
}

/** What a pull request says of each release that it moves. */
function describeMove(
  { good, skipped, revisions }: ComputedRollback,
  { record, files }: Change,
): RestoredRelease {
  return {
    record,
    edits: files.slice(0, -1),
    restored: good,
    skipped,
    dropped: droppedRevisions(revisions, good.commit),
    owners: good.release.metadata.owners ?? [],
    runbook: good.release.metadata.runbook,
  };
}

/** How somebody lifts the quarantine that this rollback brings; undefined where it brings none. What is typed, and who is named, stands between backticks. */
function describeLift(
  { trigger }: World,
  { name, bad, decision, release, snapshot }: RollbackOrder,
): string | undefined {
  if (isFollowing(decision)) return undefined;
  const words = `lift-quarantine ${name} ${bad.version} --reason "…"`;
  const said = `${bad.version} stays quarantined until somebody says`;
  if (trigger.kind === 'command-line') return `${said} \`${writeOrder('terminal', words)}\``;
  const claims = snapshot.config ? claimsFor({ name: 'lift-quarantine' }, snapshot.config, release) : [];
  const whom = claims.length > 0 ? `, with \`${describeClaims(claims)}\`` : '';
  return `${said} \`${writeOrder('comment', words)}\` on a pull request${whom}`;
}

/** The version of the manifest that is left; undefined when it holds it no more. */
function leftVersion({ release, bad }: RollbackOrder) {
  const spec = release?.spec;
  return [spec?.candidate, spec?.stable].find((one) => one && sameVersion(versionRef(one), bad));
}

function trafficOf({ order }: ComputedRollback) {
  const left = leftVersion(order);
  return left && left === order.release?.spec.stable ? percent(100) : order.decision.from;
}

/** Opens and merges the revert pull request. */
async function executeRollback(world: World, plan: RollbackPlan): Promise<Receipt> {
  const { snapshot, name, bad, decision } = plan.order;
  const { version } = bad;
  const change = joinRollbacks(
    plan.change,
    plan.along.map((one) => one.change),
  );
  return proposeAndMerge(world, {
    change,
    base: snapshot.head,
    branch: rollbackBranch(name, version, change.operation),
    earlier: plan.earlier.flatMap(({ operation, record }) => {
      const branch = rollbackBranch(name, version, operation);
      // the second one, too: the first may have been free of what was pushed to it since
      return [branch, `${branch}-2`].map((one) => ({ branch: one, operation, record }));
    }),
    whenTaken: 'next-branch',
    family: rollbackFamily(name),
    overtakes: {
      families: [name, ...plan.along.map((one) => one.change.release)].map(stepFamily),
      comment: `Closed by Belay: ${version} is being rolled back, so this step may not land any more.`,
    },
    title: change.subject,
    description: plan.description,
    method: snapshot.config?.merge?.method ?? 'merge',
    landing: 'arm',
    whenClosed:
      decision.reasons[0].code === 'ASKED_BY_PERSON'
        ? undefined
        : `${version} is not rolled back and keeps its traffic, and each run that finds it harmful says so. Reopen it (its branch has to be there), and the next run merges it or one in its place; or take ${version} out of the manifest by hand. After another edit of the manifest or of a serving file the rollback is proposed anew; a pause or another order that moves nothing leaves it closed, up to eight of them`,
  });
}

/** People's and Belay's commits on the manifest that the restored bytes do not hold. */
function droppedRevisions(revisions: readonly Revision[], commit: Sha): readonly Revision[] {
  const index = revisions.findIndex((revision: ManifestRevision) => revision.commit === commit);
  return index < 0 ? revisions : revisions.slice(0, index);
}
