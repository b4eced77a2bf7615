import type { Side } from '../stats/bets.ts';
import { type BucketTick, type CumulativeBuckets, countsAbove } from '../stats/buckets.ts';
import { mergeTicks } from '../stats/counts.ts';
import type { Stretch } from './divide.ts';
import { wholeEvents } from './whole-events.ts';

/**
 * The compared histograms of some stretches, so that above every bound there are whole measurements, rounded against the claim as
 * `wholeTicks` rounds events. Ticks at the end of a stretch that wait for traffic are left out, since a new weight begins anew.
 * @param stretches settled: all histograms have the same bounds
 */
export function wholeBuckets(
  stretches: readonly Stretch<CumulativeBuckets>[],
  side: Side,
): readonly BucketTick[] {
  const [ours, theirs] = side === 'harm' ? (['down', 'up'] as const) : (['up', 'down'] as const);
  return stretches.flatMap(({ pairs }) => {
    const exposures = pairs.map(({ candidate, stable }) => ({
      candidate: countsAbove(candidate, Number.POSITIVE_INFINITY),
      stable: countsAbove(stable, Number.POSITIVE_INFINITY),
    }));
    const ready = pairs.slice(0, pairs.length - mergeTicks(exposures).waiting);
    const candidate = roundTails(
      ready.map((pair) => pair.candidate),
      ours,
    );
    const stable = roundTails(
      ready.map((pair) => pair.stable),
      theirs,
    );
    return ready.map((pair, index) => ({
      candidate: candidate[index] ?? pair.candidate,
      stable: stable[index] ?? pair.stable,
    }));
  });
}

/** One arm's histograms with whole measurements above each bound; all of them as they were. */
function roundTails(
  histograms: readonly CumulativeBuckets[],
  rounding: 'down' | 'up',
): readonly CumulativeBuckets[] {
  const bounds = histograms[0]?.bounds ?? [];
  const tails = bounds.slice(0, -1).map((bound) =>
    wholeEvents(
      histograms.map((histogram) => countsAbove(histogram, bound)),
      rounding,
    ),
  );
  return histograms.map(({ counts }, tick) => {
    const all = counts.at(-1) ?? 0;
    return { bounds, counts: [...tails.map((tail) => all - (tail[tick]?.events ?? 0)), all] };
  });
}

/** The stretches as counts: measurements above a bound, of all. */
export function tailStretches(
  stretches: readonly Stretch<CumulativeBuckets>[],
  bound: number,
): readonly Stretch<{ readonly events: number; readonly exposure: number }>[] {
  return stretches.map(({ period, pairs, alone, lastSeen, played }) => ({
    period,
    pairs: pairs.map(({ candidate, stable }) => ({
      candidate: countsAbove(candidate, bound),
      stable: countsAbove(stable, bound),
    })),
    alone: alone.map((histogram) => countsAbove(histogram, bound)),
    lastSeen,
    played,
  }));
}
