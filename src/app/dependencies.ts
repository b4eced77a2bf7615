import { type Decision, goesUp, lowers, type Reason } from '../core/decision/decision.ts';
import {
  adviseOn,
  type Dependencies,
  describeUnmet,
  findTakenBack,
  findUnmet,
} from '../core/decision/needs.ts';
import type { VersionSpec } from '../core/manifest/release-schema.ts';
import { momentFor } from '../core/plan/skew.ts';
import { DEPENDENCY_ROLLED_BACK } from '../core/record/following.ts';
import { type VersionRef, versionRef } from '../core/record/version-ref.ts';
import { type Instant, percent } from '../core/units.ts';
import { dependenciesIn, findInFlight, findUnseen, indexMoving } from './check-dependencies.ts';
import { computeRollback, type RollbackOrder } from './compute-rollback.ts';
import { holdPlan } from './hold-plan.ts';
import type { ReleasePlan } from './plan-release.ts';
import type { ReadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/** The versions of a release that have traffic; the one that a rollback would leave comes first. */
export function exposedVersions({ parsed, state }: ReadableRelease): readonly VersionSpec[] {
  const { candidate, stable } = parsed.release.spec;
  return state.rollout && candidate ? [candidate, stable] : [stable];
}

/** What a rollback of a release leaves: the candidate once it was started, else what serves everyone. */
export function servedRef({ parsed, state }: ReadableRelease): VersionRef {
  const { candidate, stable } = parsed.release.spec;
  return versionRef(state.rollout && candidate ? candidate : stable);
}

/**
 * A release with a version that needs one which Belay took back elsewhere goes back as well: it was left when that one did, or its own
 * pull request did not land. When it cannot, a person is told in every run; a candidate that works with what is served is the way out
 * then, and is let through.
 */
export async function followDependencies(
  world: World,
  snapshot: Snapshot,
  { plan, now }: { readonly plan: ReleasePlan; readonly now: Instant },
): Promise<ReleasePlan> {
  const { report, release } = plan;
  if (report.decision.kind === 'rollback') return plan;
  const others = dependenciesIn(snapshot.releases);
  const needs = exposedVersions(release).map((version) => describeTakenAway(version, others));
  const why = needs.find((need) => need !== undefined);
  if (why === undefined) return plan;
  const order = orderToFollow(snapshot, release, { why, now });
  const computed = await computeRollback(world, order, others);
  const { kind, reasons, from } = report.decision;
  const [first, ...rest] = order.decision.reasons;
  // harm that it does as well may come of that: it is said, and not held against it
  const harm = lowers(report.decision) ? reasons : [];
  if (computed.kind === 'computed')
    return {
      ...plan,
      change: undefined,
      evidence: undefined,
      report: { ...report, decision: { ...order.decision, reasons: [first, ...rest, ...harm] }, edits: [] },
      ...(lowers(report.decision) || kind === 'pause' ? { otherwise: plan } : {}),
    };
  if (needs[0] === undefined || (kind !== 'hold' && kind !== 'nothing')) return plan;
  const text = `${why}, and it cannot be taken back: ${computed.problems[0]?.message ?? ''}`;
  const reason: Reason = { code: 'DEPENDENCY_NOT_MET', text };
  const decision: Decision = {
    kind: 'hold',
    from,
    to: from,
    reasons: [reason, ...(kind === 'hold' ? reasons : [])],
  };
  return { ...plan, report: { ...report, decision } };
}

/** Why a version works no more since Belay took another one back. */
function describeTakenAway(version: VersionSpec, others: Dependencies): string | undefined {
  for (const unmet of findUnmet(version, others)) {
    const other = others.get(unmet.name);
    const back = other && unmet.age === 'older' ? findTakenBack(other.state, unmet.needed) : undefined;
    if (back !== undefined) return `${describeUnmet(unmet)} since ${back} was taken back`;
  }
  return undefined;
}

/** The order to take a release back since another one was. */
export function orderToFollow(
  snapshot: Snapshot,
  file: ReadableRelease,
  { why, now }: { readonly why: string; readonly now: Instant },
): RollbackOrder & { readonly decision: Decision } {
  const { release } = file.parsed;
  return {
    snapshot,
    name: release.metadata.name,
    path: file.path,
    text: file.text,
    release,
    state: file.state,
    bad: servedRef(file),
    decision: {
      kind: 'rollback',
      from: release.spec.rollout.weight,
      to: percent(0),
      reasons: [{ code: DEPENDENCY_ROLLED_BACK, text: why }],
    },
    evidence: undefined,
    now: momentFor(file.state.newest, now),
  };
}

/** Nothing goes up while what it depends on moves, may move unseen, or serves an older version than is needed. */
export function requireDependencies(
  { releases }: Pick<Snapshot, 'releases'>,
  plan: ReleasePlan,
): ReleasePlan {
  const { report, release } = plan;
  if (!goesUp(report.decision)) return plan;
  const to = report.decision.kind === 'start' ? 'start' : 'go on';
  const [other] = findInFlight(release, indexMoving(releases), to);
  if (other) {
    const text = `${other.text}, where ${other.version} is being rolled out, and harm could not be told apart; it goes on when that rollout has ended`;
    return holdPlan(plan, [{ code: 'DEPENDENCY_IN_FLIGHT', text }], []);
  }
  const { candidate } = release.parsed.release.spec;
  const unmet = candidate ? findUnmet(candidate, dependenciesIn(releases)) : [];
  const [first, ...rest] = [
    ...unmet.map((one) => `${describeUnmet(one)}; ${adviseOn(one)}`),
    ...findUnseen(release, releases, to).map(
      (text) => `${text}, so nobody knows whether a version is being rolled out there; mend that first`,
    ),
  ].map((text): Reason => ({ code: 'DEPENDENCY_NOT_MET', text }));
  return first ? holdPlan(plan, [first, ...rest], []) : plan;
}
