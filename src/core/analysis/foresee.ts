import type { EvidenceCheck } from '../judge/evidence.ts';
import { type Terms, termsOf } from '../judge/family.ts';
import { allowedRate, EFFECTS, type ExpectedTime } from '../judge/forecast.ts';
import { harmNeeded } from '../judge/harm-needed.ts';
import type { CountTest } from '../judge/method.ts';
import { type Flow, planTest, type TestGoal, timesRate, wholeTickMinutes } from '../judge/plan-test.ts';
import { withMethod } from '../judge/weigh.ts';
import { healthSettings } from '../manifest/defaults.ts';
import type { Release, StepSpec } from '../manifest/release-schema.ts';
import { findStanding, type Rollout } from '../plan/rollout.ts';
import type { Instant, Millis } from '../units.ts';
import type { Evaluation } from './assessment.ts';
import { applyBaseline } from './baseline.ts';
import { withCollector } from './kinds/with-collector.ts';
import type { Observation } from './observation.ts';
import {
  type CheckPast,
  evidenceSpecs,
  readPast,
  type StableTraffic,
  type TrafficQuestion,
  trafficGrid,
} from './stable-traffic.ts';

export { planTraffic, type StableTraffic, type TrafficQuestion } from './stable-traffic.ts';

/** What is to be expected of one check on one step, in minutes from its beginning. */
export interface ForeseenCheck {
  readonly name: string;
  /** Until harm is proven when the candidate is so many times as bad as stable from the beginning of the step. */
  readonly effects: readonly (ExpectedTime & { readonly effect: number })[];
  /**
   * The same when it exceeds stable by so many times what is tolerated: the way from stable's rate to the nearest border of harm.
   * Once is that border itself, where nothing is to be proven.
   */
  readonly regressions: readonly (ExpectedTime & { readonly times: number; readonly rate: number })[];
  /** Until a candidate that is as good as stable is proven safe. */
  readonly safe: ExpectedTime;
  /** The step waits for that proof. */
  readonly required: boolean;
}

/** Multiples of what is tolerated; the declared margin, and what people must be able to rely on. */
export const REGRESSIONS = [1, 2, 5] as const;

/** What one step will be like. */
export interface ForeseenStep {
  readonly weight: number;
  readonly hold: Millis;
  /** Those whose traffic is known, in the order of the manifest. */
  readonly checks: readonly ForeseenCheck[];
  /** Minutes that half of all healthy candidates stay: the hold, or the slowest proof that is waited for; undefined: for ever. */
  readonly stay: number | undefined;
  readonly remarks: readonly Remark[];
}

/** What a person should know before the rollout starts. */
export type Remark =
  /** A candidate twice as bad would leave the step unseen more often than one time in ten, were it not for the proof of safety. */
  | { readonly kind: 'double-unseen-in-hold'; readonly check: string; readonly minutes: number | undefined }
  | { readonly kind: 'safe-after-hold'; readonly check: string; readonly minutes: number }
  | { readonly kind: 'safe-never'; readonly check: string }
  /** Half of all healthy candidates are not promoted by the deadline. */
  | { readonly kind: 'beyond-deadline'; readonly minutes: number };

/** A rollout before it starts. Serialisable; minutes are undefined where something is never to be expected. */
export interface Foresight {
  /** The stretch of metrics that it rests on. */
  readonly startedAt: Instant;
  readonly at: Instant;
  /** By check, in the order of the manifest; checks that are thresholds are not among them. */
  readonly traffic: readonly (StableTraffic & { readonly name: string })[];
  readonly steps: readonly ForeseenStep[];
  /** Minutes until half of all healthy candidates are promoted; undefined: they never are, or a check has no known traffic. */
  readonly total: number | undefined;
  readonly remarks: readonly Remark[];
}

/**
 * How long a rollout of this release will take at stable's traffic of the last day, and what it would see on the way. Pure.
 * What is counted on comes from the manifest: margins, the family's threshold with the weights of its checks, and the mixture over
 * steps. Checks whose traffic is not known are left out of the steps, and `traffic` says why.
 * @param observations by the id of the planned query of `planTraffic`, one for each
 * @throws ToolError CORRUPT when an observation is missing or does not answer its question
 */
export function foresee(
  question: TrafficQuestion,
  observations: ReadonlyMap<string, Observation>,
): Foresight {
  const { release, now } = question;
  const past = readPast(question, observations);
  const { steps, deadline } = release.spec.rollout;
  const foreseen = steps.map((step, index) => foreseeStep(question, past, { step, index }));
  const isKnown = [...past.values()].every(({ traffic }) => traffic.kind === 'seen');
  const total = isKnown ? sum(foreseen.map(({ stay }) => stay)) : undefined;
  const isLate = total !== undefined && total * MINUTE > deadline;
  const grid = trafficGrid(release, now);
  return {
    startedAt: grid.first,
    at: grid.last,
    traffic: [...past].map(([name, { traffic }]) => ({ name, ...traffic })),
    steps: foreseen,
    total,
    remarks: isLate ? [{ kind: 'beyond-deadline', minutes: total }] : [],
  };
}

const MINUTE = 60_000;
const WHOLE = 100;

interface StepPlace {
  readonly step: StepSpec;
  readonly index: number;
}

function foreseeStep(
  { release, now, carried = 0 }: TrafficQuestion,
  past: ReadonlyMap<string, CheckPast>,
  { step, index }: StepPlace,
): ForeseenStep {
  const evaluation = evaluationAt(release, step, now);
  const all = evidenceSpecs(release).map((spec) =>
    withCollector(spec, (own, collector): EvidenceCheck => {
      const check = collector.check(own, [], evaluation);
      const baseline = past.get(spec.name)?.baseline;
      return baseline ? applyBaseline(check, baseline) : check;
    }),
  );
  const { falseRollbackRate } = healthSettings(release);
  const terms = termsOf({ checks: all, falseRollbackRate, carried });
  const found = all.flatMap((check) => {
    const seen = past.get(check.name)?.traffic;
    const hereafter =
      seen?.kind === 'seen' ? foreseeCheck(release, check, { seen, step, index, terms }) : undefined;
    return hereafter ? [{ check, hereafter }] : [];
  });
  const hold = step.hold / MINUTE;
  const waited = found.filter(({ check }) => check.required);
  const proofs = waited.map(({ hereafter }) => hereafter.safe.median);
  const slowest = proofs.some((median) => median === undefined)
    ? undefined
    : Math.max(hold, ...proofs.map((median) => median ?? 0));
  return {
    weight: step.weight,
    hold: step.hold,
    checks: found.map(({ hereafter }) => hereafter),
    stay: slowest,
    remarks: found.flatMap(({ check, hereafter }) => [
      ...(step.weight === WHOLE ? [] : remarkOnDouble(hereafter, hold)),
      ...(check.required ? remarkOnSafe(hereafter, hold) : []),
    ]),
  };
}

interface CheckPlace {
  readonly seen: Extract<StableTraffic, { kind: 'seen' }>;
  readonly step: StepSpec;
  readonly index: number;
  readonly terms: Terms;
}

/** Undefined for a check that cannot judge on this step: alone with all the traffic and no limit. */
function foreseeCheck(
  release: Release,
  check: EvidenceCheck,
  { seen, step, index, terms }: CheckPlace,
): ForeseenCheck | undefined {
  return withMethod(check, (own, method) => {
    const tests = method.tests?.(own, step.weight === WHOLE);
    if (!tests?.safe) return undefined;
    const share = step.weight / WHOLE;
    const flow = (candidateRate: number): Flow => ({
      candidateExposure: seen.exposure * share,
      stableExposure: seen.exposure * (1 - share),
      candidateRate,
      stableRate: seen.rate,
    });
    const { falseAdvanceRate, tick: width } = healthSettings(release);
    const steps = release.spec.rollout.steps.length;
    const goal = { play: tests, tick: width / MINUTE };
    const harm: TestGoal = {
      ...goal,
      side: 'harm',
      needed: harmNeeded(terms, check, index === 0 ? 'rollout' : 'weight'),
    };
    const safe: TestGoal = {
      ...goal,
      side: 'safe',
      needed: Math.log(steps / falseAdvanceRate) + (method.safeSurcharge?.(own) ?? 0),
    };
    const tolerated = harmBorder(Object.values(tests.harm), seen.rate) - seen.rate;
    const detect = (rate: number) => expect(Object.values(tests.harm), flow(rate), harm);
    return {
      name: check.name,
      effects: EFFECTS.map((effect) => ({ effect, ...detect(timesRate(seen.rate, effect, tests.unit)) })),
      regressions: REGRESSIONS.map((times) => {
        const rate = seen.rate + times * tolerated;
        return { times, rate, ...detect(tests.unit === 'share' ? Math.min(1, rate) : rate) };
      }),
      safe: expect([tests.safe], flow(seen.rate), safe),
      required: check.required,
    };
  });
}

/** The rate beyond which the first of these tests calls it harm. */
function harmBorder(tests: readonly CountTest[], stable: number): number {
  return Math.min(...tests.map((test) => allowedRate(test, stable)));
}

/** The first of several tests to decide. */
function expect(tests: readonly CountTest[], flow: Flow, goal: TestGoal): ExpectedTime {
  const plans = tests.map((test) => planTest(test, flow, goal));
  const first = (minutes: readonly number[]) => wholeTickMinutes(Math.min(...minutes), goal.tick);
  return {
    median: first(plans.map(({ median }) => median)),
    ninety: first(plans.map(({ ninety }) => ninety)),
  };
}

function remarkOnDouble({ name, effects }: ForeseenCheck, hold: number): readonly Remark[] {
  const minutes = effects.find(({ effect }) => effect === 2)?.ninety;
  return minutes === undefined || minutes > hold
    ? [{ kind: 'double-unseen-in-hold', check: name, minutes }]
    : [];
}

function remarkOnSafe({ name, safe: { median } }: ForeseenCheck, hold: number): readonly Remark[] {
  if (median === undefined) return [{ kind: 'safe-never', check: name }];
  return median > hold ? [{ kind: 'safe-after-hold', check: name, minutes: median }] : [];
}

/** The release as it would be on that step. */
function evaluationAt(release: Release, { weight }: StepSpec, now: Instant): Evaluation {
  const rollout: Rollout = { startedAt: now, transitions: [{ weight, at: now }] };
  return { release, rollout, standing: findStanding(release, rollout), now };
}

function sum(minutes: readonly (number | undefined)[]): number | undefined {
  return minutes.reduce<number | undefined>(
    (total, one) => (total === undefined || one === undefined ? undefined : total + one),
    0,
  );
}
