import { type BetOptions, mixBets, type Side } from './bets.ts';
import { lastPositive } from './bisection.ts';
import type { Counts } from './counts.ts';
import { withPlainBets } from './fine-plan.ts';
import type { Interval, IntervalOptions } from './interval.ts';

/** One side of the test of one arm's rate of events per unit of exposure against a fixed rate. */
export interface PoissonTest extends BetOptions {
  /** λ0 ≥ 0, events per unit of exposure (the unit of `Counts.exposure`: replica-minutes, hours …). */
  readonly rate: number;
}

/**
 * Natural log of the evidence that events come more often than `rate` (`harm`) or less often (`safe`).
 *
 * A bet κ plays the rate κλ0; its e-value after x events in exposure t is the likelihood ratio of the Poisson process,
 * κ^x · exp(−(κ − 1)·λ0·t). With true rate λ, E[e] = exp((κ − 1)(λ − λ0)t), which is at most 1 on the null's side.
 * The rate may change from tick to tick as long as it stays on its side.
 *
 * Two arms need nothing of their own: `twinLogE` with exposure in the place of trials. For Poisson counts its expectation
 * is exactly exp(a·n·(θ − Rη − d)), where for trials that is only a bound, and events may outnumber the exposure.
 *
 * @param ticks  events and exposure of the arm in any order; unlike proportions, events may exceed exposure
 * @returns unitless; 0 without data
 */
export function poissonLogE(ticks: readonly Counts[], test: PoissonTest): number {
  const rate = Math.max(0, test.rate);
  return mixBets(
    ticks.length,
    (index, { kappa, logKappa }) => {
      const tick = ticks[index];
      return tick ? tick.events * logKappa - (kappa - 1) * rate * tick.exposure : 0;
    },
    test,
  );
}

/**
 * Events per unit of exposure of one arm, at every moment of looking at once: the rates that `poissonLogE` does not
 * reject at ln(1/α). The ratio of two arms' rates is `ratioInterval`.
 * @returns low ≥ 0; high Infinity without exposure
 */
export function rateInterval(
  ticks: readonly Counts[],
  options: Pick<IntervalOptions, 'alpha' | 'dispersion' | 'trim'>,
): Interval {
  const { alpha, dispersion = 1, trim = 0 } = options;
  const needed = -Math.log(alpha);
  if (!ticks.some((tick) => tick.exposure > 0)) return { low: 0, high: Number.POSITIVE_INFINITY };
  const reaches = (side: Side, rate: number): boolean =>
    poissonLogE(ticks, withPlainBets({ side, rate, dispersion, trim })) >= needed;
  return {
    low: lastPositive((rate) => reaches('harm', rate)),
    high: lastPositive((rate) => !reaches('safe', rate)),
  };
}
