import type { Side } from '../../stats/bets.ts';
import { differenceInterval, ratioInterval } from '../../stats/interval.ts';
import type { Stretch } from '../divide.ts';
import type { Counts, Margins, Reading } from '../evidence.ts';
import { INTERVAL_ALPHA, INTERVAL_LEVEL, type ShownInterval } from '../method.ts';
import { comparedTicks } from '../words/counts.ts';

/** How many times as often as stable the candidate has events. Rollout-long. */
export function factorInterval(
  { dispersion, trim }: Reading,
  stretches: readonly Stretch<Counts>[],
  among = 1,
): ShownInterval | undefined {
  const ticks = comparedTicks(stretches);
  if (ticks.length === 0) return undefined;
  const { low, high } = ratioInterval(ticks, { alpha: INTERVAL_ALPHA / among, dispersion, trim });
  return { of: 'ratio', low, high: Number.isFinite(high) ? high : undefined, level: INTERVAL_LEVEL };
}

/**
 * The interval of a comparison of counts on the scale of its margin: of the difference where the margin has an absolute part,
 * else of the ratio. Rollout-long.
 * @param among  how many such intervals hold together; the one that is shown may then be chosen after looking
 */
export function comparisonInterval(
  check: Margins & Reading,
  stretches: readonly Stretch<Counts>[],
  side: Side,
  among = 1,
): ShownInterval | undefined {
  if (!(check[side].difference > 0)) return factorInterval(check, stretches, among);
  const ticks = comparedTicks(stretches);
  if (ticks.length === 0) return undefined;
  const { dispersion, trim } = check;
  const ends = differenceInterval(ticks, { alpha: INTERVAL_ALPHA / among, dispersion, trim });
  return { of: 'difference', ...ends, level: INTERVAL_LEVEL };
}
