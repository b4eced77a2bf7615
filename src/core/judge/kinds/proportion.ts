import { oneSampleLogE } from '../../stats/one-sample.ts';
import { recentDoubt } from '../../stats/recent-doubt.ts';
import { twinLogE } from '../../stats/twin.ts';
import type { Counts, ProportionCheck } from '../evidence.ts';
import type { Method } from '../method.ts';
import { changesIn, wholeCounts, wholeTicks } from '../whole-ticks.ts';
import { describeClumps } from '../words/clumps.ts';
import { countTotals, countWords } from '../words/counts.ts';
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
  harm: ({ harm: margin, limit = 1, dispersion, trim }, stretches, member, course) => {
    const reading = { ...course, side: 'harm', dispersion, trim } as const;
    if (member === 'limit') {
      const changes = changesIn(stretches.map(({ alone }) => alone.length));
      return oneSampleLogE(wholeCounts(stretches, 'harm'), { ...reading, limit, changes });
    }
    const parts = stretches.map((stretch) => wholeTicks([stretch], 'harm'));
    const changes = changesIn(parts.map(({ length }) => length));
    return twinLogE(parts.flat(), { ...reading, margin, changes });
  },
  safe: ({ safe: margin, limit, dispersion, trim }, now) => {
    if (!now.period.whole)
      return twinLogE(wholeTicks([now], 'safe'), { side: 'safe', margin, dispersion, trim });
    if (limit === undefined) return undefined;
    return oneSampleLogE(wholeCounts([now], 'safe'), { side: 'safe', limit, dispersion, trim });
  },
  doubt: ({ harm: margin, dispersion }, now) =>
    now.period.whole ? 0 : recentDoubt(wholeTicks([now], 'harm'), { margin, dispersion }),
  caution: describeClumps,
  totals: (_, stretches) => countTotals(stretches),
  interval: comparisonInterval,
  words: (check, stretches, interval) => countWords(check, stretches, { interval, unit: 'share' }),
};
