import type { Side } from '../../stats/bets.ts';
import {
  type ClaimPart,
  type ClaimTick,
  type ConfidenceBin,
  calibrationError,
  claimDoubt,
  claimsLogE,
  mergeClaims,
  worseClaimLogE,
} from '../../stats/calibration.ts';
import { addCounts, type Counts, NO_COUNTS, sumCounts } from '../../stats/counts.ts';
import type { Stretch } from '../divide.ts';
import type { CalibrationCheck, ClaimedBins, ClaimedCounts } from '../evidence.ts';
import { largeEnough } from '../large-enough.ts';
import { type Course, INTERVAL_ALPHA, INTERVAL_LEVEL, type Method } from '../method.ts';
import { changesIn, roundTicks } from '../whole-ticks.ts';
import { type BinTotals, calibrationWords } from '../words/calibration.ts';
import { describeClumps } from '../words/clumps.ts';

/** One direction of one bin: too many came true, or too few. Against the claims alone stable is not in it. */
interface Direction extends ClaimPart {
  readonly bin: number;
  readonly exposure: number;
  readonly changes: readonly number[];
}

/**
 * Whether what a model claims comes true, bin by bin and in both directions: off the claim and further off than stable, or off
 * the claim alone. Judged by bins; the calibration error over all of them is for people.
 */
export const calibration: Method<CalibrationCheck, ClaimedBins> = {
  looking: ({ against }) => ({
    exposure: ({ bins }) => bins.reduce((sum, { exposure }) => sum + exposure, 0),
    alone: against === 'claims',
    oneArm: against === 'claims',
  }),
  members: () => ['bin'],
  harm: (check, stretches, _, course) =>
    logEOf(check, directionsOf(check, stretches, 'harm'), { ...course, side: 'harm' }),
  safe: (check, now) => {
    if (now.period.whole && check.against === 'stable') return undefined;
    return logEOf(check, waitedFor(check, [now]), { side: 'safe' });
  },
  doubt: (check, now) =>
    now.period.whole && check.against === 'stable'
      ? 0
      : claimDoubt(directionsOf(check, [now], 'harm'), check),
  // Against the claims alone nothing is compared, and clumps are told from what both arms share by the comparison.
  caution: (check, stretches) => {
    const worst = check.against === 'stable' ? decisiveBin(check, stretches, 'harm') : undefined;
    return worst && describeClumps(check, twinOf(stretches, worst.bin));
  },
  totals: () => undefined,
  interval: (check, stretches) => {
    const bins = check.bins.map((_, bin) => ownOf(check, stretches, bin));
    const { observed, interval } = calibrationError(bins, {
      alpha: INTERVAL_ALPHA,
      dispersion: check.dispersion,
    });
    return observed === undefined
      ? undefined
      : { of: 'value', low: interval.low, high: interval.high, level: INTERVAL_LEVEL };
  },
  words: (check, stretches, interval) =>
    calibrationWords(check, {
      interval,
      error: calibrationError(
        check.bins.map((_, bin) => ownOf(check, stretches, bin)),
        { alpha: INTERVAL_ALPHA },
      ).observed,
      worst: decisiveBin(check, stretches, 'harm'),
      leastSure: decisiveBin(check, stretches, 'safe'),
    }),
};

function logEOf(
  check: CalibrationCheck,
  directions: readonly Direction[],
  course: Course & { readonly side: Side },
): number {
  const { dispersion, trim, against } = check;
  const tolerance = course.side === 'harm' ? check.tolerance : check.safe.tolerance;
  const test = { ...course, tolerance, dispersion, trim };
  if (against === 'stable') return worseClaimLogE(directions, test);
  const changes = directions[0]?.changes;
  return claimsLogE(
    directions.map(({ ticks }) => ticks.map(({ candidate }) => candidate)),
    { ...test, ...(changes && { changes }) },
  );
}

function directionsOf(
  check: CalibrationCheck,
  stretches: readonly Stretch<ClaimedBins>[],
  side: Side,
): readonly Direction[] {
  return check.bins.flatMap((_, bin) => {
    const parts = stretches.map((stretch) => ticksOf(check, stretch, bin));
    const { exposure } = sumCounts(parts.flat().map(({ candidate }) => candidate));
    const direction = (counted: readonly (readonly ClaimTick[])[]): Direction => {
      const played = counted.map((part) => roundTicks(part, side));
      return { bin, exposure, ticks: played.flat(), changes: changesIn(played.map(({ length }) => length)) };
    };
    return [direction(parts), direction(parts.map((part) => part.map(turned)))];
  });
}

/** The ticks of one bin on one weight: against stable those that both arms have, merged within the weight. */
function ticksOf(
  { against }: CalibrationCheck,
  { alone, pairs }: Stretch<ClaimedBins>,
  bin: number,
): readonly ClaimTick[] {
  if (against === 'claims') return alone.map((arm) => ({ candidate: at(arm, bin), stable: NO_COUNTS }));
  return mergeClaims(
    pairs.map(({ candidate, stable }) => ({ candidate: at(candidate, bin), stable: at(stable, bin) })),
  );
}

/** Those that did not come true, in both arms. */
function turned({ candidate, stable }: ClaimTick): ClaimTick {
  return { candidate: { ...rest(candidate), claimed: 1 - candidate.claimed }, stable: rest(stable) };
}

/** The candidate's own ticks of one bin; against stable only those that stable has as well. */
function ownOf(
  { against }: CalibrationCheck,
  stretches: readonly Stretch<ClaimedBins>[],
  bin: number,
): ConfidenceBin {
  return stretches.flatMap(({ alone, pairs }) =>
    (against === 'claims' ? alone : pairs.map(({ candidate }) => candidate)).map((arm) => at(arm, bin)),
  );
}

function twinOf(stretches: readonly Stretch<ClaimedBins>[], bin: number): readonly Stretch<Counts>[] {
  return stretches.map((stretch) => ({
    ...stretch,
    pairs: stretch.pairs.map(({ candidate, stable }) => ({
      candidate: at(candidate, bin),
      stable: at(stable, bin),
    })),
    alone: [],
  }));
}

function at({ bins }: ClaimedBins, bin: number): ClaimedCounts {
  return bins[bin] ?? { ...NO_COUNTS, claimed: 0 };
}

function rest({ events, exposure }: Counts): Counts {
  return { events: Math.max(0, exposure - events), exposure };
}

/** The directions of the bins that safety is asked of; each bin stands there twice. */
function waitedFor(
  check: CalibrationCheck,
  stretches: readonly Stretch<ClaimedBins>[],
): readonly Direction[] {
  const directions = directionsOf(check, stretches, 'safe');
  return largeEnough(directions, check.minShare / 2, ({ exposure }) => exposure);
}

/** The bin with the most evidence of harm, or the least of safety; undefined without predictions. */
function decisiveBin(
  check: CalibrationCheck,
  stretches: readonly Stretch<ClaimedBins>[],
  side: Side,
): (BinTotals & { readonly bin: number }) | undefined {
  const sign = side === 'harm' ? 1 : -1;
  let most = Number.NEGATIVE_INFINITY;
  let found: Direction | undefined;
  const directions =
    side === 'harm' ? directionsOf(check, stretches, side) : waitedFor(check, stretches.slice(-1));
  for (const direction of directions) {
    const log = sign * logEOf(check, [direction], { side });
    if (!(direction.exposure > 0) || log <= most) continue;
    most = log;
    found = direction;
  }
  if (!found) return undefined;
  const own = ownOf(check, stretches, found.bin);
  const totals = sumCounts(own);
  return {
    bin: found.bin,
    name: check.bins[found.bin] ?? '',
    candidate: totals,
    claimed: own.reduce((sum, { claimed, exposure }) => sum + claimed * exposure, 0) / totals.exposure,
    stable: twinOf(stretches, found.bin)
      .flatMap(({ pairs }) => pairs.map(({ stable }) => stable))
      .reduce(addCounts, NO_COUNTS),
  };
}
