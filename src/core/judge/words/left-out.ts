import type { Dropped } from '../divide.ts';
import { writeCount } from '../write-numbers.ts';

/** Reasons that are named. */
const MOST_REASONS = 3;

/** Ticks that are not compared, by their reasons: `3 of 12 ticks left out (2 candidate: no data, 1 stable: no data)`; undefined: none. */
export function describeDropped(dropped: readonly Dropped[], ticks: number): string | undefined {
  if (dropped.length === 0) return undefined;
  const times = new Map<string, number>();
  for (const { reason } of dropped) times.set(reason, (times.get(reason) ?? 0) + 1);
  const reasons = [...times].sort(([, a], [, b]) => b - a);
  const named = reasons.slice(0, MOST_REASONS).map(([reason, count]) => `${writeCount(count)} ${reason}`);
  const more = reasons.slice(MOST_REASONS).reduce((sum, [, count]) => sum + count, 0);
  const all = more > 0 ? [...named, `${writeCount(more)} for other reasons`] : named;
  return `${writeCount(dropped.length)} of ${writeTicks(ticks)} left out (${all.join(', ')})`;
}

/** Ticks that are forgiven of those that count: `1 of 12 ticks is forgiven (trim 1): …`; undefined: none. */
export function describeForgiven(trim: number, ticks: number): string | undefined {
  if (trim === 0 || ticks === 0 || ticks <= trim) return undefined;
  const [are, what] =
    trim === 1 ? ['is', 'the one that proves most does'] : ['are', 'those that prove most do'];
  return `${writeCount(trim)} of ${writeTicks(ticks)} ${are} forgiven (trim ${trim}): ${what} not count as evidence`;
}

/**
 * Why nothing can be proven as long as all ticks are forgiven; undefined when there are more.
 * @param all  ticks since the rollout began, with those of this step
 */
export function describeAllForgiven(
  trim: number,
  { all, now }: { readonly all: number; readonly now: number },
): string | undefined {
  if (now === 0 || now > trim) return undefined;
  const which = now === 1 ? 'the only tick' : `each of the ${writeCount(now)} ticks`;
  const until = now === 1 && trim === 1 ? 'a second one' : `there are ${writeCount(trim + 1)}`;
  const what = all > trim ? 'safety cannot' : 'nothing can';
  return `${which} ${all > now ? 'of this step' : 'so far'} is forgiven (trim ${trim}), so ${what} be proven before ${until}`;
}

function writeTicks(count: number): string {
  return count === 1 ? '1 tick' : `${writeCount(count)} ticks`;
}
