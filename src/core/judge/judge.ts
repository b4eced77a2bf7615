import { logSum } from '../stats/log-space.ts';
import { DOUBTFUL } from '../stats/recent-doubt.ts';
import { currentPeriod, type Evidence, type EvidenceCheck, type Verdict } from './evidence.ts';
import { type Family, joinFamily, logShare, termsOf } from './family.ts';
import { forecastSafe } from './forecast.ts';
import type { ShownInterval, Words } from './method.ts';
import { type Weighed, weigh } from './weigh.ts';
import { describeSafeForecast } from './words/forecast.ts';
import { describeAllForgiven } from './words/left-out.ts';
import { writeOdds, writeOddsBelow, writeProgress } from './write-numbers.ts';

/** What the evidence says of one check. */
export interface CheckJudgement {
  readonly check: EvidenceCheck;
  readonly verdict: Verdict;
  /** Natural log of the check's evidence of harm, mixed over its members; undefined when it has none. */
  readonly logHarm: number | undefined;
  /** Its part of the family's evidence: logHarm + ln of its weight. */
  readonly logShare: number;
  /** ln of the weight of each of its members in the family. */
  readonly logWeight: number;
  readonly logSafe: number | undefined;
  readonly safeThreshold: number;
  readonly interval: ShownInterval | undefined;
  readonly weighed: Weighed;
  /** A fixed bound is broken, and stable breaks it too: `inconclusive`, since nothing is proven about the candidate. */
  readonly shared: boolean;
  /** The verdict in half a sentence with its numbers, without the name of the check. */
  readonly text: string;
}

/** What the evidence says. */
export interface Judgement {
  readonly family: Pick<Family, 'logHarm' | 'threshold'>;
  readonly checks: readonly CheckJudgement[];
}

/** How the caller sees more than the ticks: why a check that has numbers is blind now, or undefined. */
export type BlindnessOf = (weighed: Weighed) => string | undefined;

/** `none`: verdicts alone, without sentences and intervals, which are most of the work; for simulations. */
export type Wording = 'all' | 'none';

/**
 * Judges evidence. Pure and deterministic; linear in ticks and checks.
 * @param judged   the checks that have ticks; the others of `evidence.checks` keep their weight in the family
 * @param blindness  why a check does not see now what it saw before
 */
export function judge(
  evidence: Evidence,
  judged: readonly EvidenceCheck[],
  blindness: BlindnessOf,
  words: Wording = 'all',
): Judgement {
  const terms = termsOf(evidence);
  const weighed = judged.map((check) => weigh(evidence, check, terms.threshold - terms.logWeight(check)));
  const apparent = joinFamily(terms, weighed);
  const failsIn = (family: Family) => (one: Weighed) =>
    one.breach !== undefined || family.failing.has(one.check);
  // whose fault it is has to be asked only when something is proven
  const isAsked = !evidence.apart && weighed.some(failsIn(apparent));
  const own = weighed.map((one) => (isAsked ? { ...one, ...one.own() } : { ...one, sharedNow: false }));
  const family = isAsked ? joinFamily(terms, own) : apparent;
  return {
    family: { logHarm: family.logHarm, threshold: family.threshold },
    checks: weighed.map((one, index) => {
      const left = own[index] ?? { ...one, sharedNow: false };
      const blind = blindness(one);
      const isShared = left.sharedNow && failsIn(apparent)(one) && !failsIn(family)(left);
      const judged = judgeCheck(evidence, left, { family, blind, words });
      if (!isShared) return judged;
      const shared = { ...judged, verdict: 'inconclusive', shared: true } as const;
      if (words === 'none') return shared;
      const told = describe(evidence, one, { family: apparent, blind, words, verdict: 'fail' });
      const text = `${told.text}; stable is beyond the same bound at the same time, so the candidate is not the cause`;
      return { ...shared, interval: told.interval, text };
    }),
  };
}

interface Circumstances {
  readonly family: Family;
  readonly blind: string | undefined;
  readonly words: Wording;
}

function judgeCheck(evidence: Evidence, one: Weighed, circumstances: Circumstances): CheckJudgement {
  const { check, members, logSafe, safeThreshold } = one;
  const { family, words } = circumstances;
  const verdict = findVerdict(one, circumstances);
  const { interval, text } =
    words === 'none'
      ? { interval: undefined, text: verdict }
      : describe(evidence, one, { ...circumstances, verdict });
  const logWeight = family.logWeight(check);
  return {
    check,
    verdict,
    logHarm: mixMembers(members),
    logShare: logShare(one, logWeight),
    logWeight,
    logSafe,
    safeThreshold,
    interval,
    weighed: one,
    shared: false,
    text,
  };
}

/** A check's evidence of harm, mixed over its members; undefined when it has none. */
export function mixMembers(members: Weighed['members']): number | undefined {
  if (members.length === 0) return undefined;
  return logSum(members.map(({ logM }) => logM - Math.log(members.length)));
}

function findVerdict(one: Weighed, { family, blind }: Circumstances): Verdict {
  if (one.breach || family.failing.has(one.check)) return 'fail';
  if (!one.able || (one.logSafe === undefined && !one.passesUnlessFailing)) return 'inconclusive';
  if (blind !== undefined || one.lastSeen === undefined) return 'no-data';
  if (one.logSafe === undefined) return 'pass';
  return one.logSafe >= one.safeThreshold && one.doubt < DOUBTFUL ? 'pass' : 'inconclusive';
}

function describe(
  evidence: Evidence,
  one: Weighed,
  { verdict, family, blind }: Circumstances & { readonly verdict: Verdict },
): Pick<CheckJudgement, 'interval' | 'text'> {
  const { logSafe = 0, safeThreshold } = one;
  if (verdict === 'fail' && one.breach) return { interval: undefined, text: one.breach.text };
  if (verdict === 'no-data' || verdict === 'error')
    return { interval: undefined, text: blind ?? one.blindBecause ?? 'no usable tick' };
  const { interval, words, caution } = one.tell(
    verdict === 'pass' ? 'safe' : verdict === 'fail' ? 'fail' : 'harm',
  );
  if (verdict === 'fail') {
    const proof = `${harmOf(one, words.harm)}; ${describeProof(one, family)}`;
    return { interval, text: caution === undefined ? proof : `${proof}; ${caution}` };
  }
  if (verdict === 'pass' && one.passesUnlessFailing) return { interval, text: words.safe };
  if (verdict === 'pass')
    return {
      interval,
      text: `${words.safe}; evidence ${writeOdds(logSafe)}, needed ${writeOdds(safeThreshold)}`,
    };
  if (one.logSafe === undefined)
    return {
      interval,
      text: currentPeriod(evidence).whole
        ? `cannot judge at 100%: stable has no traffic to compare with${'limit' in one.check ? ', and the check has no limit' : ''}`
        : words.doubt,
    };
  if (logSafe >= safeThreshold)
    return {
      interval,
      text: `${words.seen}; safe since the step began, but the newest ticks speak ${writeOdds(one.doubt)} for a fault that has just begun; waits for them to clear${describeShort(one, family)}`,
    };
  return {
    interval,
    text: [
      words.doubt,
      ...(words.margins ? [describeStanding(one, family, words.margins)] : []),
      ...forgiven(one),
      `${writeProgress(logSafe, safeThreshold)} of the evidence needed to advance${foresee(evidence, one)}`,
    ].join('; '),
  };
}

/** Why what the newest ticks show is no rollback yet: the most that many starts could say is no proof, and a tick may be forgiven. */
function describeShort(one: Weighed, family: Family): string {
  const { check, members } = one;
  if (members.length === 0) return '';
  const trim = 'trim' in check ? check.trim : 0;
  const without =
    trim === 0
      ? ''
      : trim === 1
        ? ', without the tick that proves most (trim: 1)'
        : `, without the ${trim} ticks that prove most (trim: ${trim})`;
  const share = logShare(one, family.logWeight(check));
  return `. No rollback yet: that is the worst stretch of the newest ticks, picked afterwards. What is proof of harm since the rollout began${without}: evidence ${writeOddsBelow(share, family.threshold)}, needed ${writeOdds(family.threshold)}`;
}

/** How far both questions are from their answers: what would be harm and what would be safe, with the evidence of each. */
function describeStanding(one: Weighed, family: Family, margins: NonNullable<Words['margins']>): string {
  const { check, members, logSafe = 0, safeThreshold } = one;
  const of = (what: 'harm' | 'safety', margin: string, log: number, needed: number): string =>
    `${what} (${margin}): evidence ${writeOddsBelow(log, needed)}, needed ${writeOdds(needed)}`;
  const safety = of('safety', margins.safe, logSafe, safeThreshold);
  if (members.length === 0) return safety;
  const share = logShare(one, family.logWeight(check));
  return `${of('harm', margins.harm, share, family.threshold)}; ${safety}`;
}

/** Said as long as it explains why there is no evidence at all. */
function forgiven({ check, played }: Weighed): readonly string[] {
  const text = 'trim' in check ? describeAllForgiven(check.trim, played) : undefined;
  return text === undefined ? [] : [text];
}

/** How long it will take, where that can be said. */
function foresee(evidence: Evidence, one: Weighed): string {
  const unit = one.prospect?.tests.unit;
  const text = unit && describeSafeForecast(forecastSafe(evidence, one), unit);
  return text === undefined ? '' : `; ${text}`;
}

/** The member that weighs most says what was exceeded. */
function harmOf({ members }: Weighed, harm: Readonly<Record<string, string>>): string {
  const heaviest = members.reduce<Weighed['members'][number] | undefined>(
    (most, member) => (most && most.logM >= member.logM ? most : member),
    undefined,
  );
  return (heaviest && harm[heaviest.name]) ?? 'harm is proven';
}

function describeProof(one: Weighed, family: Family): string {
  const share = logShare(one, family.logWeight(one.check));
  const together = share >= family.threshold ? '' : `, with the other checks ${writeOdds(family.logHarm)}`;
  return `evidence ${writeOdds(share)}${together}, needed ${writeOdds(family.threshold)}`;
}
