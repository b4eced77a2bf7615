import { type BetOptions, type Mixture, REFERENCE_MIXTURE, type Side } from './bets.ts';
import { type BettingPlan, DEFAULT_PLAN } from './betting-plan.ts';

/**
 * Bets for shares that are not rare, such as a cut through the middle of a distribution or a split of traffic: there a few
 * percent more are many standard deviations, and bets on twice as many would be lost at once. Harm keeps a reserve for
 * faults that begin later, as the usual plan does; safety needs none.
 *
 * Simulated: 500 requests a minute, 5 % on the candidate, ten bins, tolerance 0.02; the median until the scores' shift by a
 * quarter of a standard deviation is found is 40 minutes from the start like the reference mixture's, and for a shift that
 * begins after 6 or 12 hours 55 and 70 minutes instead of 255 and 405.
 */
export const FINE_PLAN: Readonly<Record<Side, BettingPlan>> = {
  harm: { opening: evenly(1.03, 1.07, 1.15, 1.3, 1.7, 2.5, 5, 20), ...reserveFor(evenly(1.07, 1.2, 1.7)) },
  safe: { opening: evenly(0.97, 0.93, 0.87, 0.77, 0.6, 0.4, 0.2, 0.05) },
};

function evenly(first: number, ...rest: readonly number[]): Mixture {
  return [{ kappa: first, weight: 1 }, ...rest.map((kappa) => ({ kappa, weight: 1 }))];
}

/** The usual plan's reserve, laid on these bets. */
function reserveFor(bets: Mixture): Pick<BettingPlan, 'later'> {
  const { later } = DEFAULT_PLAN.harm;
  return later ? { later: { ...later, bets } } : {};
}

/** The options with the fine plan where they name neither bets nor a plan. */
export function withFinePlan<Options extends BetOptions>(options: Options): Options {
  if (options.mixture !== undefined || options.plan !== undefined) return options;
  return { ...options, plan: FINE_PLAN[options.side] };
}

/**
 * The options with plain fine bets where they name none. Their evidence is monotone in every count and limit, which
 * intervals need and plans, whose stakes move with what was seen, do not give.
 */
export function withPlainBets<Options extends BetOptions>(options: Options): Options {
  if (options.mixture !== undefined) return options;
  return { ...options, mixture: REFERENCE_MIXTURE[options.side] };
}
