import type { Counts } from '../stats/counts.ts';
import type { EvidenceTick } from './evidence.ts';

/** So many ticks of stable, the newest included, are read together: a single one of few requests says little. */
const TOGETHER = 5;

/** How a fixed bound is held against stable. */
export interface FixedBound<A> {
  /** What is too many of what the bound is about. */
  readonly max: number;
  /** The counts of one arm in one tick that the bound is about. */
  readonly counts: (arm: A) => Counts;
}

/**
 * The ticks as far as they speak of the candidate alone: where stable is beyond the same bound, in that tick or in the last few
 * together, the cause is one that both share, and the candidate's own counts are left out. Leaving out can only hide harm and
 * never invent it, so that the promise is kept.
 */
export function spareShared<A>(
  ticks: readonly EvidenceTick<A>[],
  { max, counts }: FixedBound<A>,
): readonly EvidenceTick<A>[] {
  const stable = ticks.map((tick) => (tick.stable.kind === 'seen' ? counts(tick.stable.value) : undefined));
  const isBeyond = (some: readonly (Counts | undefined)[]): boolean => {
    const events = some.reduce((sum, one) => sum + (one?.events ?? 0), 0);
    const exposure = some.reduce((sum, one) => sum + (one?.exposure ?? 0), 0);
    return exposure > 0 && events > max * exposure;
  };
  return ticks.map((tick, index) => {
    if (stable[index] === undefined) return tick;
    const recent = stable.slice(Math.max(0, index + 1 - TOGETHER), index + 1);
    if (!isBeyond([stable[index]]) && !isBeyond(recent)) return tick;
    return { ...tick, candidate: { kind: 'unusable', reason: 'stable is beyond the bound too' } };
  });
}

/** Whether the newest tick that shows both arms was left out: stable is beyond the bound now. */
export function isSharedNow<A>(ticks: readonly EvidenceTick<A>[], bound: FixedBound<A>): boolean {
  const newest = ticks.findLastIndex(
    ({ candidate, stable }) => candidate.kind === 'seen' && stable.kind === 'seen',
  );
  return spareShared(ticks, bound)[newest]?.candidate.kind === 'unusable';
}
