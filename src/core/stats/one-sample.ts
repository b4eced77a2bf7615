import { type BetOptions, mixBets } from './bets.ts';
import type { Counts } from './counts.ts';

/** One side of the test of one arm against a fixed rate. */
export interface OneSampleTest extends BetOptions {
  /** θ0, the rate that must not be exceeded, 0 to 1; what lies outside is moved to the nearer end. */
  readonly limit: number;
}

/**
 * Natural log of the evidence that one arm's rate of bad events is above `limit` (`harm`) or below it (`safe`).
 *
 * A bet κ plays the rate whose odds are κ times those of the limit, θ1 = κθ0/(1 − θ0 + κθ0); its e-value is the exact
 * likelihood ratio of independent trials, (θ1/θ0)^x · ((1 − θ1)/(1 − θ0))^(n − x), which is monotone in the true rate
 * and so valid for every rate on the null's side. Written as x·ln κ − n·ln(1 + (κ − 1)θ0), which is exact at 0 and 1.
 * The rate may change from tick to tick as long as it stays on its side.
 *
 * @param ticks  counts of the arm in order of time; with a `mixture` the order is of no account
 * @returns unitless; 0 without data. Reference values: test/reference/evidence-vectors.json
 */
export function oneSampleLogE(ticks: readonly Counts[], test: OneSampleTest): number {
  const limit = Math.min(1, Math.max(0, test.limit));
  return mixBets(
    ticks.length,
    (index, { kappa, logKappa }) => {
      const tick = ticks[index];
      if (!tick) return 0;
      return tick.events * logKappa - tick.exposure * Math.log1p((kappa - 1) * limit);
    },
    test,
  );
}
