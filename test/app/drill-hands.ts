import { drill } from '../../src/app/drill.ts';
import { readDrills } from '../../src/core/record/drill-file.ts';
import type { DrillVariant } from '../../src/core/record/drill-schema.ts';
import type { Sha } from '../../src/core/units.ts';
import type { Scratch } from '../../src/ports/scratch.ts';
import type { DrillReport } from '../../src/report/drill.ts';
import { minute } from '../builders/release.ts';
import { CONFIG, moveTo } from '../builders/world.ts';
import type { FakePull } from '../fakes/forge.ts';
import { openBench } from './bench.ts';
import { type Around, intercept } from './intercept.ts';

/** A repository for drills on scratch branches, where something can happen around each call. */

/** Calls that change something. */
export const WRITES: ReadonlySet<string> = new Set([
  'create',
  'commit',
  'propose',
  'merge',
  'close',
  'remove',
]);

export const BY_PULL_REQUEST = `${CONFIG}advance: {mode: pull-request}\n`;

const FOLDER = '.belay/drills/';

export type DrillBench = Awaited<ReturnType<typeof openDrills>>;

/** A settled release, adopted, and hands to drill it. */
export async function openDrills(config: string = CONFIG) {
  const bench = openBench({ config });
  const { forge, world, clock } = bench;
  await bench.tick(0);
  const before = forge.tip('main')!;
  /** @param around happens around its calls of `methods` */
  const rehearse = async (
    at: number,
    variant: DrillVariant = 'healthy',
    {
      methods = WRITES,
      around,
      suffix = '0a1b',
    }: { methods?: ReadonlySet<string>; around?: Around; suffix?: string } = {},
  ): Promise<DrillReport> => {
    await moveTo(clock, minute(at));
    forge.checkout();
    const meant = <Target extends object>(target: Target) =>
      around ? intercept(target, methods, around) : target;
    const { scratch } = forge;
    const onto: Scratch['onto'] = (branch) => meant(scratch.onto(branch));
    const options = { release: 'scorer', variant, suffix };
    return drill({ ...world, forge: meant(forge) }, { ...meant({ ...scratch }), onto }, options);
  };
  return {
    ...bench,
    rehearse,
    /** Records of drills on the default branch; their chain holds. */
    drills: () => {
      const { tree } = forge.commitAt(forge.tip('main')!);
      const texts = [...tree].filter(([path]) => path.startsWith(FOLDER));
      const { drills, problems } = readDrills('scorer', new Map(texts as [string, string][]), world.sha256);
      if (problems.length > 0) throw new Error(problems[0]!.message);
      return drills;
    },
    /** Paths on the default branch, but records of drills, that differ from when the bench was opened. */
    changed: (since: Sha = before) => {
      const was = forge.commitAt(since).tree;
      const { tree } = forge.commitAt(forge.tip('main')!);
      const paths = [...new Set([...was.keys(), ...tree.keys()])];
      return paths.filter((path) => !path.startsWith(FOLDER) && was.get(path) !== tree.get(path));
    },
    /** Branches of drills, and pull requests that are open. */
    left: () => [
      ...[...forge.tips().keys()].filter((branch) => branch.startsWith('belay/drill/')),
      ...forge.pulls.filter(({ state }) => state === 'open').map(describePull),
    ],
  };
}

function describePull({ number, branch }: FakePull): string {
  return `#${number} ${branch}`;
}
