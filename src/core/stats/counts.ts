/** What one arm did in one tick: bad events among `exposure` trials, 0 ≤ events ≤ exposure (counts; fractions allowed). */
export interface Counts {
  readonly events: number;
  readonly exposure: number;
}

/** Both arms in the same stretch of time. */
export interface Tick {
  readonly candidate: Counts;
  readonly stable: Counts;
}

/** No trials: the neutral element of `addCounts`. */
export const NO_COUNTS: Counts = { events: 0, exposure: 0 };

/** Sum of two counts of the same arm. */
export function addCounts(a: Counts, b: Counts): Counts {
  return { events: a.events + b.events, exposure: a.exposure + b.exposure };
}

/** Sum of one arm over any number of ticks; no counts give 0 of 0. */
export function sumCounts(counts: readonly Counts[]): Counts {
  return counts.reduce(addCounts, NO_COUNTS);
}

/** Ticks that can be compared, and how many at the end still wait for traffic on an arm. */
export interface MergedTicks {
  /** Every tick has exposure on both arms. */
  readonly ticks: readonly Tick[];
  /** Number of given ticks at the end that are in none of `ticks`, because an arm has had no exposure since. */
  readonly waiting: number;
}

/**
 * Merges a tick in which an arm had no exposure into the ticks after it, until both arms have some. The choice looks
 * at exposures alone, never at events, so a test on the merged ticks stays valid.
 * Merging what is merged already changes nothing.
 */
export function mergeTicks(ticks: readonly Tick[]): MergedTicks {
  const merged: Tick[] = [];
  let candidate = NO_COUNTS;
  let stable = NO_COUNTS;
  let waiting = 0;
  for (const tick of ticks) {
    candidate = addCounts(candidate, tick.candidate);
    stable = addCounts(stable, tick.stable);
    waiting += 1;
    if (candidate.exposure > 0 && stable.exposure > 0) {
      merged.push({ candidate, stable });
      candidate = NO_COUNTS;
      stable = NO_COUNTS;
      waiting = 0;
    }
  }
  return { ticks: merged, waiting };
}
