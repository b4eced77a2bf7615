import type { ChangeInput } from '../core/change/build-change.ts';
import type { FileEdit } from '../core/change/change.ts';
import type { Decision, Reason } from '../core/decision/decision.ts';
import type { LastGood, LastGoodSearch, SkippedGood } from '../core/decision/last-good.ts';
import { type Dependencies, describeUnmet, findUnmet } from '../core/decision/needs.ts';
import { askedProof } from '../core/decision/watch.ts';
import type { Problem } from '../core/errors.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import type { Rollout } from '../core/plan/rollout.ts';
import { isFollowing } from '../core/record/following.ts';
import type { ReleaseState } from '../core/record/release-state.ts';
import { sameVersion, type VersionRef } from '../core/record/version-ref.ts';
import type { Instant } from '../core/units.ts';
import type { Revision } from '../ports/forge.ts';
import type { Evidence } from './evaluate.ts';
import { findTarget, type Target } from './find-target.ts';
import { readRevisions } from './read-revisions.ts';
import type { Snapshot } from './read-snapshot.ts';
import { restoreTargets } from './restore-targets.ts';
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

/** A rollback that is worked out: what it goes back to, and the files that it leaves. */
export interface ComputedRollback {
  readonly kind: 'computed';
  /** With what was found on the way among its reasons. */
  readonly order: RollbackOrder;
  readonly good: LastGood;
  readonly skipped: readonly SkippedGood[];
  readonly targets: readonly FileEdit[];
  /** What a person should know. */
  readonly notes: readonly Problem[];
  /** History of the manifest, newest first. */
  readonly revisions: readonly Revision[];
}

/** A rollback, or why there is none. */
export type Computation =
  | ComputedRollback
  | { readonly kind: 'impossible'; readonly problems: readonly Problem[] };

/**
 * Works out a rollback: the last good bytes of the manifest, the targets rendered again (or, where a target cannot be edited, as it
 * stood with those bytes). Writes nothing.
 * @param others what the releases that it depends on serve, or will serve by then
 */
export async function computeRollback(
  world: World,
  order: RollbackOrder,
  others: Dependencies,
): Promise<Computation> {
  const { head, releases } = order.snapshot;
  const revisions = await readRevisions(world.forge, head, [order.path, ...order.state.paths]);
  const { search, reasons, notes } = await chooseTarget(world, order, { others, revisions });
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
  return {
    kind: 'computed',
    order: withReasons(order, reasons),
    good: search.found,
    skipped: search.skipped,
    targets: targets.edits,
    notes: [...notes, ...targets.notes],
    revisions,
  };
}

/** The same order with more to say. */
export function withReasons(order: RollbackOrder, more: readonly Reason[]): RollbackOrder {
  const [reason, ...rest] = order.decision.reasons;
  return { ...order, decision: { ...order.decision, reasons: [reason, ...rest, ...more] } };
}

/**
 * The version to go back to. One that needs more of another release than is served there is passed over; when that leaves none,
 * proven harm is worse than a need that is not met, and the newest good one is taken all the same.
 */
async function chooseTarget(
  world: World,
  order: RollbackOrder,
  { others, revisions }: { readonly others: Dependencies; readonly revisions: readonly Revision[] },
): Promise<Target> {
  const { path, state, bad, snapshot } = order;
  const input = { path, state, bad, revisions, prefer: namedFallback(order) };
  const unfit = (release: Release): string | undefined => describeLack(release, others);
  const fitting = await findTarget(world, snapshot.config, { ...input, unfit });
  if (fitting.search.found || isFollowing(order.decision)) return fitting;
  const any = await findTarget(world, snapshot.config, input);
  const lack = any.search.found && describeLack(any.search.found.release, others);
  if (lack === undefined) return any;
  const advice = 'No good version works with that, so it is gone back to all the same; see that both fit';
  const message = `${lack}. ${advice}`;
  return { ...any, notes: [...any.notes, noteAt(path, 'DEPENDENCY_NOT_MET', message)] };
}

function describeLack({ spec }: Release, others: Dependencies): string | undefined {
  const unmet = findUnmet(spec.stable, others).filter(({ age }) => age === 'older');
  return unmet.length === 0 ? undefined : unmet.map(describeUnmet).join(', ');
}

/** A warning about a file as a whole. */
export function noteAt(file: string, code: string, message: string): Problem {
  return { code, severity: 'warning', at: { file, line: 1, column: 1 }, path: '', message };
}

/** What all that a rollback writes is built of. @param along operations of other releases that land with it */
export function inputOfRollback(
  world: World,
  { order, good, skipped, targets }: ComputedRollback,
  along: readonly string[] = [],
): ChangeInput {
  return {
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
    restored: {
      version: good.ref,
      commit: good.commit,
      record: good.record,
      passedOver: skipped,
      verify: askedProof(good.release, order.release),
    },
    ...(isFollowing(order.decision) ? {} : { quarantine: order.bad }),
    ...(order.evidence ? { assessment: order.evidence.assessment, answers: order.evidence.answers } : {}),
    along,
    sha256: world.sha256,
  };
}

/** The version that the manifest names for this, where it was decided to go back to that. */
function namedFallback({ decision, release }: RollbackOrder): string | undefined {
  const isNamed = decision.reasons.some(({ code }) => code === 'FALLBACK_NAMED');
  return isNamed ? release?.spec.rollback?.fallback : undefined;
}

/** Of a version that is left after its promotion: since when it had traffic is what its way back is measured from. */
function rolloutOf({ state: { watched }, bad }: RollbackOrder): Rollout | undefined {
  return watched?.kind === 'promoted' && sameVersion(watched.ref, bad) ? watched.rollout : undefined;
}

const BY_HAND = 'Set the traffic by hand and merge a settled manifest';
/** A release that no tick has adopted yet has no way back, however sound its manifest. */
const FIRST_TICK =
  'No tick has adopted this release yet: run "belay advance" once, which takes the version that serves everyone as good. If that one does harm now, set the traffic by hand and merge a settled manifest first';

function noTarget(order: RollbackOrder, search: LastGoodSearch): Problem {
  const skipped = search.skipped.map(({ version, reason }) => `${version}: ${reason}`).join('; ');
  const { good, quarantined } = order.state;
  const isUnseen = skipped === '' && good.length === 0 && quarantined.length === 0;
  const why = skipped === '' ? 'no record names another good version' : skipped;
  const back = [...new Set(quarantined.map(({ ref }) => ref.version))].filter(
    (one) => one !== order.bad.version,
  );
  const lift =
    back.length === 0
      ? ''
      : `. Where ${back.join(' or ')} was rolled back wrongly, lift its quarantine before that (order lift-quarantine)`;
  return {
    code: 'NOTHING_TO_RESTORE',
    severity: 'error',
    at: { file: order.path, line: 1, column: 1 },
    path: '',
    message: `there is no version to go back to from ${order.bad.version} (${why}). ${isUnseen ? FIRST_TICK : BY_HAND}${lift}`,
  };
}
