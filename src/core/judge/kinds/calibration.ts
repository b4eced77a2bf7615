import type { Side } from '../../stats/bets.ts';
import {
  type ClaimPart,
  type ConfidenceBin,
  calibrationError,
  claimDoubt,
  claimsLogE,
  worseClaimLogE,
} from '../../stats/calibration.ts';
import { addCounts, type Counts, NO_COUNTS, sumCounts } from '../../stats/counts.ts';
import type { Stretch } from '../divide.ts';
import type { CalibrationCheck, ClaimedBins, ClaimedCounts } from '../evidence.ts';
import { largeEnough } from '../large-enough.ts';
import { type Course, INTERVAL_ALPHA, INTERVAL_LEVEL, type Method } from '../method.ts';
import { wholeEvents } from '../whole-events.ts';
import { changesIn, playedTicks } from '../whole-ticks.ts';
import { type BinTotals, calibrationWords } from '../words/calibration.ts';
import { describeClumps } from '../words/clumps.ts';

/** One direction of one bin: too many came true, or too few. */
interface Direction extends ClaimPart {
  readonly bin: number;
  readonly exposure: number;
  readonly changes: NonNullable<ClaimPart['changes']>;
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
  const changes = directions[0]?.changes.own;
  return claimsLogE(
    directions.map(({ own }) => own),
    { ...test, ...(changes && { changes }) },
  );
}

function directionsOf(
  check: CalibrationCheck,
  stretches: readonly Stretch<ClaimedBins>[],
  side: Side,
): readonly Direction[] {
  const ticks = stretches.map((stretch) => ownOf(check, [stretch], 0).length);
  return check.bins.flatMap((_, bin) => {
    const own = ownOf(check, stretches, bin);
    const { exposure } = sumCounts(own);
    const counted = twinOf(stretches, bin);
    const direction = (ours: ConfidenceBin, both: readonly Stretch<Counts>[]): Direction => {
      const { ticks: twin, changes } = playedTicks(both, side);
      return {
        bin,
        exposure,
        own: roundOwn(ours, side),
        twin,
        changes: { own: changesIn(ticks), twin: changes },
      };
    };
    return [direction(own, counted), direction(own.map(opposite), counted.map(withRest))];
  });
}

/** Those that did not come true, in both arms. */
function withRest(stretch: Stretch<Counts>): Stretch<Counts> {
  return {
    ...stretch,
    pairs: stretch.pairs.map(({ candidate, stable }) => ({
      candidate: rest(candidate),
      stable: rest(stable),
    })),
  };
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

function opposite({ events, exposure, claimed }: ClaimedCounts): ClaimedCounts {
  return { ...rest({ events, exposure }), claimed: 1 - claimed };
}

/** Whole events, rounded against the claim that is tested. */
function roundOwn(own: ConfidenceBin, side: Side): ConfidenceBin {
  const whole = wholeEvents(own, side === 'harm' ? 'down' : 'up');
  return own.map((tick, index) => ({ ...tick, events: whole[index]?.events ?? tick.events }));
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
