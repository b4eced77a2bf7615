import { assertNever } from '../errors.ts';
import { type Divided, type Dropped, divideTicks, type Stretch } from './divide.ts';
import type { Evidence, EvidenceCheck, EvidenceTick } from './evidence.ts';
import { calibration } from './kinds/calibration.ts';
import { distribution } from './kinds/distribution.ts';
import { fairness } from './kinds/fairness.ts';
import { gauge } from './kinds/gauge.ts';
import { latency } from './kinds/latency.ts';
import { limit } from './kinds/limit.ts';
import { proportion } from './kinds/proportion.ts';
import { rate } from './kinds/rate.ts';
import { split } from './kinds/split.ts';
import type { Breach, CountTests, Course, Method, ShownInterval, Totals, Words } from './method.ts';
import { isBeyond, plainestPart } from './plainest-part.ts';
import { isSharedNow, spareShared } from './shared-fault.ts';

/** One e-process that counts towards harm. */
export interface Member {
  readonly name: string;
  /** Natural log of its e-value, since the rollout began. */
  readonly logM: number;
}

/** What the ticks of one check weigh, before the family and the verdict. */
export interface Weighed {
  readonly check: EvidenceCheck;
  readonly members: readonly Member[];
  /** Natural log of the evidence of safety since this step began; undefined where it cannot be had. */
  readonly logSafe: number | undefined;
  /** It passes without proof, as long as it sees and does not fail. */
  readonly passesUnlessFailing: boolean;
  /** logSafe that passes. */
  readonly safeThreshold: number;
  readonly breach: Breach | undefined;
  /** How much the newest ticks speak for a fault that has just begun, in nats; 0 for kinds that cannot tell. */
  readonly doubt: number;
  readonly totals: Totals | undefined;
  /** What the candidate was seen to have had since this step began, in the unit of the kind's exposure; 0 before its first tick. */
  readonly exposure: number;
  /** What a forecast rests on; undefined for kinds that have none, and before anything was seen. */
  readonly prospect: Prospect | undefined;
  readonly used: number;
  /** Ticks that are played, since the rollout began and in this step. */
  readonly played: { readonly all: number; readonly now: number };
  readonly dropped: readonly Dropped[];
  /** Position of the newest tick of this step that could be judged. */
  readonly lastSeen: number | undefined;
  /** Why the newest tick has no numbers. */
  readonly blindBecause: string | undefined;
  /** It can judge on this weight at all. */
  readonly able: boolean;
  /** What is left of it without what stable shares; made when it is asked for: only what is proven has to be asked whose it is. */
  readonly own: () => Own;
  /** Interval and words are made when they are asked for: they cost more than all the rest. */
  readonly tell: (side: TellSide) => Told;
}

/** What speaks of the candidate alone. */
export interface Own {
  readonly members: readonly Member[];
  readonly breach: Breach | undefined;
  /** Stable is beyond a bound of this check now. */
  readonly sharedNow: boolean;
}

/** This step so far, as far as it says what comes. */
export interface Prospect {
  readonly tests: CountTests;
  /** Usable ticks of this step. */
  readonly ticks: number;
  /** Counted in them. */
  readonly totals: Totals;
}

/** What the words are for: doubt and safety on the scale of their margins, or a proof of harm. */
export type TellSide = 'harm' | 'safe' | 'fail';

/** The evidence as people see it. */
export interface Told {
  readonly interval: ShownInterval | undefined;
  readonly words: Words;
  /** To be read with a proof of harm. */
  readonly caution?: string | undefined;
}

/** Calls `use` with the method of a check's kind. */
export function withMethod<R>(
  check: EvidenceCheck,
  use: <C extends EvidenceCheck, A>(
    check: C & { readonly ticks: readonly EvidenceTick<A>[] },
    method: Method<C, A>,
  ) => R,
): R {
  switch (check.kind) {
    case 'proportion':
      return use(check, proportion);
    case 'limit':
      return use(check, limit);
    case 'gauge':
      return use(check, gauge);
    case 'distribution':
      return use(check, distribution);
    case 'split':
      return use(check, split);
    case 'fairness':
      return use(check, fairness);
    case 'calibration':
      return use(check, calibration);
    case 'latency':
      return use(check, latency);
    case 'rate':
      return use(check, rate);
    default:
      return assertNever(check);
  }
}

/** Names of a check's members, whether or not it could be asked. */
export function membersOf(check: EvidenceCheck): readonly string[] {
  return withMethod(check, (one, method) => method.members(one));
}

/**
 * Weighs the ticks of one check.
 * @param goal natural log of the e-value at which one of its members would prove harm alone
 */
export function weigh(evidence: Evidence, check: EvidenceCheck, goal: number): Weighed {
  return withMethod(check, (one, method) => weighBy(evidence, one, { method, goal }));
}

function weighBy<C extends EvidenceCheck, A>(
  evidence: Evidence,
  check: C & { readonly ticks: readonly EvidenceTick<A>[] },
  { method, goal }: { readonly method: Method<C, A>; readonly goal: number },
): Weighed {
  const { horizon, steps } = evidence;
  const course: Course = { goal, steps, ...(horizon === undefined ? {} : { horizon }) };
  const looking = method.looking(check);
  const divided: Divided<A> = divideTicks(check.ticks, evidence.periods, looking);
  const { stretches } = divided;
  const now = stretches.at(-1);
  return {
    check,
    members: method.members(check).map((name) => ({
      name,
      logM: method.harm(check, stretches, name, course),
    })),
    logSafe: now && method.safe(check, now),
    passesUnlessFailing: method.passesUnlessFailing ?? false,
    // Each step passes at its share of the rate, so that the whole rollout keeps it (union bound over the steps).
    safeThreshold:
      Math.log(evidence.steps) - Math.log(evidence.falseAdvanceRate) + (method.safeSurcharge?.(check) ?? 0),
    breach: method.breach?.(check, stretches, evidence.tick),
    doubt: (now && method.doubt?.(check, now)) ?? 0,
    totals: method.totals(check, stretches),
    exposure: (now?.alone ?? []).reduce((sum, arm) => sum + looking.exposure(arm), 0),
    prospect: now && prospectOf(check, method, now),
    used: divided.used,
    played: {
      all: stretches.reduce((sum, { played }) => sum + played, 0),
      now: now?.played ?? 0,
    },
    dropped: divided.dropped,
    lastSeen: now?.lastSeen,
    blindBecause: divided.blindBecause,
    able: looking.alone || looking.oneArm || !now?.period.whole,
    own: () => ownOf({ evidence, check, method, course, stretches }),
    tell: (side) => tell({ check, method, stretches, side }),
  };
}

/** Fixed bounds are held against the candidate again, without the ticks in which stable was beyond them too. */
function ownOf<C extends EvidenceCheck, A>({
  evidence,
  check,
  method,
  course,
  stretches,
}: {
  readonly evidence: Evidence;
  readonly check: C & { readonly ticks: readonly EvidenceTick<A>[] };
  readonly method: Method<C, A>;
  readonly course: Course;
  readonly stretches: readonly Stretch<A>[];
}): Own {
  const { members = {}, breach } = method.bounds?.(check) ?? {};
  return {
    members: method.members(check).map((name) => {
      const bound = members[name];
      const part = bound
        ? divideTicks(spareShared(check.ticks, bound), evidence.periods, method.looking(check)).stretches
        : stretches;
      return { name, logM: method.harm(check, part, name, course) };
    }),
    breach: method.breach?.(
      breach ? { ...check, ticks: spareShared(check.ticks, breach) } : check,
      stretches,
      evidence.tick,
    ),
    sharedNow: [...Object.values(members), ...(breach ? [breach] : [])].some((bound) =>
      isSharedNow(check.ticks, bound),
    ),
  };
}

/** Without a goal evidence goes on growing, so that parts can be told apart by it. */
const UNAIMED: Course = {};

function prospectOf<C, A>(check: C, method: Method<C, A>, now: Stretch<A>): Prospect | undefined {
  const { whole } = now.period;
  const tests = method.tests?.(check, whole);
  const totals = method.totals(check, [now]);
  if (!tests || !totals) return undefined;
  const alone = whole || method.looking(check).oneArm;
  return { tests, totals, ticks: alone ? now.alone.length : now.pairs.length };
}

/** The evidence as people see it: of safety and of doubt over the whole rollout, of harm where it is plainest. */
function tell<C, A>({
  check,
  method,
  stretches,
  side,
}: {
  readonly check: C;
  readonly method: Method<C, A>;
  readonly stretches: readonly Stretch<A>[];
  readonly side: TellSide;
}): Told {
  const interval = method.interval(check, stretches, side === 'fail' ? 'harm' : side);
  const words = method.words(check, stretches, interval);
  if (side !== 'fail') return { interval, words };
  const harm = method.members(check).map((name): readonly [string, string] => {
    const test = method.tests?.(check, false)?.harm[name];
    const { stretches: part, where } = plainestPart(
      stretches,
      (some) => method.harm(check, some, name, UNAIMED),
      (some) => {
        const totals = test && method.totals(check, some);
        return !totals || isBeyond(test, totals);
      },
    );
    if (where === undefined) return [name, words.harm[name] ?? 'harm is proven'];
    const own = method.interval(check, part, 'harm');
    return [name, `${where}, ${method.words(check, part, own).harm[name] ?? 'harm is proven'}`];
  });
  const caution = method.caution?.(check, stretches);
  return { interval, words: { ...words, harm: Object.fromEntries(harm) }, caution };
}
