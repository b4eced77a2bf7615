import { formatPercent } from '../units.ts';
import type { Stretch } from './divide.ts';

/** A part of a rollout, and where it is; undefined: it is the whole. */
export interface Part<A> {
  readonly stretches: readonly Stretch<A>[];
  readonly where: string | undefined;
}

/**
 * The part of a rollout in which harm is plainest: the whole, a step, or the last ticks. A proof may rest on a late part whose
 * numbers drown in those before it; people are shown the part, or the numbers would contradict the verdict. For words only:
 * a part chosen by what is in it proves nothing.
 * @param logE evidence of harm in some stretches
 */
export function plainestPart<A>(
  stretches: readonly Stretch<A>[],
  logE: (stretches: readonly Stretch<A>[]) => number,
): Part<A> {
  let plainest: Part<A> = { stretches, where: undefined };
  let most = logE(stretches);
  for (const part of [...steps(stretches), ...endings(stretches)]) {
    const found = logE(part.stretches);
    if (found <= most) continue;
    most = found;
    plainest = part;
  }
  return plainest;
}

function steps<A>(stretches: readonly Stretch<A>[]): readonly Part<A>[] {
  if (stretches.length < 2) return [];
  return stretches.map((stretch) => ({
    stretches: [stretch],
    where: stretch.period.share === undefined ? undefined : `at ${formatPercent(100 * stretch.period.share)}`,
  }));
}

/** The last 1, 2, 4, … ticks of the weight of now. */
function endings<A>(stretches: readonly Stretch<A>[]): readonly Part<A>[] {
  const now = stretches.at(-1);
  if (!now) return [];
  const length = Math.max(now.pairs.length, now.alone.length);
  const parts: Part<A>[] = [];
  for (let ticks = 1; ticks < length; ticks *= 2) {
    const ending = { ...now, pairs: now.pairs.slice(-ticks), alone: now.alone.slice(-ticks) };
    parts.push({
      stretches: [ending],
      where: ticks === 1 ? 'in the last tick' : `in the last ${ticks} ticks`,
    });
  }
  return parts;
}
