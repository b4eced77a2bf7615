import type { Counts } from '../stats/counts.ts';
import type { EvidenceTick } from './evidence.ts';

/** So many ticks, the newest included, are read together: a single one of few requests says little. */
const TOGETHER = 5;
/** Fewer events of stable than these are a stray request and no fault. */
const LEAST_EVENTS = 5;
/** What both share makes the candidate no worse than this many times stable. */
export const MOST_TIMES = 2;

/** How a fixed bound is held against stable. */
export interface FixedBound<A> {
  /** What is too many of what the bound is about. */
  readonly max: number;
  /** The counts of one arm in one tick that the bound is about. */
  readonly counts: (arm: A) => Counts;
}

/**
 * The ticks as far as they speak of the candidate alone: where stable is beyond the same bound, in that tick or in the last few
 * together, the cause is one that both share, and the candidate's own counts are left out. Not so where the candidate was far worse
 * than stable just before: that is not explained by what they share. A tick is chosen by stable and by the ticks before it, never by
 * what the candidate did in it, so that leaving out invents no harm.
 */
export function spareShared<A>(
  ticks: readonly EvidenceTick<A>[],
  { max, counts }: FixedBound<A>,
): readonly EvidenceTick<A>[] {
  const read = (arm: 'candidate' | 'stable') =>
    ticks.map(({ [arm]: seen }) => (seen.kind === 'seen' ? counts(seen.value) : undefined));
  const stable = read('stable');
  const candidate = read('candidate');
  return ticks.map((tick, index) => {
    if (stable[index] === undefined) return tick;
    const begin = Math.max(0, index + 1 - TOGETHER);
    const before = rateOf(sum(candidate.slice(begin, index)));
    const isShared = [stable.slice(index, index + 1), stable.slice(begin, index + 1)].some((some) => {
      const { events, exposure } = sum(some);
      const isBeyond = events >= LEAST_EVENTS && events > max * exposure;
      return isBeyond && before <= MOST_TIMES * rateOf({ events, exposure });
    });
    return isShared
      ? { ...tick, candidate: { kind: 'unusable', reason: 'stable is beyond the bound too' } }
      : tick;
  });
}

function sum(some: readonly (Counts | undefined)[]): Counts {
  return {
    events: some.reduce((total, one) => total + (one?.events ?? 0), 0),
    exposure: some.reduce((total, one) => total + (one?.exposure ?? 0), 0),
  };
}

/** 0 without exposure: nothing bad is known of it. */
function rateOf({ events, exposure }: Counts): number {
  return exposure > 0 ? events / exposure : 0;
}

/** Whether the newest tick that shows both arms was left out: stable is beyond the bound now. */
export function isSharedNow<A>(ticks: readonly EvidenceTick<A>[], bound: FixedBound<A>): boolean {
  const newest = ticks.findLastIndex(
    ({ candidate, stable }) => candidate.kind === 'seen' && stable.kind === 'seen',
  );
  return spareShared(ticks, bound)[newest]?.candidate.kind === 'unusable';
}
