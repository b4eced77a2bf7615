import { proportionInterval } from './beta-binomial.ts';
import type { BetOptions } from './bets.ts';
import { asOneOf, combineTests } from './combine.ts';
import { compositionLogE } from './composition.ts';
import { sumCounts } from './counts.ts';
import { withFinePlan } from './fine-plan.ts';
import type { Interval } from './interval.ts';
import { oneSampleLogE } from './one-sample.ts';

/** How many requests (or sessions) each arm got in one tick. */
export interface SplitTick {
  readonly candidate: number;
  readonly stable: number;
}

/** What was declared and how exactly it is held to. */
export interface SplitTest extends Omit<BetOptions, 'side' | 'mixture' | 'plan'> {
  /** Declared share of the candidate, above 0 and below 1. */
  readonly share: number;
  /** ε, relative: the share may be between share·(1 − ε) and share·(1 + ε). Default 0.1. */
  readonly tolerance?: number;
  /** Error of each end of the interval. Default 0.025. */
  readonly alpha?: number;
}

/** Whether traffic is split as declared. */
export interface SplitEvidence {
  /** Natural log of the evidence that it is not. It says "do not trust the comparison", never "roll back". */
  readonly logE: number;
  /** The candidate's share of all; undefined without traffic. */
  readonly observed: number | undefined;
  /** Of that share, at every moment of looking at once. */
  readonly interval: Interval;
}

const TOLERANCE = 0.1;
const ALPHA = 0.025;

/**
 * The evidence that the candidate's share of traffic is off its declaration by more than the tolerance either way: the
 * mean of the one-sample e-values against share·(1 + ε) and share·(1 − ε). No router of replicas or connections hits
 * a share exactly, hence the tolerance; and a session's requests come together, hence `dispersion`, without which ten
 * requests a session on one arm are an imbalance in most A/A tests.
 */
export function splitEvidence(ticks: readonly SplitTick[], test: SplitTest): SplitEvidence {
  const { share, tolerance = TOLERANCE, alpha = ALPHA, ...bets } = test;
  const candidate = ticks.map((tick) => ({ events: tick.candidate, exposure: tick.candidate + tick.stable }));
  const stable = ticks.map((tick) => ({ events: tick.stable, exposure: tick.candidate + tick.stable }));
  // Too little for the candidate is too much for stable. A limit that nothing can pass has no test.
  const logs = [
    { counts: candidate, limit: share * (1 + tolerance) },
    { counts: stable, limit: 1 - share * (1 - tolerance) },
  ]
    .filter(({ limit }) => limit < 1)
    .map(({ counts, limit }) =>
      oneSampleLogE(counts, { ...withFinePlan(asOneOf(2, { ...bets, side: 'harm' })), limit }),
    );
  const total = sumCounts(candidate);
  return {
    logE: combineTests('harm', logs),
    observed: total.exposure > 0 ? total.events / total.exposure : undefined,
    interval: proportionInterval(total, { alpha, ...(bets.dispersion && { dispersion: bets.dispersion }) }),
  };
}

/**
 * Natural log of the evidence that requests are not sent one by one with exactly the declared share: `compositionLogE` of two
 * categories. For routers that draw each request; anything stickier is rejected although it does as declared.
 * @returns 0 without traffic
 */
export function exactSplitLogE(ticks: readonly SplitTick[], { share }: { readonly share: number }): number {
  const candidate = ticks.reduce((sum, tick) => sum + tick.candidate, 0);
  const stable = ticks.reduce((sum, tick) => sum + tick.stable, 0);
  return compositionLogE([candidate, stable], { shares: [share, 1 - share], concentration: CONCENTRATION });
}

/** How many requests the prior is worth. */
const CONCENTRATION = 100;
