import type { Stretch } from '../divide.ts';
import type { Counts, Margin, Margins } from '../evidence.ts';
import type { ShownInterval, Words } from '../method.ts';
import { writeFactor, writePoints, writeShare } from '../write-numbers.ts';
import { type CountedCheck, countTotals, describeInterval, writeArm } from './counts.ts';
import type { Terms } from './terms.ts';

/** A comparison of counts of which fewer are worse, in words. Its margins are how many times as many stable may have. */
export function fewerWords(
  { harm, safe, limit = 0 }: Margins & Pick<CountedCheck, 'limit'>,
  stretches: readonly Stretch<Counts>[],
  { interval, terms }: { readonly interval: ShownInterval | undefined; readonly terms: Terms },
): Words {
  const totals = countTotals(stretches);
  const arms = `${writeArm(totals.candidate, { unit: 'share', terms })} against ${writeArm(totals.stable, { unit: 'share', terms })}`;
  const effect = interval && describeInterval(interval, 'share');
  const compared = effect === undefined ? arms : `${arms}; ${effect}`;
  const alone = writeArm(totals.alone, { unit: 'share', terms });
  const whole = stretches.at(-1)?.period.whole ?? false;
  return {
    seen: whole ? alone : compared,
    harm: {
      comparison: `${compared}; fewer than ${describeLeast(harm)} allowed`,
      limit: `${alone}; below the least of ${writeShare(limit)}`,
    },
    safe: whole
      ? `${alone}; not below the least of ${writeShare(limit)}`
      : `${compared}; not below ${describeLeast(safe)} that count as safe`,
    doubt: whole
      ? `${alone}; not proven to be at least ${writeShare(limit)}`
      : `${compared}; neither harm nor safety is proven`,
    margins: whole
      ? { harm: `below ${writeShare(limit)}`, safe: `at least ${writeShare(limit)}` }
      : {
          harm: `fewer than ${describeLeast(harm)} allowed`,
          safe: `not below ${describeLeast(safe)} that count as safe`,
        },
  };
}

/** `the 0.98 times`, `the 0.98 times less 0.5 percentage points`. */
function describeLeast({ ratio, difference }: Margin): string {
  const times = `the ${writeFactor(1 / ratio)} times`;
  if (difference === 0) return times;
  const points = `${writePoints(difference / ratio)}`;
  return ratio === 1 ? `the ${points} less that are` : `${times} less ${points}`;
}
