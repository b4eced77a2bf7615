import type { Change } from '../core/change/change.ts';
import type { Reason } from '../core/decision/decision.ts';
import { type Dependencies, describeUnmet, findUnmet } from '../core/decision/needs.ts';
import type { Problem } from '../core/errors.ts';
import { orderOfReleases } from '../core/manifest/order-of-releases.ts';
import { DEPENDENCY_ROLLED_BACK } from '../core/record/following.ts';
import { dependenciesIn, graphOf } from './check-dependencies.ts';
import {
  buildRollback,
  type ComputedRollback,
  computeRollback,
  noteAt,
  type RollbackOrder,
  withReasons,
} from './compute-rollback.ts';
import { exposedVersions, orderToFollow } from './dependencies.ts';
import { nameOf, type ReadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import { mayBeOpen, rollbackFamily } from './rollback-branch.ts';
import type { World } from './world.ts';

/** A release that goes back with another one. */
export interface TakenAlong {
  readonly name: string;
  readonly change: Change;
  readonly notes: readonly Problem[];
}

/** A rollback with those that it takes along. */
export interface Company {
  /** Says in its reasons who goes back with it. */
  readonly computed: ComputedRollback;
  /** Those that depend on others first. */
  readonly along: readonly TakenAlong[];
  /** Dependents that need what is taken back, and stay for now. */
  readonly left: readonly Problem[];
}

/**
 * Works out which releases go back together with one, since what they serve or try needs the version that is taken back: those that
 * depend on it, then those that depend on them. One that cannot go back, or not in the same pull request, is left and told.
 * @param busy releases that this run has rolled back already, or tried to
 */
export async function takeAlong(
  world: World,
  main: ComputedRollback,
  busy: ReadonlySet<string>,
): Promise<Company> {
  const { snapshot, name, now } = main.order;
  const will = new Map(dependenciesIn(snapshot.releases));
  const { good } = main;
  const state = main.order.state;
  will.set(name, { state, served: good.ref.version });
  const gone = new Set([name]);
  const paths = new Set([main.order.path, ...main.targets.map(({ path }) => path)]);
  const along: (TakenAlong & { readonly reason: Reason })[] = [];
  const left: Problem[] = [];
  for (const file of dependenciesFirst(snapshot)) {
    const why = nameOf(file) === name ? undefined : findBroken(file, will, gone);
    if (why === undefined) continue;
    const order = orderToFollow(snapshot, file, { why, now });
    const taken = await takeOne(world, order, { file, will, paths, busy });
    if (taken.kind === 'left') {
      left.push(noteAt(file.path, 'DEPENDENT_LEFT', `${order.bad.version} ${why}. ${taken.why}`));
      continue;
    }
    const { computed } = taken;
    const to = computed.good.ref.version;
    will.set(nameOf(file), { state: file.state, served: to });
    gone.add(nameOf(file));
    for (const path of taken.paths) paths.add(path);
    const text = `${nameOf(file)} goes back with it, from ${order.bad.version} to ${to}: ${order.bad.version} ${why}`;
    const change = buildRollback(world, computed);
    along.unshift({
      name: nameOf(file),
      change,
      notes: computed.notes,
      reason: { code: DEPENDENCY_ROLLED_BACK, text },
    });
  }
  const reasons = along.map(({ reason }) => reason);
  return { computed: { ...main, order: withReasons(main.order, reasons) }, along, left };
}

function dependenciesFirst({ releases }: Snapshot): readonly ReadableRelease[] {
  const byName = new Map(releases.map((file) => [nameOf(file), file] as const));
  return orderOfReleases(graphOf(releases)).order.flatMap((name) => {
    const file = byName.get(name);
    return file?.kind === 'readable' ? [file] : [];
  });
}

/** Why a release does not work any more once others have gone back; undefined while it does, or did not before either. */
function findBroken(
  file: ReadableRelease,
  will: Dependencies,
  gone: ReadonlySet<string>,
): string | undefined {
  const unmet = exposedVersions(file)
    .flatMap((version) => findUnmet(version, will))
    .find(({ name, isOlder }) => isOlder && gone.has(name));
  return unmet && describeUnmet(unmet);
}

type Taken =
  | { readonly kind: 'taken'; readonly computed: ComputedRollback; readonly paths: readonly string[] }
  | { readonly kind: 'left'; readonly why: string };

async function takeOne(
  world: World,
  order: RollbackOrder,
  input: {
    readonly file: ReadableRelease;
    readonly will: Dependencies;
    readonly paths: ReadonlySet<string>;
    readonly busy: ReadonlySet<string>;
  },
): Promise<Taken> {
  if (input.busy.has(order.name) || (await hasOwnRollback(world, order, input.file)))
    return { kind: 'left', why: 'Its own rollback is open: see that it lands' };
  const computed = await computeRollback(world, order, input.will);
  if (computed.kind === 'impossible') {
    const [problem] = computed.problems;
    return { kind: 'left', why: `It cannot be taken back, and keeps its traffic: ${problem?.message ?? ''}` };
  }
  const paths = [order.path, ...computed.targets.map(({ path }) => path)];
  const shared = paths.find((path) => input.paths.has(path));
  if (shared === undefined) return { kind: 'taken', computed, paths };
  return {
    kind: 'left',
    why: `It goes back by a pull request of its own after this, since both write ${shared}`,
  };
}

/** A rollback of it that waits for a requirement would conflict with this one; asked only where there is such a branch. */
async function hasOwnRollback(
  { forge }: World,
  { name, snapshot }: RollbackOrder,
  file: ReadableRelease,
): Promise<boolean> {
  const family = rollbackFamily(name);
  const known = await forge.branches(snapshot.head, family);
  if (!known.some((branch) => mayBeOpen(file, branch))) return false;
  const { siblings } = await forge.inspect({ branch: `${family}look`, families: [family] });
  return siblings.length > 0;
}
