import { type CumulativeBuckets, countsAbove } from '../../stats/buckets.ts';
import { type Counts, sumCounts } from '../../stats/counts.ts';
import { type BoundPair, shiftPairs } from '../../stats/shifted-buckets.ts';
import type { ChosenBound } from '../../stats/tail.ts';
import { bucketAround, describeCoarse, quantileName } from '../bucket-around.ts';
import { formatBound } from '../bucket-bound.ts';
import type { Stretch } from '../divide.ts';
import type { LatencyCheck } from '../evidence.ts';
import type { ShownInterval, Words } from '../method.ts';
import { writeShare, writeValue } from '../write-numbers.ts';

/** What a check of latency found. */
export interface FoundLatency {
  /** The share above its bound, in words of a proportion; undefined when none is asked for. */
  readonly tail: { readonly bound: ChosenBound; readonly words: Words } | undefined;
  /** Where the quantile of each arm lies; undefined while nothing is known of it. */
  readonly candidate: ShownInterval | undefined;
  readonly stable: ShownInterval | undefined;
}

type Buckets = Stretch<CumulativeBuckets>;

/** A check of latency in words. */
export function latencyWords(check: LatencyCheck, stretches: readonly Buckets[], found: FoundLatency): Words {
  const whole = stretches.at(-1)?.period.whole ?? false;
  const above = tailWords(found);
  const quantile = whole && above ? undefined : quantileWords(check, stretches, found);
  if (!above) return quantile ?? NO_WORDS;
  if (!quantile) return above;
  return {
    seen: `${above.seen}; ${quantile.seen}`,
    harm: { ...above.harm, ...quantile.harm },
    safe: `${above.safe}; ${quantile.safe}`,
    doubt: `${above.seen}; ${quantile.doubt}`,
    ...(above.margins &&
      quantile.margins && {
        margins: {
          harm: `${above.margins.harm}, or ${quantile.margins.harm}`,
          safe: `${above.margins.safe}, and ${quantile.margins.safe}`,
        },
      }),
  };
}

const NO_WORDS: Words = { seen: 'nothing', harm: {}, safe: 'nothing', doubt: 'nothing' };

function tailWords({ tail }: FoundLatency): Words | undefined {
  if (!tail) return undefined;
  const { bound, words } = tail;
  const which = bound.isExact ? '' : `, the next bucket bound after ${formatBound(bound.asked)}`;
  const above = `above ${formatBound(bound.used)}${which}: `;
  return {
    seen: above + words.seen,
    harm: {
      tail: above + (words.harm.comparison ?? words.seen),
      limit: above + (words.harm.limit ?? words.seen),
    },
    safe: above + words.safe,
    doubt: above + words.doubt,
    margins: words.margins,
  };
}

function quantileWords(
  { quantile, harm, safe }: LatencyCheck,
  stretches: readonly Buckets[],
  { candidate, stable }: FoundLatency,
): Words | undefined {
  if (quantile === undefined) return undefined;
  const name = quantileName(quantile);
  const seen = `${name} ${describeRange(candidate)} against ${describeRange(stable)}`;
  const around = bucketAround(
    stretches.flatMap(({ pairs }) => pairs.map((pair) => pair.stable)),
    quantile,
  );
  const coarse = around && describeCoarse(around, safe.ratio, name);
  const beyond = `slower than the ${writeValue(harm.ratio)} times allowed`;
  const within = `within the ${writeValue(safe.ratio)} times that count as safe`;
  return {
    seen,
    harm: { quantile: `${seen}; ${describeWorst(stretches, harm.ratio)}${beyond}` },
    safe: `${seen}; ${within}`,
    margins: { harm: beyond, safe: within },
    doubt: `${seen}; neither harm nor safety is proven${coarse === undefined ? '' : `; ${coarse}`}`,
  };
}

/** `between 0.2 and 0.4`; an end that nothing bounds is left out. */
function describeRange(interval: ShownInterval | undefined): string {
  if (!interval) return 'not known yet';
  const { low, high } = interval;
  if (high === undefined) return `above ${formatBound(low)}`;
  return low === 0 ? `at most ${formatBound(high)}` : `between ${formatBound(low)} and ${formatBound(high)}`;
}

/**
 * Where the candidate is slower most plainly: the shifted bounds between which it has most measurements too many. Any quantile
 * may be what proves harm, so that the one that was asked for may look harmless.
 */
function describeWorst(stretches: readonly Buckets[], factor: number): string {
  const pairs = stretches.flatMap((stretch) => stretch.pairs);
  const total = (arm: 'candidate' | 'stable', bound: number): Counts =>
    sumCounts(pairs.map((pair) => countsAbove(pair[arm], bound)));
  let worst: { readonly pair: BoundPair; readonly score: number; readonly text: string } | undefined;
  for (const pair of shiftPairs(pairs[0]?.stable.bounds ?? [], factor)) {
    const candidate = total('candidate', pair.candidate);
    const stable = total('stable', pair.stable);
    if (!(candidate.exposure > 0 && stable.exposure > 0)) continue;
    const expected = (candidate.exposure * stable.events) / stable.exposure;
    const score = (candidate.events - expected) / Math.sqrt(expected + 1);
    if (worst && worst.score >= score) continue;
    const text = `${writeShare(candidate.events / candidate.exposure)} above ${formatBound(pair.candidate)} where stable has ${writeShare(stable.events / stable.exposure)} above ${formatBound(pair.stable)}; `;
    worst = { pair, score, text };
  }
  return worst?.text ?? '';
}
