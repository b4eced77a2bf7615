import type { Forecast } from '../stats/planner.ts';
import { currentPeriod, type Evidence } from './evidence.ts';
import type { Terms } from './family.ts';
import { harmNeeded } from './harm-needed.ts';
import type { CountTest, CountTests } from './method.ts';
import { type Flow, planTest, timesRate, wholeTickMinutes } from './plan-test.ts';
import type { Prospect, Weighed } from './weigh.ts';

/** How many times as bad as stable; what people want to know the detection of. */
export const EFFECTS = [1.2, 1.5, 2, 5] as const;

/** When something is to be expected, in minutes from now; undefined: never. */
export interface ExpectedTime {
  readonly median: number | undefined;
  /** By then nine tenths of such rollouts will have decided. */
  readonly ninety: number | undefined;
}

/** What is to be expected of one check from now on. */
export interface CheckForecast {
  readonly kind: 'foreseen';
  readonly unit: CountTests['unit'];
  /** Until safety is proven, when both arms go on as in this step. */
  readonly safe: SafeForecast;
  /** Until harm is proven, when the candidate becomes so many times as bad as stable now; empty when stable's rate is not known. */
  readonly effects: readonly (ExpectedTime & { readonly effect: number })[];
}

/** When safety is to be expected. */
export type SafeForecast =
  | ({ readonly kind: 'in' } & ExpectedTime)
  /** Not while the rollout keeps its deadline, or never; and the narrowest margin with which it would be in time, if any is. */
  | { readonly kind: 'late' | 'never'; readonly reachable: CountTest | undefined };

/** No forecast, and why. */
export interface NoForecast {
  readonly kind: 'unknown';
  readonly reason: string;
}

/** Fewer ticks say too little of what comes. */
const FEWEST_TICKS = 3;
/**
 * The candidate's rate is drawn towards stable's, or else the chance of its first few events would forecast everything: by as much
 * exposure as holds so many events at the rate up to which it counts as safe. As many clumps, when events come in clumps.
 */
const PRIOR_EVENTS = 10;
/** A margin with which it takes longer is none to speak of: a month. */
const MOST_MINUTES = 30 * 24 * 60;

/**
 * What is to be expected of a check from now, at the traffic of this step so far. Pure. The evidence that is there counts: what is
 * missing of safety is missing in the same share of the time that all of it takes.
 * @param terms of the whole evidence, of which this check is part
 */
export function forecastCheck(
  evidence: Evidence,
  weighed: Weighed,
  terms: Terms,
): CheckForecast | NoForecast {
  const scene = setScene(evidence, weighed);
  if ('reason' in scene) return scene;
  const { unit } = scene.prospect.tests;
  const safe = forecastSafe(evidence, weighed);
  if (safe.kind === 'unknown') return safe;
  const needed = harmNeeded(terms, weighed.check, 'now');
  const effects =
    scene.stableRate === undefined ? [] : EFFECTS.map((effect) => detect(scene, effect, needed));
  return { kind: 'foreseen', unit, safe, effects };
}

/** When safety is to be expected. */
export function forecastSafe(evidence: Evidence, weighed: Weighed): SafeForecast | NoForecast {
  const scene = setScene(evidence, weighed);
  if ('reason' in scene) return scene;
  const { safe } = scene.prospect.tests;
  if (!safe) return unknown('safety cannot be proven on this weight');
  const { logSafe = 0, safeThreshold } = weighed;
  const missing = Math.max(0, 1 - logSafe / safeThreshold);
  const whole = planSafe(scene, safe, safeThreshold);
  const left = evidence.left === undefined ? Number.POSITIVE_INFINITY : evidence.left / MINUTE;
  const median = wholeTickMinutes(missing * whole.median, scene.tick);
  if (median !== undefined && median <= left)
    return { kind: 'in', median, ninety: wholeTickMinutes(missing * whole.ninety, scene.tick) };
  // Another margin would judge the ticks of this step anew, so that the time spent in it counts as well.
  const time = Math.min(left, MOST_MINUTES) + scene.prospect.ticks * scene.tick;
  const isInTime = (test: CountTest): boolean => planSafe(scene, test, safeThreshold).median <= time;
  return { kind: median === undefined ? 'never' : 'late', reachable: widen(safe, isInTime) };
}

const MINUTE = 60_000;

interface Scene {
  readonly prospect: Prospect;
  readonly flow: Flow;
  /** Undefined when stable was not asked, or has not been seen. */
  readonly stableRate: number | undefined;
  /** Minutes. */
  readonly tick: number;
}

function setScene(evidence: Evidence, { check, prospect, totals }: Weighed): Scene | NoForecast {
  if (evidence.tick === undefined) return unknown('the width of a tick is not known');
  if (!prospect) return unknown(`how long a ${check.kind} check takes cannot be foreseen`);
  const { whole } = currentPeriod(evidence);
  const { ticks, tests } = prospect;
  const isAlone = whole || tests.safe?.kind === 'limit';
  const candidate = isAlone ? prospect.totals.alone : prospect.totals.candidate;
  // At 100 % there is no stable: what it did on earlier weights is the newest that is known of it.
  const stable = whole ? (totals ?? prospect.totals).stable : prospect.totals.stable;
  const isUnseen = !(candidate.exposure > 0) || !(isAlone || stable.exposure > 0);
  if (ticks < FEWEST_TICKS || isUnseen) return unknown('too little traffic was seen in this step');
  const tick = evidence.tick / MINUTE;
  const minutes = ticks * tick;
  const stableRate = stable.exposure > 0 ? stable.events / stable.exposure : undefined;
  const allowed = tests.safe ? allowedRate(tests.safe, stableRate ?? 0) : 0;
  const prior = stableRate !== undefined && allowed > 0 ? (PRIOR_EVENTS * tests.dispersion) / allowed : 0;
  const flow: Flow = {
    candidateExposure: candidate.exposure / minutes,
    stableExposure: whole ? 0 : stable.exposure / minutes,
    candidateRate: (candidate.events + prior * (stableRate ?? 0)) / (candidate.exposure + prior),
    stableRate: stableRate ?? 0,
  };
  return { prospect, flow, stableRate, tick };
}

/** The candidate's rate up to which a test is kept, beside stable's. */
export function allowedRate(test: CountTest, stableRate: number): number {
  return test.kind === 'limit' ? test.limit : test.margin.ratio * stableRate + test.margin.difference;
}

function planSafe({ prospect, flow, tick }: Scene, test: CountTest, needed: number): Forecast {
  return planTest(test, flow, { side: 'safe', needed, play: prospect.tests, tick });
}

/** The member that finds it first. */
function detect(
  { prospect, flow, tick }: Scene,
  effect: number,
  needed: number,
): CheckForecast['effects'][number] {
  const { tests } = prospect;
  const candidateRate = timesRate(flow.stableRate, effect, tests.unit);
  const times = Object.values(tests.harm).map((test) =>
    planTest(test, { ...flow, candidateRate }, { side: 'harm', needed, play: tests, tick }),
  );
  const first = (minutes: readonly number[]) => wholeTickMinutes(Math.min(...minutes), tick);
  return {
    effect,
    median: first(times.map(({ median }) => median)),
    ninety: first(times.map(({ ninety }) => ninety)),
  };
}

/** Doublings of the part beyond stable that are tried, and steps between them. */
const MOST_DOUBLINGS = 6;
const STEPS_PER_DOUBLING = 8;

/** The narrowest wider margin that does, in steps of an eighth of a doubling, rounded up to two digits; undefined: none that makes sense. */
function widen(test: CountTest, isEnough: (test: CountTest) => boolean): CountTest | undefined {
  for (let step = 1; step <= MOST_DOUBLINGS * STEPS_PER_DOUBLING; step += 1) {
    const wider = widenBy(test, 2 ** (step / STEPS_PER_DOUBLING));
    if (isEnough(wider)) return wider;
  }
  return undefined;
}

/** The absolute part where there is one, since only that helps where nothing bad happens; else the ratio. */
function widenBy(test: CountTest, factor: number): CountTest {
  if (test.kind === 'limit') return { kind: 'limit', limit: Math.min(1, roundUp(test.limit * factor)) };
  const { ratio, difference } = test.margin;
  const margin =
    difference > 0
      ? { ratio, difference: roundUp(difference * factor) }
      : { ratio: roundUp(1 + Math.max(0.05, ratio - 1) * factor), difference };
  return { kind: 'comparison', margin };
}

function roundUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  // the quotient first: 0.0025 / 0.0001 is 25.000000000000004
  return Number((Math.ceil(Number((value / unit).toPrecision(12))) * unit).toPrecision(2));
}

function unknown(reason: string): NoForecast {
  return { kind: 'unknown', reason };
}
