import type { FileEdit } from '../core/change/change.ts';
import type { LastGood } from '../core/decision/last-good.ts';
import type { Problem } from '../core/errors.ts';
import type { Release, TargetSpec } from '../core/manifest/release-schema.ts';
import { percent, type Sha } from '../core/units.ts';
import { type RenderedTargets, readTargets, renderTargets } from './render-targets.ts';
import type { World } from './world.ts';

/** The target files as a rollback leaves them. */
export interface RestoredTargets {
  readonly edits: readonly FileEdit[];
  /** Warnings: files that were put back whole, and targets that may keep sending traffic to the bad version. */
  readonly notes: readonly Problem[];
  /** Files that cannot be restored either way. */
  readonly problems: readonly Problem[];
}

export interface TargetsInput {
  readonly head: Sha;
  readonly good: LastGood;
  /** The manifest now, where it can be read. */
  readonly now: Release | undefined;
  /** The other releases of the repository: a file that is put back whole may hold their split as well. */
  readonly others: readonly Release[];
}

/**
 * Renders the targets of the last good manifest into the files as they are, or, where a file cannot be edited, into the file
 * as it stood with that manifest. Targets that only the manifest of now has are rendered as well: nobody would look after
 * them any more, and the bad version would keep its traffic there.
 */
export async function restoreTargets(world: World, input: TargetsInput): Promise<RestoredTargets> {
  const { head, good, now } = input;
  const known = new Set(good.release.spec.targets.map((target) => JSON.stringify(target)));
  const added = (now?.spec.targets ?? []).filter((target) => !known.has(JSON.stringify(target)));
  const both = withTargets(good.release, [...good.release.spec.targets, ...added]);
  const before = await readTargets((paths) => world.forge.read(head, paths), both);
  const kept = await renderOrRestore(world, before, input);
  const dropped = renderTargets(withTargets(good.release, added), percent(0), kept.texts);
  const after = withEdits(kept.texts, dropped);
  return {
    edits: [...after].map(([path, text]) => ({ path, before: before.get(path), after: text })),
    notes: [...kept.notes, ...dropped.problems.map(mayKeepTraffic)],
    problems: kept.problems,
  };
}

interface KeptTargets extends Omit<RestoredTargets, 'edits'> {
  readonly texts: ReadonlyMap<string, string>;
}

async function renderOrRestore(
  world: World,
  before: ReadonlyMap<string, string>,
  input: TargetsInput,
): Promise<KeptTargets> {
  const { release, commit } = input.good;
  const rendered = renderTargets(release, percent(0), before);
  const texts = new Map(withEdits(before, rendered));
  const broken = [...new Set(rendered.problems.map((problem) => problem.at.file))];
  if (broken.length === 0) return { texts, notes: [], problems: [] };
  const old = await readTargets((paths) => world.forge.read(commit, paths), release);
  const notes: Problem[] = [];
  const problems: Problem[] = [];
  for (const path of broken) {
    const [first, ...rest] = rendered.problems.filter((problem) => problem.at.file === path);
    const whole = restoreWhole(path, old.get(path), input);
    if (!first) continue;
    if (whole === undefined) problems.push(first, ...rest);
    else {
      texts.set(path, whole);
      notes.push(isWhole(first, commit));
    }
  }
  return { texts, notes, problems };
}

/** The file as it stood, with the split of the last good manifest and those that the other releases ask for now. */
function restoreWhole(
  path: string,
  text: string | undefined,
  { good, others }: TargetsInput,
): string | undefined {
  let restored = text;
  for (const release of [good.release, ...others]) {
    if (restored === undefined) return undefined;
    const own = release.spec.targets.filter((target) => target.file === path);
    const { weight } = release.spec.rollout;
    const { edits, problems } = renderTargets(withTargets(release, own), weight, new Map([[path, restored]]));
    restored = problems.length > 0 ? undefined : edits[0]?.after;
  }
  return restored;
}

function withTargets(release: Release, targets: readonly TargetSpec[]): Release {
  return { ...release, spec: { ...release.spec, targets: [...targets] } };
}

function withEdits(
  texts: ReadonlyMap<string, string>,
  { edits }: RenderedTargets,
): ReadonlyMap<string, string> {
  return new Map([...texts, ...edits.map((edit) => [edit.path, edit.after] as const)]);
}

function isWhole(problem: Problem, commit: Sha): Problem {
  const message = `${problem.message}. The whole file was put back as it stood in ${commit.slice(0, 7)}; later edits of it are in the diff`;
  return { ...problem, severity: 'warning', message };
}

function mayKeepTraffic(problem: Problem): Problem {
  const message = `${problem.message}. The manifest that is restored does not have this target: see that no traffic goes to the bad version there`;
  return { ...problem, severity: 'warning', message };
}
