import { buildChange } from '../core/change/build-change.ts';
import type { Change } from '../core/change/change.ts';
import type { Reason } from '../core/decision/decision.ts';
import {
  type Dependencies,
  type Dependency,
  describeUnmet,
  findTakenBack,
  findUnmet,
  goBack,
  type UnmetNeed,
} from '../core/decision/needs.ts';
import type { Problem } from '../core/errors.ts';
import { orderOfReleases } from '../core/manifest/order-of-releases.ts';
import { DEPENDENCY_ROLLED_BACK } from '../core/record/following.ts';
import type { Sibling } from '../ports/forge.ts';
import { dependenciesIn, dependenciesOf, graphOf } from './check-dependencies.ts';
import {
  type ComputedRollback,
  computeRollback,
  inputOfRollback,
  noteAt,
  type RollbackOrder,
  withReasons,
} from './compute-rollback.ts';
import { exposedVersions, orderToFollow } from './dependencies.ts';
import { toToolError } from './fault.ts';
import { findOpenRollbacks, takesAlong } from './open-rollbacks.ts';
import { nameOf, type ReadableRelease } from './read-files.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/** A release that goes back with another one. */
export interface TakenAlong {
  readonly computed: ComputedRollback;
  readonly change: Change;
}

/** A rollback with those that it takes along. */
export interface Company {
  /** Says in its reasons who goes back with it, and who should and does not. */
  readonly computed: ComputedRollback;
  /** Those that depend on others first. */
  readonly along: readonly TakenAlong[];
  /** Dependents that may need what is taken back, and stay as they are. */
  readonly left: readonly Problem[];
}

/**
 * Works out which releases go back together with one, since what they serve or try needs the version that is taken back: those that
 * depend on it, then those that depend on them. One that cannot go back, or not in the same pull request, is left and told.
 * @param busy releases that this run rolls back by other pull requests
 */
export async function takeAlong(
  world: World,
  main: ComputedRollback,
  busy: ReadonlySet<string>,
): Promise<Company> {
  const { snapshot, name, now, path, state, bad } = main.order;
  const will = new Map<string, Dependency>(dependenciesIn(snapshot.releases));
  will.set(name, goBack(state, { from: bad, to: main.good.ref }));
  const gone = new Map([[name, bad.version]]);
  const paths = new Set([path, ...main.targets.map((target) => target.path)]);
  let open: Promise<readonly Sibling[]> | undefined;
  const isBusy = async (file: ReadableRelease): Promise<boolean> => {
    if (busy.has(nameOf(file))) return true;
    open ??= findOpenRollbacks(world, snapshot, name);
    const pulls = await Promise.all((await open).map((pull) => takesAlong(world, pull, file)));
    return pulls.includes(true);
  };
  const along: TakenAlong[] = [];
  const reasons: Reason[] = [];
  const left: Problem[] = [];
  for (const file of dependenciesFirst(snapshot)) {
    const why = nameOf(file) === name ? undefined : findBroken(file, will, gone);
    if (why === undefined) continue;
    const order = orderToFollow(snapshot, file, { why, now });
    const taken = await takeOne(world, order, { will, paths, isBusy: () => isBusy(file) });
    if (typeof taken === 'string') {
      left.push(noteAt(file.path, 'DEPENDENT_LEFT', `${why}. ${taken}`));
      continue;
    }
    const { good, targets } = taken.computed;
    will.set(nameOf(file), goBack(file.state, { from: order.bad, to: good.ref }));
    gone.set(nameOf(file), order.bad.version);
    for (const edit of [order, ...targets]) paths.add(edit.path);
    along.unshift(taken);
    const text = `${nameOf(file)} goes back with it, from ${order.bad.version} to ${good.ref.version}: ${why}`;
    reasons.unshift({ code: DEPENDENCY_ROLLED_BACK, text });
  }
  left.push(...tellUnreadable(snapshot, gone));
  const stay = left.map(
    ({ at, message }): Reason => ({ code: 'DEPENDENT_LEFT', text: `${at.file}: ${message}` }),
  );
  const order = withReasons(main.order, [...reasons, ...stay]);
  return { computed: { ...main, order }, along, left };
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
  gone: ReadonlyMap<string, string>,
): string | undefined {
  const isBroken = ({ age, name, needed }: UnmetNeed): boolean => {
    const other = gone.has(name) && age === 'older' ? will.get(name) : undefined;
    return other !== undefined && findTakenBack(other.state, needed) === gone.get(name);
  };
  const unmet = exposedVersions(file)
    .flatMap((version) => findUnmet(version, will))
    .find(isBroken);
  return unmet && describeUnmet(unmet);
}

/** What it needs stands in a manifest that nobody can read. */
function tellUnreadable({ releases }: Snapshot, gone: ReadonlyMap<string, string>): readonly Problem[] {
  return releases.flatMap((file) => {
    const other = file.kind === 'unreadable' && dependenciesOf(file).find((name) => gone.has(name));
    if (!other) return [];
    const message = `it depends on ${other}, and its manifest cannot be read, so nobody knows whether it works with what is restored: look, and mend it`;
    return [noteAt(file.path, 'DEPENDENT_LEFT', message)];
  });
}

/** A rollback that fits beside the others, or why there is none. What breaks over one dependent is no hindrance to what it needs. */
async function takeOne(
  world: World,
  order: RollbackOrder,
  {
    will,
    paths,
    isBusy,
  }: {
    readonly will: Dependencies;
    readonly paths: ReadonlySet<string>;
    readonly isBusy: () => Promise<boolean>;
  },
): Promise<TakenAlong | string> {
  try {
    if (await isBusy()) return 'Another pull request takes it back: see that it lands';
    const computed = await computeRollback(world, order, will);
    if (computed.kind === 'impossible')
      return `It cannot be taken back, and keeps its traffic: ${computed.problems[0]?.message ?? ''}`;
    const shared = [order, ...computed.targets].find(({ path }) => paths.has(path));
    if (shared)
      return `It goes back by a pull request of its own after this, since both write ${shared.path}`;
    return { computed, change: buildChange(inputOfRollback(world, computed)) };
  } catch (fault) {
    return `It stays as it is, since looking for its way back broke, and the next run looks again: ${toToolError(fault).message}`;
  }
}
