import { mergeTicks, type Tick } from '../../../src/core/stats/counts.ts';
import { gainOn } from '../../../src/core/stats/twin.ts';
import { NO_MARGIN, type Rule } from './rules.ts';

/** Null events after which each option expires. */
const EXPIRIES = [2, 6, 16, 45, 128];
const WEIGHTS = [1, 2, 2, 2, 1];

interface Option {
  readonly expiry: number;
  /** Candidate events that must have come by then. */
  readonly target: number;
  held: number;
}

/**
 * Tried and dropped: each bet copies an all-or-nothing option that pays when the candidate has had a number of bad events before as
 * many were expected of a healthy one as its expiry says. The boldness follows from the option's value, which is known before each
 * tick, so it is valid as any bet is. In theory the quickest median; with several events a tick the copy is too coarse to be.
 */
export const AIMED_BETS: Rule = {
  name: '… bets that aim at a count',
  firesAt: (ticks) => {
    const options = openOptions(20);
    let [seen, expected] = [0, 0];
    for (const [index, tick] of mergeTicks(ticks).ticks.entries()) {
      for (const option of options) play(option, tick, seen, expected);
      if (options.reduce((sum, { held }) => sum + held, 0) >= 20) return index;
      seen += tick.candidate.events;
      expected += (tick.stable.events * tick.candidate.exposure) / tick.stable.exposure;
    }
    return undefined;
  },
};

function openOptions(goal: number): Option[] {
  const whole = WEIGHTS.reduce((a, b) => a + b, 0);
  return EXPIRIES.map((expiry, place) => {
    const held = (WEIGHTS[place] ?? 0) / whole;
    let target = 0;
    while (atLeast(target, expiry) > held / goal) target += 1;
    return { expiry, target, held };
  });
}

function play(option: Option, tick: Tick, seen: number, expected: number): void {
  const left = option.expiry - expected;
  const value = atLeast(option.target - seen, left);
  if (value <= 1e-300) return;
  const kappa = Math.min(50, atLeast(option.target - seen - 1, left) / value);
  if (kappa > 1) option.held *= Math.exp(gainOn(tick, NO_MARGIN, { kappa, logKappa: Math.log(kappa) }));
}

/** P(N ≥ count) of a Poisson number N. */
function atLeast(count: number, mean: number): number {
  if (count <= 0) return 1;
  if (mean <= 0) return 0;
  let term = Math.exp(-mean);
  let below = 0;
  for (let k = 0; k < count; k += 1) {
    below += term;
    term *= mean / (k + 1);
  }
  if (below < 0.999) return 1 - below;
  let above = 0;
  for (let k = count; k < count + 200; k += 1) {
    above += term;
    term *= mean / (k + 1);
  }
  return above;
}
