import { poissonLogE } from '../../stats/poisson.ts';
import { recentDoubt } from '../../stats/recent-doubt.ts';
import { twinLogE } from '../../stats/twin.ts';
import type { Counts, RateCheck } from '../evidence.ts';
import type { Method } from '../method.ts';
import { changesIn, playedTicks, wholeCounts, wholeTicks } from '../whole-ticks.ts';
import { countTotals, countWords } from '../words/counts.ts';
import { factorInterval } from './counted.ts';

/**
 * Events per unit of exposure: candidate against stable at the same time, and against a limit where there is one. The
 * comparison is that of shares with exposure in the place of trials, which for Poisson counts is exact (see `poissonLogE`).
 * At 100 % the limit alone judges.
 */
export const rate: Method<RateCheck, Counts> = {
  looking: ({ limit }) => ({
    exposure: ({ exposure }) => exposure,
    alone: limit !== undefined,
    oneArm: false,
  }),
  members: ({ limit }) => (limit === undefined ? ['comparison'] : ['comparison', 'limit']),
  harm: ({ harm: margin, limit = Number.POSITIVE_INFINITY, dispersion, trim }, stretches, member, course) => {
    const reading = { ...course, side: 'harm', dispersion, trim } as const;
    if (member === 'limit') {
      const changes = changesIn(stretches.map(({ alone }) => alone.length));
      return poissonLogE(wholeCounts(stretches, 'harm'), { ...reading, rate: limit, changes });
    }
    const { ticks, changes } = playedTicks(stretches, 'harm');
    return twinLogE(ticks, { ...reading, margin, changes });
  },
  safe: ({ safe: margin, limit, dispersion, trim }, now) => {
    if (!now.period.whole && margin !== undefined)
      return twinLogE(wholeTicks([now], 'safe'), { side: 'safe', margin, dispersion, trim });
    if (limit === undefined) return undefined;
    return poissonLogE(wholeCounts([now], 'safe'), { side: 'safe', rate: limit, dispersion, trim });
  },
  doubt: ({ harm: margin, dispersion }, now) =>
    now.period.whole ? 0 : recentDoubt(wholeTicks([now], 'harm'), { margin, dispersion }),
  bounds: ({ limit }) => ({
    members: limit === undefined ? {} : { limit: { max: limit, counts: (arm) => arm } },
  }),
  tests: ({ harm, safe, limit, dispersion, trim }, whole) => {
    const absolute = limit === undefined ? undefined : ({ kind: 'limit', limit } as const);
    return {
      unit: 'rate',
      dispersion,
      trim,
      harm: {
        ...(whole ? {} : { comparison: { kind: 'comparison', margin: harm } }),
        ...(absolute ? { limit: absolute } : {}),
      },
      safe: whole || !safe ? absolute : { kind: 'comparison', margin: safe },
    };
  },
  totals: (_, stretches) => countTotals(stretches),
  interval: (check, stretches) => factorInterval(check, stretches),
  words: (check, stretches, interval) => countWords(check, stretches, { interval, unit: 'rate' }),
};

/** Why numbers are no events and exposure of one tick; undefined when they are. Events may outnumber the exposure. */
export function describeBadRate({ events, exposure }: Counts): string | undefined {
  if (events < 0 || exposure < 0) return `${events} events in ${exposure}, as after a counter reset`;
  // Events of nobody: counted in time that was not, so that no rate explains them.
  if (events > 0 && exposure === 0) return `${events} events without exposure`;
  return undefined;
}
