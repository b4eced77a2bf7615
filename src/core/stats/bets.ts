import { type BettingPlan, DEFAULT_PLAN } from './betting-plan.ts';
import { logSum } from './log-space.ts';
import { type Course, playPlan } from './play-plan.ts';

/**
 * Which of the two questions is asked. `harm` collects evidence against "at most the margin", `safe` against
 * "at least the margin".
 */
export type Side = 'harm' | 'safe';

/** One guess at the effect: `kappa` times the margin's rate, above 1 for harm and between 0 and 1 for safe. */
export interface Bet {
  readonly kappa: number;
  /** Prior weight, more than 0; only its share in the mixture counts. */
  readonly weight: number;
}

/** Bets that are placed side by side; the mixture's e-value is the weighted mean of theirs. Fixed before looking. */
export type Mixture = readonly [Bet, ...Bet[]];

const HARM_KAPPAS = [1.06, 1.1, 1.15, 1.2, 1.3, 1.4, 1.5, 1.75, 2, 2.5, 3, 4, 6, 10, 20, 50] as const;
const SAFE_KAPPAS = [0.94, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.03] as const;

/** The reference mixture: equal weights on effects from 3 % to fifty-fold (harm) and from 3 % to 97 % fewer (safe). */
export const REFERENCE_MIXTURE: Readonly<Record<Side, Mixture>> = {
  harm: [{ kappa: 1.03, weight: 1 }, ...HARM_KAPPAS.map((kappa) => ({ kappa, weight: 1 }))],
  safe: [{ kappa: 0.97, weight: 1 }, ...SAFE_KAPPAS.map((kappa) => ({ kappa, weight: 1 }))],
};

/** How bets are placed and read. */
export interface BetOptions extends Course {
  readonly side: Side;
  /** Plain bets instead of a plan: all placed at the first tick, none later, and the order of the ticks does not matter. */
  readonly mixture?: Mixture;
  /** Instead of the plan of this side (`DEFAULT_PLAN`); a `mixture` goes before it. */
  readonly plan?: BettingPlan;
  /**
   * φ ≥ 1: how many events arrive together; the log of every bet is divided by it. Exact when each event comes in
   * clumps of φ. Default 1.
   */
  readonly dispersion?: number;
  /** Blips forgiven: per bet, so many of the ticks that gained most do not count. It only lowers e. Default 0. */
  readonly trim?: number;
}

/** A bet in the middle of being played, with the logarithm that every tick needs. */
export interface PlacedBet {
  readonly kappa: number;
  readonly logKappa: number;
}

/** What a bet gains on tick `index`: the natural log of one factor of its e-process. */
export type Gain = (index: number, bet: PlacedBet) => number;

/**
 * Natural log of the e-value after `ticks` ticks. This is the seam for further kinds of evidence: a kind is a gain per
 * tick and bet. With a mixture it is ln Σ_j w_j exp(Σ_k gain(k, κ_j) / φ), Σ w = 1; with a plan bets also begin later
 * (`playPlan`). Linear in ticks × bets.
 * @returns 0 without ticks: no evidence either way
 * @throws RangeError when a bet is on the wrong side of 1, for then nothing bounds its error
 */
export function mixBets(ticks: number, gain: Gain, options: BetOptions): number {
  const { side, mixture, plan = DEFAULT_PLAN[side], dispersion = 1, trim = 0 } = options;
  if (ticks === 0) return 0;
  if (mixture) return sumBets(ticks, gain, { side, mixture, dispersion, trim });
  checkPlan(plan, side);
  if (!plan.later && plan.aim === undefined)
    return sumBets(ticks, gain, { side, mixture: plan.opening, dispersion, trim });
  return playPlan(ticks, gain, { plan, side, dispersion, trim, course: options });
}

/**
 * `mixBets` after every tick, in one pass: entry k is its value for the first k + 1 ticks. A plan that has reached its goal stands
 * still from there on.
 */
export function betCurve(ticks: number, gain: Gain, options: BetOptions): readonly number[] {
  const { side, mixture, dispersion = 1, trim = 0 } = options;
  const plan = mixture ? { opening: mixture } : (options.plan ?? DEFAULT_PLAN[side]);
  checkPlan(plan, side);
  const curve: number[] = [];
  const afterTick = (logE: number): void => {
    curve.push(logE);
  };
  const last = playPlan(ticks, gain, { plan, side, dispersion, trim, course: options, afterTick });
  while (curve.length < ticks) curve.push(last);
  return curve;
}

/** A mixture without a plan: the gains of each bet are summed, in any order. */
function sumBets(
  ticks: number,
  gain: Gain,
  { side, mixture, dispersion, trim }: Required<Pick<BetOptions, 'side' | 'mixture' | 'dispersion' | 'trim'>>,
): number {
  return logSum(
    placeMixture(mixture, side).map(
      (bet) => bet.logShare + sumGains(ticks, (index) => gain(index, bet), trim) / dispersion,
    ),
  );
}

/** The bets of a mixture with the logarithms of their size and of their share of the stake. */
export function placeMixture(
  mixture: Mixture,
  side: Side,
): readonly (PlacedBet & { readonly logShare: number })[] {
  const weight = mixture.reduce((sum, bet) => sum + bet.weight, 0);
  return mixture.map((bet) => {
    checkBet(bet, side);
    return {
      kappa: bet.kappa,
      logKappa: Math.log(bet.kappa),
      logShare: Math.log(bet.weight / weight),
    };
  });
}

function checkBet({ kappa, weight }: Bet, side: Side): void {
  const fits = side === 'harm' ? kappa > 1 : kappa > 0 && kappa < 1;
  if (!fits || !(weight > 0))
    throw new RangeError(
      `bet: expected ${side === 'harm' ? 'kappa above 1' : 'kappa between 0 and 1'} and a weight above 0, got ${kappa} and ${weight}`,
    );
}

/** Bets on the right side, and shares that cannot lay more than there is: what the proof of `playPlan` asks of a plan. */
function checkPlan({ opening, later }: BettingPlan, side: Side): void {
  for (const bet of [...opening, ...(later?.bets ?? [])]) checkBet(bet, side);
  if (!later) return;
  const { reserve, onChange, pace, tail } = later;
  if (!(reserve > 0 && reserve < 1 && onChange >= 0 && onChange < 1 && pace > 0 && tail > 0 && tail < 10))
    throw new RangeError(
      `betting plan: expected a reserve between 0 and 1, onChange from 0 to below 1, a pace above 0 and a tail between 0 and 10, got ${reserve}, ${onChange}, ${pace} and ${tail}`,
    );
}

function sumGains(ticks: number, gain: (index: number) => number, trim: number): number {
  let sum = 0;
  // The trim largest positive gains so far, smallest first. Short: trim is a handful.
  const forgiven: number[] = [];
  // What a gain must exceed to be among them.
  let least = trim > 0 ? 0 : Number.POSITIVE_INFINITY;
  for (let index = 0; index < ticks; index += 1) {
    const gained = gain(index);
    sum += gained;
    if (gained > least) least = keepLargest(forgiven, gained, trim);
  }
  return sum - forgiven.reduce((a, b) => a + b, 0);
}

/** Keeps a value that is more than what is asked for, and says what is asked for from now on. */
function keepLargest(kept: number[], value: number, size: number): number {
  if (kept.length >= size) kept.shift();
  const place = kept.findIndex((other) => other > value);
  kept.splice(place === -1 ? kept.length : place, 0, value);
  return kept.length < size ? 0 : (kept[0] ?? 0);
}
