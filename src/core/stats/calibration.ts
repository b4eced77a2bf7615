import { proportionInterval } from './beta-binomial.ts';
import { type BetOptions, type Gain, type Mixture, mixBets } from './bets.ts';
import { asOneOf, combineTests } from './combine.ts';
import { type Counts, sumCounts, type Tick } from './counts.ts';
import { withFinePlan } from './fine-plan.ts';
import type { Interval } from './interval.ts';
import { logMean } from './log-space.ts';
import { doubtOf, recentDoubt } from './recent-doubt.ts';
import { twinLogE } from './twin.ts';

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

/** One bin and one direction: the candidate's counts with their claims, and both arms' counts, of the same predictions. */
export interface ClaimPart {
  readonly own: ConfidenceBin;
  readonly twin: TwinBin;
  /** Where new weights began among each of the two; see Course.changes. Default: nowhere. */
  readonly changes?: { readonly own: readonly number[]; readonly twin: readonly number[] };
}

/**
 * Natural log of the evidence that in some part more came true than was claimed and than came true for stable, by more than
 * the tolerance (`harm`), or that in every part one of the two is kept (`safe`). A part is one bin in one direction; give each
 * bin twice, once with those that came true counted and once with those that did not.
 *
 * Harm: the null of a part is θC ≤ max(claim, θB) + ε, the union of two nulls, so the lesser e-value of their two tests is one
 * under each of them. Safety: the null is θC above both, where both tests are e-values and so is their mean. A shift of the
 * world moves both arms, and a candidate that is better calibrated than stable moves towards its claim: neither is harm.
 */
export function worseClaimLogE(parts: readonly ClaimPart[], test: CalibrationTest): number {
  const { tolerance, ...bets } = asOneOf(parts.length, test);
  const twin = { ...withFinePlan(bets), margin: { ratio: 1, difference: tolerance } };
  return combineTests(
    test.side,
    parts.map(({ changes, ...part }) => {
      const own = claimLogE(part.own, { tolerance, ...bets, ...(changes && { changes: changes.own }) });
      const against = twinLogE(part.twin, { ...twin, ...(changes && { changes: changes.twin }) });
      return test.side === 'harm' ? Math.min(own, against) : logMean([own, against]);
    }),
  );
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
    parts.map(({ own, twin }) => {
      const off = doubtOf(own.length, claimGain(own, tolerance), bets);
      if (against === 'claims') return off;
      return Math.min(off, recentDoubt(twin, { ...bets, margin: { ratio: 1, difference: tolerance } }));
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
  return bin.reduce((sum, { claimed, exposure }) => (exposure > 0 ? sum + claimed * exposure : sum), 0);
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
