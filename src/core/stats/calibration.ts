import { proportionInterval } from './beta-binomial.ts';
import { type BetOptions, type Gain, type Mixture, mixBets } from './bets.ts';
import { asOneOf, combineTests } from './combine.ts';
import { addCounts, type Counts, NO_COUNTS, sumCounts, type Tick } from './counts.ts';
import { withFinePlan } from './fine-plan.ts';
import type { Interval } from './interval.ts';
import { logMean } from './log-space.ts';
import { doubtOf, recentDoubt } from './recent-doubt.ts';
import { twinGain, twinLogE } from './twin.ts';

/** What happened to the predictions of one confidence bin in one tick: `events` came true of `exposure`. */
export interface ClaimedCounts extends Counts {
  /** Mean of the probabilities that were predicted, 0 to 1; whatever it is when `exposure` is 0. */
  readonly claimed: number;
}

/** One confidence bin, fixed before looking, over the ticks. */
export type ConfidenceBin = readonly ClaimedCounts[];

/** One side of the test of a model's probabilities. */
export interface CalibrationTest extends BetOptions {
  /** How far the share that came true may be from what was claimed, in probability: 0.05 is five points. */
  readonly tolerance: number;
}

/**
 * Natural log of the evidence that a model's claims are off by more than the tolerance in some bin (`harm`), or by less in
 * every bin (`safe`). Per bin and direction (too few or too many came true) one-sample against claim ± tolerance; mean or
 * least of the two per bin.
 *
 * The claim may differ from tick to tick and, within a bin, from prediction to prediction: with claims p_i the factor of a
 * bet κ has expectation Π(1 + (κ − 1)(p_i + ε)), which is at most (1 + (κ − 1)(p̄ + ε))^n, since the log is concave.
 * Labels often come late: a tick is then of labels, with the claims of those same predictions.
 */
export function calibrationLogE(bins: readonly ConfidenceBin[], test: CalibrationTest): number {
  return claimsLogE([...bins, ...bins.map((bin) => bin.map(opposite))], test);
}

/** Both arms in one tick of one bin: what came true, and what the candidate claimed of its own. */
export interface ClaimTick extends Tick {
  readonly candidate: ClaimedCounts;
}

/** One bin and one direction. */
export interface ClaimPart {
  readonly ticks: readonly ClaimTick[];
  /** Where new weights began; see Course.changes. Default: nowhere. */
  readonly changes?: readonly number[];
}

/**
 * Natural log of the evidence that in some part more came true than was claimed and than came true for stable, by more than
 * the tolerance (`harm`), or that in every part one of the two is kept (`safe`). A part is one bin in one direction; give each
 * bin twice, once with those that came true counted and once with those that did not.
 *
 * Harm: the null of a part is θC ≤ max(claim, θB) + ε in every tick, and which of the two is the larger may change from tick to
 * tick. Each bet κ has two factors for a tick: `own` against claim + ε, with E ≤ 1 where θC ≤ claim + ε, and `twin` against
 * θB + ε, with E ≤ 1 where θC ≤ θB + ε. The lesser of the two is at most either, so given the past its expectation is at most 1
 * under the null of that tick, whichever holds: the product over ticks of lesser factors is a supermartingale, and so is every
 * plan of bets on it. The lesser of the two products over all ticks is none: when the world moves from one side to the other,
 * each product grows while the other null holds.
 *
 * It costs what chance makes of stable's share within a tick: about κ − 1 times half of its standard deviation, for each of the
 * candidate's predictions. No factor of stable's counts of one tick can do without, since it would have to be at most
 * exp(−a·n·max(claim, θB)) on average for every θB, which has a bend at the claim that no average over counts can follow.
 *
 * Safety: the null is θC above both in every tick, where both tests are e-values and so is their mean. A shift of the world moves
 * both arms, and a candidate that is better calibrated than stable moves towards its claim: neither is harm.
 */
export function worseClaimLogE(parts: readonly ClaimPart[], test: CalibrationTest): number {
  const { tolerance, ...bets } = withFinePlan(asOneOf(parts.length, test));
  const margin = { ratio: 1, difference: tolerance };
  return combineTests(
    test.side,
    parts.map(({ ticks, changes }) => {
      const merged = mergeClaims(ticks);
      const own = claimGain(
        merged.map(({ candidate }) => candidate),
        tolerance,
      );
      const twin = twinGain(merged, margin);
      const play = (gain: Gain) => mixBets(merged.length, gain, { ...bets, ...(changes && { changes }) });
      if (test.side === 'safe') return logMean([play(own), play(twin)]);
      return play((index, bet) => Math.min(own(index, bet), twin(index, bet)));
    }),
  );
}

/** Ticks without predictions on an arm merged into the next, as in `mergeTicks`; they claim what theirs claim on average. */
export function mergeClaims(ticks: readonly ClaimTick[]): readonly ClaimTick[] {
  const merged: ClaimTick[] = [];
  let [candidate, stable, claims] = [NO_COUNTS, NO_COUNTS, 0];
  for (const tick of ticks) {
    candidate = addCounts(candidate, tick.candidate);
    stable = addCounts(stable, tick.stable);
    claims += claimsOf(tick.candidate);
    if (!(candidate.exposure > 0 && stable.exposure > 0)) continue;
    merged.push({ candidate: { ...candidate, claimed: claims / candidate.exposure }, stable });
    [candidate, stable, claims] = [NO_COUNTS, NO_COUNTS, 0];
  }
  return merged;
}

/** Faults of shares that are not rare: 1.1, 1.3 and 1.8 times as many as claim and tolerance allow. */
const FAULTS: Mixture = [
  { kappa: 1.1, weight: 1 },
  { kappa: 1.3, weight: 2 },
  { kappa: 1.8, weight: 1 },
];

/**
 * How much the newest ticks speak for a part that has just gone wrong, in nats; see `recentDoubt`. Off the claim, and against
 * stable further off than stable as well.
 */
export function claimDoubt(
  parts: readonly ClaimPart[],
  test: { readonly tolerance: number; readonly dispersion: number; readonly against: 'stable' | 'claims' },
): number {
  const { tolerance, dispersion, against } = test;
  const bets = { bets: FAULTS, dispersion };
  return combineTests(
    'harm',
    parts.map(({ ticks }) => {
      const own = ticks.map(({ candidate }) => candidate);
      const off = doubtOf(own.length, claimGain(own, tolerance), bets);
      if (against === 'claims') return off;
      return Math.min(off, recentDoubt(ticks, { ...bets, margin: { ratio: 1, difference: tolerance } }));
    }),
  );
}

/** The same against the claims alone: `calibrationLogE` of directions that are given one by one. */
export function claimsLogE(directions: readonly ConfidenceBin[], test: CalibrationTest): number {
  const part = asOneOf(directions.length, test);
  return combineTests(
    test.side,
    directions.map((direction) => claimLogE(direction, part)),
  );
}

/** One bin with both arms' counts per tick: events came true of all that were predicted. */
export type TwinBin = readonly Tick[];

/**
 * Natural log of the evidence that in some bin the share that came true differs between candidate and stable by more than
 * the tolerance (`harm`), or by less in every bin (`safe`): `twinLogE` per bin and direction at ratio 1. The bins are of
 * claims, so that this is a difference of what the same claim is worth.
 */
export function calibrationTwinLogE(bins: readonly TwinBin[], test: CalibrationTest): number {
  const { tolerance, ...bets } = asOneOf(2 * bins.length, test);
  const twin = { ...withFinePlan(bets), margin: { ratio: 1, difference: tolerance } };
  return combineTests(
    test.side,
    bins.flatMap((bin) => [
      twinLogE(bin, twin),
      twinLogE(
        bin.map(({ candidate, stable }) => ({ candidate: inverse(candidate), stable: inverse(stable) })),
        twin,
      ),
    ]),
  );
}

/**
 * Expected calibration error Σ n_b/N · |share that came true − claim| over bins, observed and as an interval that holds
 * at every moment of looking at once (for display): each bin's share within its interval at α/(2·bins) per end, weighted by
 * the exposure that was observed.
 * @returns probability, 0 to 1; undefined and [0, 1] without data
 */
export function calibrationError(
  bins: readonly ConfidenceBin[],
  options: { readonly alpha: number; readonly dispersion?: number },
): { readonly observed: number | undefined; readonly interval: Interval } {
  const { alpha, ...reading } = options;
  const totals = bins.map((bin) => ({ ...sumCounts(bin), claims: sumClaims(bin) }));
  const all = totals.reduce((sum, { exposure }) => sum + exposure, 0);
  if (!(all > 0)) return { observed: undefined, interval: { low: 0, high: 1 } };
  let observed = 0;
  let low = 0;
  let high = 0;
  for (const { events, exposure, claims } of totals) {
    if (!(exposure > 0)) continue;
    const weight = exposure / all;
    const claim = claims / exposure;
    const ends = proportionInterval({ events, exposure }, { ...reading, alpha: alpha / (2 * bins.length) });
    observed += weight * Math.abs(events / exposure - claim);
    low += weight * Math.max(0, ends.low - claim, claim - ends.high);
    high += weight * Math.max(ends.high - claim, claim - ends.low);
  }
  return { observed, interval: { low, high: Math.min(1, high) } };
}

function sumClaims(bin: ConfidenceBin): number {
  return bin.reduce((sum, tick) => sum + claimsOf(tick), 0);
}

/** How many were to come true. */
function claimsOf({ claimed, exposure }: ClaimedCounts): number {
  return exposure > 0 ? claimed * exposure : 0;
}

/** "Too many came true": above claim + tolerance for harm, below it for safe. */
function claimLogE(bin: ConfidenceBin, { tolerance, ...bets }: CalibrationTest): number {
  return mixBets(bin.length, claimGain(bin, tolerance), withFinePlan(bets));
}

function claimGain(bin: ConfidenceBin, tolerance: number): Gain {
  return (index, { kappa, logKappa }) => {
    const tick = bin[index];
    if (!tick || !(tick.exposure > 0)) return 0;
    const limit = Math.min(1, Math.max(0, tick.claimed + tolerance));
    return tick.events * logKappa - tick.exposure * Math.log1p((kappa - 1) * limit);
  };
}

function opposite({ events, exposure, claimed }: ClaimedCounts): ClaimedCounts {
  return { ...inverse({ events, exposure }), claimed: 1 - claimed };
}

function inverse({ events, exposure }: Counts): Counts {
  return { events: Math.max(0, exposure - events), exposure };
}
