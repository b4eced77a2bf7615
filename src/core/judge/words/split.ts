import type { Pair } from '../divide.ts';
import type { SplitCheck, Traffic } from '../evidence.ts';
import type { ShownInterval, Words } from '../method.ts';
import { writeCount, writeShare } from '../write-numbers.ts';

/** What the words of a split are about: one weight. */
export interface SplitStory {
  readonly traffic: readonly Pair<Traffic>[];
  /** Declared share; undefined: no traffic to be split. */
  readonly share: number | undefined;
  readonly interval: ShownInterval | undefined;
}

/** A split of traffic in words. */
export function splitWords(
  { tolerance, action }: SplitCheck,
  { traffic, share, interval }: SplitStory,
): Words {
  const candidate = traffic.reduce((sum, pair) => sum + pair.candidate.exposure, 0);
  const all = traffic.reduce((sum, pair) => sum + pair.stable.exposure, candidate);
  if (share === undefined || all === 0)
    return {
      seen: 'no traffic to split',
      harm: {},
      safe: 'no traffic to split',
      doubt: 'no traffic to split',
    };
  const compared = `${writeShare(candidate / all)} observed, ${writeShare(share)} declared`;
  const counts = `${writeCount(candidate)} of ${writeCount(all)}`;
  const seen = `${compared} (${counts})`;
  const between =
    interval?.high === undefined
      ? ''
      : `; between ${writeShare(interval.low)} and ${writeShare(interval.high)}`;
  return {
    seen,
    harm: {
      split: `traffic is not split as declared: ${seen}${between}; off by more than ${writeShare(tolerance)} of the declared share; this is no verdict on the candidate's health: ${action === 'notify' ? '' : 'Belay holds, and '}comparisons of the versions are not to be trusted until it is`,
    },
    safe: `traffic is split as declared, as far as can be told: ${seen}`,
    doubt: seen,
  };
}
