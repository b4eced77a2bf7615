import { buildChange } from '../core/change/build-change.ts';
import type { Change, FileEdit } from '../core/change/change.ts';
import type { Decision } from '../core/decision/decision.ts';
import type { LastGood, LastGoodSearch, ManifestRevision, SkippedGood } from '../core/decision/last-good.ts';
import type { Problem } from '../core/errors.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import type { Rollout } from '../core/plan/rollout.ts';
import type { ReleaseState } from '../core/record/release-state.ts';
import { sameVersion, type VersionRef, versionRef } from '../core/record/version-ref.ts';
import { type Instant, percent, type Sha } from '../core/units.ts';
import type { Revision } from '../ports/forge.ts';
import { describeRollback } from '../report/rollback-pull-request.ts';
import type { Receipt, ReleaseReport } from '../report/run-report.ts';
import type { Evidence } from './evaluate.ts';
import { findTarget } from './find-target.ts';
import { proposeAndMerge } from './propose.ts';
import { readRevisions } from './read-revisions.ts';
import type { Snapshot } from './read-snapshot.ts';
import { restoreTargets } from './restore-targets.ts';
import { rollbackBranch, rollbackFamily, stepFamily } from './rollback-branch.ts';
import type { World } from './world.ts';

/** What is to be rolled back, and why. The manifest itself need not be readable. */
export interface RollbackOrder {
  readonly snapshot: Snapshot;
  readonly name: string;
  readonly path: string;
  /** The manifest's text now; undefined when it was deleted. */
  readonly text: string | undefined;
  /** The manifest now, where it can be read. */
  readonly release: Release | undefined;
  readonly state: ReleaseState;
  /** The version to get away from. */
  readonly bad: VersionRef;
  readonly decision: Decision & { readonly kind: 'rollback' };
  readonly evidence: Evidence | undefined;
  readonly now: Instant;
}

/** A rollback that is computed, or why it cannot be. */
type RollbackPlan =
  | {
      readonly kind: 'planned';
      readonly change: Change;
      readonly description: string;
      readonly notes: readonly Problem[];
    }
  | { readonly kind: 'impossible'; readonly problems: readonly Problem[] };

/**
 * Computes the rollback: the last good bytes of the manifest, the targets rendered again (or, where a target cannot be
 * edited, as it stood with those bytes), the record with the evidence. Writes nothing.
 */
async function planRollback(world: World, order: RollbackOrder): Promise<RollbackPlan> {
  const { head, releases } = order.snapshot;
  const revisions = await readRevisions(world.forge, head, [order.path, ...order.state.paths]);
  const { search, reasons, notes } = await findTarget(world, order.snapshot.config, {
    path: order.path,
    state: order.state,
    bad: order.bad,
    revisions,
    prefer: namedFallback(order),
  });
  if (!search.found) return { kind: 'impossible', problems: [noTarget(order, search)] };
  const targets = await restoreTargets(world, {
    head,
    good: search.found,
    now: order.release,
    others: releases.flatMap((file) =>
      file.kind === 'readable' && file.path !== order.path ? [file.parsed.release] : [],
    ),
  });
  if (targets.problems.length > 0) return { kind: 'impossible', problems: targets.problems };
  const [reason, ...more] = order.decision.reasons;
  const decision = { ...order.decision, reasons: [reason, ...more, ...reasons] as const };
  const change = buildRollback(
    world,
    { ...order, decision },
    { good: search.found, skipped: search.skipped, targets: targets.edits },
  );
  const all = [...notes, ...targets.notes];
  const spec = order.release?.spec;
  const left = [spec?.candidate, spec?.stable].find((one) => one && sameVersion(versionRef(one), order.bad));
  const description = describeRollback({
    record: change.record,
    traffic: left && left === spec?.stable ? percent(100) : order.decision.from,
    summary: left?.summary,
    edits: change.files.slice(0, -1),
    restored: search.found,
    skipped: search.skipped,
    dropped: droppedRevisions(revisions, search.found.commit),
    notes: all,
    answers: order.evidence?.answers ?? [],
    assessment: order.evidence?.assessment,
    owners: search.found.release.metadata.owners ?? [],
    runbook: search.found.release.metadata.runbook,
  });
  return { kind: 'planned', change, description, notes: all };
}

/** Computes a rollback and, unless this is a dry run, opens and merges its pull request. */
export async function runRollback(
  world: World,
  order: RollbackOrder,
  { base, dryRun }: { readonly base: ReleaseReport; readonly dryRun: boolean },
): Promise<ReleaseReport> {
  const planned = await planRollback(world, order);
  if (planned.kind === 'impossible') {
    const [first] = planned.problems;
    const message = `the rollback cannot be computed (${first?.code ?? ''}), the problems say why; nothing was written`;
    return {
      ...base,
      problems: [...base.problems, ...planned.problems],
      receipt: { kind: 'blocked', code: 'NOT_COMPUTED', pull: undefined, message },
    };
  }
  const edits = planned.change.files.slice(0, -1);
  const receipt: Receipt = dryRun ? { kind: 'dry-run' } : await executeRollback(world, order, planned);
  return {
    ...base,
    decision: order.decision,
    edits,
    problems: [...base.problems, ...planned.notes],
    receipt,
  };
}

/** Opens and merges the revert pull request. */
async function executeRollback(
  world: World,
  { snapshot, name, bad, decision }: RollbackOrder,
  plan: Extract<RollbackPlan, { kind: 'planned' }>,
): Promise<Receipt> {
  const { version } = bad;
  return proposeAndMerge(world, {
    change: plan.change,
    base: snapshot.head,
    branch: rollbackBranch(name, version, plan.change.operation),
    whenTaken: 'next-branch',
    family: rollbackFamily(name),
    overtakes: {
      family: stepFamily(name),
      comment: `Closed by Belay: ${version} is being rolled back, so this step may not land any more.`,
    },
    title: plan.change.subject,
    description: plan.description,
    method: snapshot.config?.merge?.method ?? 'merge',
    landing: 'arm',
    whenClosed:
      decision.reasons[0].code === 'ASKED_BY_PERSON'
        ? undefined
        : `${version} is not rolled back and keeps its traffic, and each run says so. Reopen it, and the next run merges it; or take ${version} out of the manifest by hand. After another edit of the manifest the rollback is proposed anew`,
  });
}

/** The version that the manifest names for this, where it was decided to go back to that. */
function namedFallback({ decision, release }: RollbackOrder): string | undefined {
  const isNamed = decision.reasons.some(({ code }) => code === 'FALLBACK_NAMED');
  return isNamed ? release?.spec.rollback?.fallback : undefined;
}

/** What a rollback goes back to. */
interface Restoration {
  readonly good: LastGood;
  readonly skipped: readonly SkippedGood[];
  readonly targets: readonly FileEdit[];
}

function buildRollback(world: World, order: RollbackOrder, { good, skipped, targets }: Restoration): Change {
  return buildChange({
    run: { tool: world.tool, trigger: world.trigger, base: order.snapshot.head, now: order.now },
    release: order.name,
    decision: order.decision,
    via: 'pull-request',
    state: order.state,
    stable: good.ref,
    candidate: order.bad,
    rollout: order.state.rollout ?? rolloutOf(order),
    manifest: { path: order.path, before: order.text, after: good.text },
    targets,
    restored: { version: good.ref, commit: good.commit, record: good.record, passedOver: skipped },
    quarantine: order.bad,
    ...(order.evidence ? { assessment: order.evidence.assessment, answers: order.evidence.answers } : {}),
    sha256: world.sha256,
  });
}

/** Of a version that is left after its promotion: since when it had traffic is what its way back is measured from. */
function rolloutOf({ state: { watched }, bad }: RollbackOrder): Rollout | undefined {
  return watched?.kind === 'promoted' && sameVersion(watched.ref, bad) ? watched.rollout : undefined;
}

function noTarget(order: RollbackOrder, search: LastGoodSearch): Problem {
  const skipped = search.skipped.map(({ version, reason }) => `${version}: ${reason}`).join('; ');
  const why = skipped === '' ? 'no record names another good version' : skipped;
  return {
    code: 'NOTHING_TO_RESTORE',
    severity: 'error',
    at: { file: order.path, line: 1, column: 1 },
    path: '',
    message: `there is no version to go back to from ${order.bad.version} (${why}). Set the traffic by hand and merge a settled manifest`,
  };
}

/** People's and Belay's commits on the manifest that the restored bytes do not hold. */
function droppedRevisions(revisions: readonly Revision[], commit: Sha): readonly Revision[] {
  const index = revisions.findIndex((revision: ManifestRevision) => revision.commit === commit);
  return index < 0 ? revisions : revisions.slice(0, index);
}
