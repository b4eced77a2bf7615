import type { Counts, FairnessCheck } from '../evidence.ts';
import type { ShownInterval, Words } from '../method.ts';
import { writeCount, writeShare } from '../write-numbers.ts';
import { describeBeyond, describeInterval, describeMargin, describeWithin } from './counts.ts';

/** What was counted of one group. */
export interface GroupTotals {
  readonly name: string;
  readonly candidate: Counts;
  readonly stable: Counts;
}

/** What the words of a fairness check rest on. */
export interface FairnessSeen {
  readonly totals: readonly GroupTotals[];
  readonly interval: ShownInterval | undefined;
  /** The group with the most evidence of harm, and that with the least of safety. */
  readonly worst: string | undefined;
  readonly leastSure: string | undefined;
  /** Groups that are not waited for. */
  readonly small: readonly string[];
}

/** How many groups a sentence names. */
const MOST_NAMED = 3;

/** Groups in words: the one that decides, with its numbers. */
export function fairnessWords(
  { harm, safe, disparity, groups }: FairnessCheck,
  { totals, interval, worst, leastSure, small }: FairnessSeen,
): Words {
  const find = (name: string | undefined) => totals.find((one) => one.name === name);
  const effect = interval && describeInterval(interval, 'share');
  const tell = (one: GroupTotals | undefined): string =>
    one === undefined
      ? 'no group has traffic on both versions'
      : `group ${one.name}: ${writeGroup(one.candidate)} against ${writeGroup(one.stable)}${effect === undefined ? '' : `; ${effect}`}`;
  const atWorst = find(worst);
  const atLeast = find(leastSure);
  const none = { events: 0, exposure: 0 };
  const left = small.length === 0 ? '' : `; too little traffic to wait for: ${listNames(small)}`;
  return {
    seen: tell(atWorst),
    harm: {
      group: `${tell(atWorst)}; ${describeBeyond(harm, atWorst?.stable ?? none, 'share')}`,
      disparity: `${describeSpread(totals)}; more than ${disparity === undefined ? 'is' : describeMargin(disparity, 'share')} allowed between groups`,
    },
    safe: `the least certain of ${groups.length - small.length} groups is ${tell(atLeast)}; ${describeWithin(safe, atLeast?.stable ?? none, 'share')}${left}`,
    doubt: `the worst off of ${groups.length} groups is ${tell(atWorst)}; neither harm nor safety is proven for all${left}`,
    margins: {
      harm: describeBeyond(harm, atWorst?.stable ?? none, 'share'),
      safe: describeWithin(safe, atLeast?.stable ?? none, 'share'),
    },
  };
}

/** The candidate's worst and best group, as they were seen. */
function describeSpread(totals: readonly GroupTotals[]): string {
  const rates = totals
    .filter(({ candidate }) => candidate.exposure > 0)
    .toSorted((a, b) => rateOf(b.candidate) - rateOf(a.candidate));
  const [worst] = rates;
  const best = rates.at(-1);
  if (!worst || !best) return 'no group has traffic';
  return `group ${worst.name}: ${writeGroup(worst.candidate)} against ${writeGroup(best.candidate)} of group ${best.name}, both with the candidate`;
}

function rateOf({ events, exposure }: Counts): number {
  return events / exposure;
}

function writeGroup({ events, exposure }: Counts): string {
  const share = exposure > 0 ? ` (${writeShare(events / exposure)})` : '';
  return `${writeCount(events)} of ${writeCount(exposure)}${share}`;
}

function listNames(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
