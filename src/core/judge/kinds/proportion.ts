import { oneSampleLogE } from '../../stats/one-sample.ts';
import { recentDoubt } from '../../stats/recent-doubt.ts';
import { twinLogE } from '../../stats/twin.ts';
import type { Counts, ProportionCheck } from '../evidence.ts';
import { facing } from '../facing.ts';
import type { Method, ShownInterval } from '../method.ts';
import { changesIn, playedTicks, wholeCounts, wholeTicks } from '../whole-ticks.ts';
import { describeClumps } from '../words/clumps.ts';
import { countTotals, countWords } from '../words/counts.ts';
import { fewerWords } from '../words/fewer.ts';
import { termsOf } from '../words/terms.ts';
import { comparisonInterval } from './counted.ts';

/**
 * A share of bad events: candidate against stable at the same time, and against a limit where there is one. At 100 % the
 * limit alone judges.
 */
export const proportion: Method<ProportionCheck, Counts> = {
  looking: ({ limit }) => ({
    exposure: ({ exposure }) => exposure,
    alone: limit !== undefined,
    oneArm: false,
  }),
  members: ({ limit }) => (limit === undefined ? ['comparison'] : ['comparison', 'limit']),
  harm: (check, stretches, member, course) => {
    const { harm: margin, dispersion, trim } = check;
    const faced = facing(check, stretches);
    const reading = { ...course, side: 'harm', dispersion, trim } as const;
    if (member === 'limit') {
      const changes = changesIn(faced.map(({ alone }) => alone.length));
      return oneSampleLogE(wholeCounts(faced, 'harm'), { ...reading, limit: bound(check), changes });
    }
    const { ticks, changes } = playedTicks(faced, 'harm');
    return twinLogE(ticks, { ...reading, margin, changes });
  },
  safe: (check, now) => {
    const { safe: margin, limit, dispersion, trim } = check;
    const faced = facing(check, [now]);
    if (!now.period.whole)
      return twinLogE(wholeTicks(faced, 'safe'), { side: 'safe', margin, dispersion, trim });
    if (limit === undefined) return undefined;
    return oneSampleLogE(wholeCounts(faced, 'safe'), { side: 'safe', limit: bound(check), dispersion, trim });
  },
  doubt: (check, now) =>
    now.period.whole
      ? 0
      : recentDoubt(wholeTicks(facing(check, [now]), 'harm'), {
          margin: check.harm,
          dispersion: check.dispersion,
        }),
  bounds: (check) => ({
    members:
      check.limit === undefined
        ? {}
        : { limit: { max: bound(check), counts: (arm) => faultsOf(check, arm) } },
  }),
  tests: ({ harm, safe, limit, worse, dispersion, trim }, whole) => {
    // the arms change places: "so many times as bad" is not so many times as many
    if (worse === 'fewer') return undefined;
    const absolute = limit === undefined ? undefined : ({ kind: 'limit', limit } as const);
    return {
      unit: 'share',
      dispersion,
      trim,
      harm: {
        ...(whole ? {} : { comparison: { kind: 'comparison', margin: harm } }),
        ...(absolute ? { limit: absolute } : {}),
      },
      safe: whole ? absolute : { kind: 'comparison', margin: safe },
    };
  },
  caution: describeClumps,
  totals: (_, stretches) => countTotals(stretches),
  interval: (check, stretches, side) => {
    const found = comparisonInterval(check, facing(check, stretches), side);
    return found && check.worse === 'fewer' ? turned(found) : found;
  },
  words: (check, stretches, interval) => {
    const terms = termsOf(check.question);
    return check.worse === 'fewer'
      ? fewerWords(check, stretches, { interval, terms })
      : countWords(check, stretches, { interval, unit: 'share', terms });
  },
};

/** What a limit counts: those that have none, where fewer are worse. */
function faultsOf({ worse }: ProportionCheck, { events, exposure }: Counts): Counts {
  return worse === 'fewer' ? { events: Math.max(0, exposure - events), exposure } : { events, exposure };
}

/** The share that the counted ones must not exceed. */
function bound({ worse, limit }: ProportionCheck): number {
  if (limit === undefined) return 1;
  return worse === 'fewer' ? 1 - limit : limit;
}

/** Stable to candidate read as candidate to stable. */
function turned({ of, low, high, level }: ShownInterval): ShownInterval {
  if (of === 'difference') return { of, low: -(high ?? 1), high: -low, level };
  return { of, low: high === undefined ? 0 : 1 / high, high: low > 0 ? 1 / low : undefined, level };
}
