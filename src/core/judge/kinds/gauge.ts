import { type GaugeEvidence, gaugeEvidence } from '../../stats/gauge.ts';
import { logMean } from '../../stats/log-space.ts';
import type { Stretch } from '../divide.ts';
import type { GaugeCheck, Measured } from '../evidence.ts';
import { INTERVAL_ALPHA, INTERVAL_LEVEL, type Method } from '../method.ts';
import { gaugeWords } from '../words/gauge.ts';

/**
 * A measurement that is no count, candidate against stable tick by tick. What it cannot promise (too few ticks, a difference
 * that wanders, a series that is stuck) is no evidence either way, so that it neither passes nor fails then.
 */
export const gauge: Method<GaugeCheck, Measured> = {
  looking: () => ({ exposure: () => 1, alone: false, oneArm: false }),
  members: () => ['comparison'],
  harm: (check, stretches, _, { steps = 1 }) =>
    mixSteps(stretches, steps, (part) => {
      const evidence = evidenceOf(check, part);
      return evidence.kind === 'usable' ? evidence.logHarm : 0;
    }),
  safe: (check, now) => {
    if (now.period.whole) return undefined;
    const evidence = evidenceOf(check, [now]);
    return evidence.kind === 'usable' ? evidence.logSafe : 0;
  },
  totals: () => undefined,
  interval: (check, stretches) => {
    const evidence = evidenceOf(check, stretches);
    if (evidence.kind === 'unusable' || !Number.isFinite(evidence.interval.low)) return undefined;
    return { of: 'difference', ...evidence.interval, level: INTERVAL_LEVEL };
  },
  words: (check, stretches, interval) => {
    const now = stretches.at(-1);
    const measured = stretches.flatMap(({ pairs }) => pairs);
    return gaugeWords(check, {
      measured,
      interval,
      all: evidenceOf(check, stretches),
      now: evidenceOf(check, now ? [now] : []),
    });
  },
};

function evidenceOf(
  { worse, harm, safe, batch }: GaugeCheck,
  stretches: readonly Stretch<Measured>[],
): GaugeEvidence {
  const ticks = stretches.flatMap(({ pairs }) =>
    pairs.map(({ candidate, stable }) => ({ candidate: candidate.value, stable: stable.value })),
  );
  return gaugeEvidence(ticks, { worse, harm, safe, batch, alpha: INTERVAL_ALPHA });
}

/**
 * ½·E_rollout + ½·mean over all declared steps of E_step, on the log scale. A step's e-value begins at 1 with the step and stays
 * as it was when the step is left; a step to come counts 1. What is worse all along is found by the one half, what gets worse
 * late by the other; bets that begin later, as counts have them, a gauge has not.
 */
function mixSteps(
  stretches: readonly Stretch<Measured>[],
  steps: number,
  logE: (stretches: readonly Stretch<Measured>[]) => number,
): number {
  const all = logE(stretches);
  if (steps === 1) return all;
  const byStep = Array.from({ length: steps }, (_, step) =>
    stretches.filter(({ period }) => period.step === step),
  );
  return logMean([all, logMean(byStep.map((part) => (part.length === 0 ? 0 : logE(part))))]);
}
