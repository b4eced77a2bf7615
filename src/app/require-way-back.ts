import { type DecisionInput, decide } from '../core/decision/decide.ts';
import type { Decision, ReasonCode } from '../core/decision/decision.ts';
import { findLastGood } from '../core/decision/last-good.ts';
import { sameVersion, versionRef } from '../core/record/version-ref.ts';
import { NOT_RECOVERED } from '../core/record/watched.ts';
import { dependenciesIn } from './check-dependencies.ts';
import { computeRollback } from './compute-rollback.ts';
import type { Evidence } from './evaluate.ts';
import { nameOf, type ReadableRelease } from './read-files.ts';
import { readRevisions } from './read-revisions.ts';
import type { Snapshot } from './read-snapshot.ts';
import { describeObstacle, obstaclesTo, rollbackFamily } from './rollback-branch.ts';
import type { World } from './world.ts';

/** Nobody climbs without a rope: a rollout starts and goes up only when the way back can be computed now. */
export async function requireWayBack(
  world: World,
  snapshot: Snapshot,
  release: ReadableRelease,
  decision: Decision,
): Promise<Decision> {
  if (decision.kind !== 'start' && decision.kind !== 'advance') return decision;
  const hold = (code: ReasonCode, text: string): Decision => {
    const { from } = decision;
    return { kind: 'hold', from, to: from, reasons: [{ code, text }] };
  };
  const [obstacle] = await world.forge.known(obstaclesTo(rollbackFamily(nameOf(release))));
  if (obstacle !== undefined)
    return hold('BRANCH_IN_THE_WAY', describeObstacle(obstacle, 'so no rollback could be proposed'));
  const revisions = await readRevisions(world.forge, snapshot.head, [release.path, ...release.state.paths]);
  const { found } = findLastGood({ path: release.path, state: release.state, bad: undefined, revisions });
  const { stable } = release.parsed.release.spec;
  if (found && sameVersion(found.ref, versionRef(stable))) return decision;
  const text = `no settled manifest with stable ${stable.version} in the history of the default branch, so there would be no way back; merge the manifest without candidate first`;
  return hold('LAST_GOOD_MISSING', text);
}

/**
 * What is decided about a restored version that did not recover, when there is nothing to go back to from it: a rollback that can
 * never land would keep every other version waiting behind it.
 */
export async function requireTarget(
  world: World,
  snapshot: Snapshot,
  {
    release,
    evidence,
    asked,
    decision,
  }: {
    readonly release: ReadableRelease;
    readonly evidence: Evidence | undefined;
    readonly asked: DecisionInput;
    readonly decision: Decision;
  },
): Promise<Decision> {
  const { kind, reasons } = decision;
  if (kind !== 'rollback' || reasons[0].code !== NOT_RECOVERED) return decision;
  const order = {
    snapshot,
    name: nameOf(release),
    path: release.path,
    text: release.text,
    release: asked.release,
    state: release.state,
    bad: versionRef(asked.release.spec.stable),
    decision: { ...decision, kind },
    evidence,
    now: asked.now,
  };
  const computed = await computeRollback(world, order, dependenciesIn(snapshot.releases));
  const message = computed.kind === 'impossible' ? computed.problems[0]?.message : undefined;
  if (message === undefined) return decision;
  return decide({ ...asked, stuck: { code: 'NOTHING_TO_RESTORE', text: message } });
}
