import type { BetOptions, Side } from './bets.ts';
import { logMean } from './log-space.ts';

/**
 * Several tests of one check as one, on the log scale.
 *
 * `harm` claims that at least one of several nulls is false: the mean of their e-values, which is an e-value when all
 * are true, whatever ties them together.
 * `safe` claims that every one of several nulls is false: their least e-value. If any null is true, its own e-value has
 * expectation ≤ 1 and the least is no larger, so that the whole α goes to each and nothing is paid for their number
 * (intersection–union test: Berger 1982, Technometrics 24).
 *
 * @param logs  natural logs of e-values; the tests are fixed before looking
 * @returns natural log; 0 for no tests at all: no evidence either way
 */
export function combineTests(side: Side, logs: readonly number[]): number {
  if (logs.length === 0) return 0;
  return side === 'harm' ? logMean(logs) : logs.reduce((least, log) => Math.min(least, log));
}

/**
 * The options for one of several tests that `combineTests` makes one of. Bets that play for a goal stop there; when one test of
 * `parts` has to carry a mean, its own goal is `parts` times as far.
 */
export function asOneOf<Options extends Partial<BetOptions>>(parts: number, options: Options): Options {
  const { side, goal } = options;
  if (goal === undefined || side === 'safe' || parts < 2) return options;
  return { ...options, goal: goal + Math.log(parts) };
}
