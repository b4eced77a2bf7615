import { asOneOf, combineTests } from './combine.ts';
import type { Counts, Tick } from './counts.ts';
import { sumCounts } from './counts.ts';
import { type TwinTest, twinLogE } from './twin.ts';

/** A group of people or requests, fixed before looking, with both arms' counts per tick. */
export interface Group {
  readonly name: string;
  /** The same ticks for every group. */
  readonly ticks: readonly Tick[];
  /** Where new weights began among those with exposure on both arms; see Course.changes. Default: nowhere. */
  readonly changes?: readonly number[];
}

/** What the groups say, as a whole and one by one. */
export interface GroupEvidence {
  /** Natural log: `harm` some part is beyond the margin, `safe` every part is within it. 0 without parts. */
  readonly logE: number;
  /** The part with the most evidence of harm, or the least of safety; to be named, not to be tested again. */
  readonly decisive: { readonly name: string; readonly logE: number } | undefined;
}

/**
 * Whether the candidate treats some group worse than stable treats the same group (`harm`), or none (`safe`): `twinLogE`
 * per group, mean or least. A group without traffic has e-value 1: it can delay safety, never prove it.
 */
export function groupLogE(groups: readonly Group[], test: TwinTest): GroupEvidence {
  return judge(
    groups.map(({ name, ticks, changes }) => ({
      name,
      logE: twinLogE(ticks, { ...asOneOf(groups.length, test), ...(changes && { changes }) }),
    })),
    test,
  );
}

/** The claim that the candidate treats one group worse than another. */
export interface Disparity extends GroupEvidence {
  /** The groups with the highest and lowest observed rate of bad events in the candidate; undefined without traffic. */
  readonly worst: GroupRate | undefined;
  readonly best: GroupRate | undefined;
}

/** A group and its observed rate of bad events in one arm. */
export interface GroupRate {
  readonly name: string;
  readonly rate: number;
}

/**
 * Whether the candidate's worst group is beyond the margin of its best one (`harm`), or every group within the margin of
 * every other (`safe`). The worst and the best are known only afterwards, and testing them would choose the data after
 * looking; so each ordered pair of groups is a twin, one group as the candidate and the other as stable, and the mean
 * over the pairs is the e-value. Under "no group is beyond the margin of another" every pair's null is true.
 *
 * It compares groups within one arm: a difference that stable has as well is found too. What the release made worse is
 * `groupLogE`. Among many groups the mean costs the log of their pairs, 3 nats for five groups.
 */
export function disparityLogE(groups: readonly Group[], test: TwinTest): Disparity {
  const arms = groups.map(({ name, ticks }) => ({ name, counts: ticks.map((tick) => tick.candidate) }));
  const pairCount = arms.length * (arms.length - 1);
  const pairs = arms.flatMap((one) =>
    arms
      .filter((other) => other !== one)
      .map((other) => ({
        name: `${one.name} against ${other.name}`,
        logE: twinLogE(pairTicks(one.counts, other.counts), asOneOf(pairCount, test)),
      })),
  );
  const rates = arms
    .map(({ name, counts }) => ({ name, ...sumCounts(counts) }))
    .filter(({ exposure }) => exposure > 0)
    .map(({ name, events, exposure }) => ({ name, rate: events / exposure }))
    .sort((a, b) => b.rate - a.rate);
  return { ...judge(pairs, test), worst: rates[0], best: rates.at(-1) };
}

function pairTicks(one: readonly Counts[], other: readonly Counts[]): readonly Tick[] {
  const nothing: Counts = { events: 0, exposure: 0 };
  return Array.from({ length: Math.max(one.length, other.length) }, (_, index) => ({
    candidate: one[index] ?? nothing,
    stable: other[index] ?? nothing,
  }));
}

type Part = { readonly name: string; readonly logE: number };

function judge(parts: readonly Part[], { side }: TwinTest): GroupEvidence {
  const sign = side === 'harm' ? 1 : -1;
  return {
    logE: combineTests(
      side,
      parts.map(({ logE }) => logE),
    ),
    decisive: parts.reduce<Part | undefined>(
      (most, part) => (most === undefined || sign * (part.logE - most.logE) > 0 ? part : most),
      undefined,
    ),
  };
}
