import { type GaugeEvidence, gaugeEvidence } from '../../stats/gauge.ts';
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
  harm: (check, stretches) => {
    const evidence = evidenceOf(check, stretches);
    return evidence.kind === 'usable' ? evidence.logHarm : 0;
  },
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
