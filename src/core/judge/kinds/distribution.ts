import type { Side } from '../../stats/bets.ts';
import { asOneOf, combineTests } from '../../stats/combine.ts';
import { type BinTick, distanceInterval, distributionLogE, referenceLogE } from '../../stats/distribution.ts';
import type { Interval } from '../../stats/interval.ts';
import { stabilityIndex } from '../../stats/stability-index.ts';
import type { Stretch } from '../divide.ts';
import type { Binned, DistributionCheck } from '../evidence.ts';
import { mergedBins, pooledBins, sumBins, totalOf } from '../merged-bins.ts';
import { type Course, INTERVAL_ALPHA, INTERVAL_LEVEL, type Method, type ShownInterval } from '../method.ts';
import { changesIn } from '../whole-ticks.ts';
import { distributionWords } from '../words/distribution.ts';

/**
 * What the candidate gives out or gets in, in bins: against stable at the same time, or alone against shares that are fixed.
 */
export const distribution: Method<DistributionCheck, Binned> = {
  looking: ({ reference }) => ({
    exposure: ({ bins }) => totalOf(bins),
    alone: reference !== undefined,
    oneArm: reference !== undefined,
  }),
  members: () => ['distance'],
  harm: (check, stretches, _, { horizon, goal }) => {
    const course = { ...(horizon !== undefined && { horizon }), ...(goal !== undefined && { goal }) };
    return logEOf(check, stretches, { side: 'harm', tolerance: check.tolerance, course });
  },
  safe: (check, now) => {
    if (now.period.whole && check.reference === undefined) return undefined;
    return logEOf(check, [now], { side: 'safe', tolerance: check.safe.tolerance, course: {} });
  },
  totals: () => undefined,
  interval: (check, stretches) =>
    check.reference === undefined
      ? distanceShown(check, pooledBins(stretches))
      : indexShown(check, { bins: aloneBins(stretches), reference: check.reference }),
  words: (check, stretches, interval) => {
    const pooled = mergedBins(stretches);
    return distributionWords(check, {
      candidate:
        check.reference === undefined
          ? sumBins(pooled.map((tick) => tick.candidate))
          : sumBins(aloneBins(stretches)),
      against: check.reference ?? sumBins(pooled.map((tick) => tick.stable)),
      interval,
    });
  },
};

interface Tested {
  readonly side: Side;
  readonly tolerance: number;
  readonly course: Pick<Course, 'horizon' | 'goal'>;
}

/** Bins in an order are tested at every cut between them; of categories each is tested against all others. */
function logEOf(
  check: DistributionCheck,
  stretches: readonly Stretch<Binned>[],
  { side, tolerance, course }: Tested,
): number {
  const { reference, dispersion, trim } = check;
  const test = { ...course, side, tolerance, dispersion, trim };
  if (reference === undefined) {
    const merged = stretches.map((stretch) => mergedBins([stretch]));
    const changes = changesIn(merged.map(({ length }) => length));
    const parts = partsOf(check, merged.flat());
    const part = asOneOf(parts.length, { ...test, changes });
    return combineTests(
      side,
      parts.map((ticks) => distributionLogE(ticks, part)),
    );
  }
  const bins = aloneBins(stretches);
  const changes = changesIn(stretches.map(({ alone }) => alone.length));
  if (isOneTest(check, reference.length)) return referenceLogE(bins, { ...test, changes, reference });
  const part = asOneOf(reference.length, { ...test, changes });
  return combineTests(
    side,
    reference.map((_, index) =>
      referenceLogE(
        bins.map((counts) => oneAgainstRest(counts, index)),
        { ...part, reference: oneAgainstRest(reference, index) },
      ),
    ),
  );
}

function partsOf(check: DistributionCheck, ticks: readonly BinTick[]): readonly (readonly BinTick[])[] {
  const bins = ticks.reduce(
    (most, { candidate, stable }) => Math.max(most, candidate.length, stable.length),
    0,
  );
  if (isOneTest(check, bins)) return [ticks];
  return Array.from({ length: bins }, (_, index) =>
    ticks.map(({ candidate, stable }) => ({
      candidate: oneAgainstRest(candidate, index),
      stable: oneAgainstRest(stable, index),
    })),
  );
}

/** Of two categories each is all others of the other. */
function isOneTest({ ordered }: DistributionCheck, bins: number): boolean {
  return ordered || bins <= 2;
}

function oneAgainstRest(bins: readonly number[], index: number): readonly [number, number] {
  const one = bins[index] ?? 0;
  return [one, bins.reduce((sum, count, other) => (other === index ? sum : sum + count), 0)];
}

function aloneBins(stretches: readonly Stretch<Binned>[]): readonly (readonly number[])[] {
  return stretches.flatMap(({ alone }) => alone.map(({ bins }) => bins));
}

function distanceShown(check: DistributionCheck, pooled: readonly BinTick[]): ShownInterval | undefined {
  if (pooled.length === 0) return undefined;
  const parts = partsOf(check, pooled);
  // The largest of several distances lies between the largest of their ends when all intervals hold at once.
  // No tick is forgiven: of pooled ticks it would be a whole step.
  const reading = { alpha: INTERVAL_ALPHA / parts.length, dispersion: check.dispersion };
  const whole = parts
    .map((ticks) => distanceInterval(ticks, reading))
    .reduce((a, b): Interval => ({ low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) }));
  return { of: 'distance', ...whole, level: INTERVAL_LEVEL };
}

function indexShown(
  { dispersion }: DistributionCheck,
  {
    bins,
    reference,
  }: { readonly bins: readonly (readonly number[])[]; readonly reference: readonly number[] },
): ShownInterval | undefined {
  const counts = sumBins(bins);
  // A bin that the reference leaves empty has no index.
  if (!(totalOf(counts) > 0) || reference.some((share) => !(share > 0))) return undefined;
  const { interval } = stabilityIndex(counts, { reference, alpha: 1 - INTERVAL_LEVEL, dispersion });
  const high = Number.isFinite(interval.high) ? interval.high : undefined;
  return { of: 'stability-index', low: interval.low, high, level: INTERVAL_LEVEL };
}
