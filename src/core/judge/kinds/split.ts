import { type SplitEvidence, splitEvidence } from '../../stats/split.ts';
import type { Stretch } from '../divide.ts';
import type { SplitCheck, Traffic } from '../evidence.ts';
import { INTERVAL_ALPHA, INTERVAL_LEVEL, type Method } from '../method.ts';
import { splitWords } from '../words/split.ts';

/**
 * Whether the candidate gets the share of traffic that was declared. It can only find that it does not: then whatever is compared
 * may be two different audiences, and nothing advances. That it does is presumed as long as nothing speaks against it.
 */
export const split: Method<SplitCheck, Traffic> = {
  looking: () => ({ exposure: ({ exposure }) => exposure, alone: false, oneArm: false }),
  members: () => ['split'],
  // Each weight has its own share, so that the e-values of the weights multiply: each begins where the one before ended.
  harm: (check, stretches, _, { horizon }) =>
    stretches.reduce((sum, stretch) => sum + (evidenceOf(check, stretch, horizon)?.logE ?? 0), 0),
  safe: () => undefined,
  passesUnlessFailing: true,
  totals: () => undefined,
  interval: (check, stretches) => {
    const evidence = shown(check, stretches)?.evidence;
    return evidence && { of: 'value', ...evidence.interval, level: INTERVAL_LEVEL };
  },
  words: (check, stretches, interval) => {
    const one = shown(check, stretches);
    return splitWords(check, {
      traffic: one?.stretch.pairs ?? [],
      share: one && shareOf(check, one.stretch),
      interval,
    });
  },
};

/** People are shown the newest weight with traffic: of several weights together no one share was declared. */
function shown(
  check: SplitCheck,
  stretches: readonly Stretch<Traffic>[],
): { readonly stretch: Stretch<Traffic>; readonly evidence: SplitEvidence } | undefined {
  for (const stretch of stretches.toReversed()) {
    const evidence = evidenceOf(check, stretch);
    if (evidence?.observed !== undefined) return { stretch, evidence };
  }
  return undefined;
}

/** Undefined where nothing is split: everybody or nobody is served by the candidate, or nobody said what was declared. */
function evidenceOf(
  check: SplitCheck,
  stretch: Stretch<Traffic>,
  horizon?: number,
): SplitEvidence | undefined {
  const share = shareOf(check, stretch);
  if (share === undefined || !(share > 0 && share < 1)) return undefined;
  const { tolerance, dispersion, trim } = check;
  const ticks = stretch.pairs.map(({ candidate, stable }) => ({
    candidate: candidate.exposure,
    stable: stable.exposure,
  }));
  const course = horizon === undefined ? {} : { horizon };
  return splitEvidence(ticks, { ...course, share, tolerance, dispersion, trim, alpha: INTERVAL_ALPHA });
}

function shareOf({ share }: SplitCheck, { period }: Stretch<Traffic>): number | undefined {
  return share ?? period.share;
}
