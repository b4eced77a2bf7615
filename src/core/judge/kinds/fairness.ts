import type { Side } from '../../stats/bets.ts';
import { combineTests } from '../../stats/combine.ts';
import { addCounts, NO_COUNTS } from '../../stats/counts.ts';
import { type Group, groupLogE } from '../../stats/groups.ts';
import { recentDoubt } from '../../stats/recent-doubt.ts';
import type { Stretch } from '../divide.ts';
import type { Counts, FairnessCheck, GroupedCounts } from '../evidence.ts';
import { largeEnough } from '../large-enough.ts';
import type { Method } from '../method.ts';
import { playedTicks } from '../whole-ticks.ts';
import { describeClumps } from '../words/clumps.ts';
import { comparedTicks } from '../words/counts.ts';
import { fairnessWords, type GroupTotals } from '../words/fairness.ts';
import { comparisonInterval } from './counted.ts';

/**
 * Whether some group is worse off with the candidate than the same group is with stable and, where the manifest asks for it,
 * whether the candidate treats one group worse than another. Stable's own differences between groups are no harm of the release,
 * so that the second has a margin of its own or is not asked.
 */
export const fairness: Method<FairnessCheck, GroupedCounts> = {
  looking: ({ groups }) => ({
    exposure: (arm) => groups.reduce((sum, name) => sum + countsOf(arm, name).exposure, 0),
    alone: false,
    oneArm: false,
  }),
  members: ({ disparity }) => (disparity === undefined ? ['group'] : ['group', 'disparity']),
  harm: (check, stretches, member, course) => {
    const { harm: margin, disparity, dispersion, trim } = check;
    const reading = { ...course, side: 'harm', dispersion, trim } as const;
    if (member === 'disparity' && disparity !== undefined)
      return groupLogE(pairsOf(check, stretches), { ...reading, margin: disparity }).logE;
    return groupLogE(groupsOf(check, stretches, 'harm'), { ...reading, margin }).logE;
  },
  safe: (check, now) => {
    if (now.period.whole) return undefined;
    const { safe: margin, dispersion, trim } = check;
    return groupLogE(waitedFor(check, now), { side: 'safe', margin, dispersion, trim }).logE;
  },
  doubt: (check, now) =>
    now.period.whole
      ? 0
      : combineTests(
          'harm',
          groupsOf(check, [now], 'harm').map(({ ticks }) =>
            recentDoubt(ticks, { margin: check.harm, dispersion: check.dispersion }),
          ),
        ),
  caution: (check, stretches) => {
    const worst = decisiveOf(check, stretches, { side: 'harm', among: check.groups });
    return worst === undefined ? undefined : describeClumps(check, stretchesOf(stretches, worst));
  },
  totals: () => undefined,
  interval: (check, stretches, side) => {
    const name =
      side === 'safe'
        ? decisiveOf(check, stretches, { side, among: waitedNames(check, stretches) })
        : decisiveOf(check, stretches, { side, among: check.groups });
    if (name === undefined) return undefined;
    return comparisonInterval(check, stretchesOf(stretches, name), side, check.groups.length);
  },
  words: (check, stretches, interval) => {
    const totals = check.groups.map((name) => totalsOf(stretches, name));
    const waited = waitedNames(check, stretches);
    return fairnessWords(check, {
      totals,
      interval,
      worst: decisiveOf(check, stretches, { side: 'harm', among: check.groups }),
      leastSure: decisiveOf(check, stretches, { side: 'safe', among: waited }),
      small: check.groups.filter((name) => !waited.includes(name)),
    });
  },
};

function countsOf({ groups }: GroupedCounts, name: string): Counts {
  return (Object.hasOwn(groups, name) ? groups[name] : undefined) ?? NO_COUNTS;
}

/** The ticks of one group. */
function stretchesOf(stretches: readonly Stretch<GroupedCounts>[], name: string): readonly Stretch<Counts>[] {
  return stretches.map((stretch) => ({
    ...stretch,
    pairs: stretch.pairs.map(({ candidate, stable }) => ({
      candidate: countsOf(candidate, name),
      stable: countsOf(stable, name),
    })),
    alone: stretch.alone.map((arm) => countsOf(arm, name)),
  }));
}

function groupsOf(
  { groups }: FairnessCheck,
  stretches: readonly Stretch<GroupedCounts>[],
  side: Side,
): readonly Group[] {
  return groups.map((name) => ({ name, ...playedTicks(stretchesOf(stretches, name), side) }));
}

/** Every ordered pair of groups of the candidate as a twin: which is the worst and which the best is known only afterwards. */
function pairsOf({ groups }: FairnessCheck, stretches: readonly Stretch<GroupedCounts>[]): readonly Group[] {
  return groups.flatMap((one) =>
    groups
      .filter((other) => other !== one)
      .map((other) => {
        const facing = stretches.map((stretch) => ({
          ...stretch,
          pairs: stretch.pairs.map(({ candidate }) => ({
            candidate: countsOf(candidate, one),
            stable: countsOf(candidate, other),
          })),
          alone: [],
        }));
        return { name: `${one} against ${other}`, ...playedTicks(facing, 'harm') };
      }),
  );
}

function waitedFor(check: FairnessCheck, now: Stretch<GroupedCounts>): readonly Group[] {
  return largeEnough(groupsOf(check, [now], 'safe'), check.minShare, ({ ticks }) =>
    ticks.reduce((sum, { candidate, stable }) => sum + candidate.exposure + stable.exposure, 0),
  );
}

function waitedNames(check: FairnessCheck, stretches: readonly Stretch<GroupedCounts>[]): readonly string[] {
  const now = stretches.at(-1);
  return now ? waitedFor(check, now).map(({ name }) => name) : check.groups;
}

/** Of some groups the one with the most evidence of harm, or the least of safety; undefined without traffic. */
function decisiveOf(
  check: FairnessCheck,
  stretches: readonly Stretch<GroupedCounts>[],
  { side, among }: { readonly side: Side; readonly among: readonly string[] },
): string | undefined {
  const { dispersion, trim } = check;
  const groups = groupsOf({ ...check, groups: among }, stretches, side).filter(
    ({ ticks }) => ticks.length > 0,
  );
  return groupLogE(groups, { side, margin: check[side], dispersion, trim }).decisive?.name;
}

function totalsOf(stretches: readonly Stretch<GroupedCounts>[], name: string): GroupTotals {
  const ticks = comparedTicks(stretchesOf(stretches, name));
  return {
    name,
    candidate: ticks.reduce((sum, tick) => addCounts(sum, tick.candidate), NO_COUNTS),
    stable: ticks.reduce((sum, tick) => addCounts(sum, tick.stable), NO_COUNTS),
  };
}
