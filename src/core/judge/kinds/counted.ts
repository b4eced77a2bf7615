import type { Side } from '../../stats/bets.ts';
import { differenceInterval, ratioInterval } from '../../stats/interval.ts';
import type { Stretch } from '../divide.ts';
import type { Counts, Margins, Reading } from '../evidence.ts';
import { INTERVAL_ALPHA, INTERVAL_LEVEL, type ShownInterval } from '../method.ts';
import { comparedTicks } from '../words/counts.ts';

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
  const ticks = comparedTicks(stretches);
  if (ticks.length === 0) return undefined;
  const { dispersion, trim } = check;
  const reading = { alpha: INTERVAL_ALPHA / among, dispersion, trim };
  if (check[side].difference > 0)
    return { of: 'difference', ...differenceInterval(ticks, reading), level: INTERVAL_LEVEL };
  const { low, high } = ratioInterval(ticks, reading);
  return { of: 'ratio', low, high: Number.isFinite(high) ? high : undefined, level: INTERVAL_LEVEL };
}
