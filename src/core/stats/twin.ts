import { type BetOptions, betCurve, type Gain, mixBets, type PlacedBet } from './bets.ts';
import { mergeTicks, type Tick } from './counts.ts';

/** The line between tolerable and not: the candidate's rate against `ratio` × stable's rate + `difference`. */
export interface Margin {
  /** R ≥ 0, a factor; 1 is "no more often than stable". */
  readonly ratio: number;
  /** d, added to the rate; 0.0025 is a quarter of a percentage point. */
  readonly difference: number;
}

/** One side of the two-arm test. */
export interface TwinTest extends BetOptions {
  readonly margin: Margin;
}

/**
 * Natural log of the evidence that the candidate's rate of bad events is above the margin (`harm`) or below it
 * (`safe`), whatever stable's rate is and however it moves.
 *
 * Per tick, with candidate x of n, stable y of m, ρ = R·n/m and a bet a:
 *   e(a) = (1 + a)^x · (1 − a·ρ)^y · exp(−a·n·d),   harm: 0 < a < 1/ρ,   safe: −1 < a < 0
 * Given the past, E[e] = (1 + aθ)^n (1 − aρη)^m e^{−and} ≤ exp(a·n·(θ − Rη − d)) ≤ 1 when the candidate's rate θ and
 * stable's rate η of that tick lie on the null's side, because 1 + u ≤ e^u. Products and mixtures of such factors are
 * non-negative supermartingales that begin at 1, so P(E ever ≥ 1/α) ≤ α (Ville 1939): one may look at any time and as
 * often as one likes. No large counts, constant rates or constant split are assumed; outcomes are independent given
 * the state that both arms share.
 * Bets: a(κ) = (κ − 1)/(1 + κρ), which grows fastest when the candidate's rate is κ·R times stable's and d = 0
 * (the growth-rate optimal choice of Grünwald, de Heide and Koolen, "Safe testing", arXiv 1906.07801).
 *
 * @param ticks  counts in order of time; a tick without exposure on an arm is merged into the next. With a `mixture` the order
 * is of no account.
 * @returns unitless; 0 without data. Reference values: test/reference/evidence-vectors.json
 */
export function twinLogE(ticks: readonly Tick[], test: TwinTest): number {
  return mergedTwinLogE(mergeTicks(ticks).ticks, test);
}

/** `twinLogE` of ticks that all have exposure on both arms. */
export function mergedTwinLogE(ticks: readonly Tick[], test: TwinTest): number {
  return mixBets(ticks.length, twinGain(ticks, test.margin), test);
}

/** `mergedTwinLogE` after each of the ticks, in one pass. */
export function mergedTwinCurve(ticks: readonly Tick[], test: TwinTest): readonly number[] {
  return betCurve(ticks.length, twinGain(ticks, test.margin), test);
}

/** ln e(a(κ)) of one tick with exposure on both arms; 0 without one. */
export function gainOn(tick: Tick | undefined, margin: Margin, bet: PlacedBet): number {
  return tick ? twinGain([tick], margin)(0, bet) : 0;
}

/**
 * ln e(a(κ)) tick by tick, with 1 + a = κ(1 + ρ)/(1 + κρ) and 1 − aρ = (1 + ρ)/(1 + κρ) put in and ρ multiplied out, so that
 * nothing cancels or overflows at a tiny or huge ρ; ρ/(1 + ρ) is the same for every bet.
 */
export function twinGain(ticks: readonly Tick[], { ratio, difference }: Margin): Gain {
  const shares = ticks.map(({ candidate, stable }) => {
    const scaled = ratio * candidate.exposure;
    return scaled / (stable.exposure + scaled);
  });
  return (index, { kappa, logKappa }) => {
    const tick = ticks[index];
    if (!tick) return 0;
    const { candidate, stable } = tick;
    const events = candidate.events + stable.events;
    if (events === 0 && difference === 0) return 0;
    const split = candidate.events * logKappa - events * Math.log1p((kappa - 1) * (shares[index] ?? 0));
    if (difference === 0) return split;
    const bet = (kappa - 1) * (stable.exposure / (stable.exposure + kappa * ratio * candidate.exposure));
    return split - bet * candidate.exposure * difference;
  };
}
