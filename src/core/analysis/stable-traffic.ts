import type { EvidenceCheck, EvidenceTick } from '../judge/evidence.ts';
import type { CountTests, Method } from '../judge/method.ts';
import { withMethod } from '../judge/weigh.ts';
import { healthSettings } from '../manifest/defaults.ts';
import { type AskedSpec, expandCheck } from '../manifest/expand-check.ts';
import type { Release } from '../manifest/release-schema.ts';
import { findStanding, type Rollout } from '../plan/rollout.ts';
import { type Instant, instant, percent } from '../units.ts';
import { type AnswerTo, answersTo } from './answers.ts';
import type { Evaluation, PlannedQuery } from './assessment.ts';
import { type Baseline, baselineQueries, queriesOfBaseline, readBaseline } from './baseline.ts';
import { readAll } from './collect.ts';
import { describeBroken } from './describe-broken.ts';
import { withCollector } from './kinds/with-collector.ts';
import type { Grid, Observation } from './observation.ts';
import { armQuestions, distinctQueries } from './plan-queries.ts';
import { evidenceEnd, gridPoint, gridPoints } from './query-grid.ts';

/** What was counted of stable over the last stretch, or why there is nothing to say. */
export type StableTraffic =
  | {
      readonly kind: 'seen';
      /** Exposure of everybody together, per minute. */
      readonly exposure: number;
      /** Bad events per exposure. */
      readonly rate: number;
      readonly unit: CountTests['unit'];
      /** Ticks that gave numbers, and ticks asked for. */
      readonly ticks: number;
      readonly asked: number;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

const DAY = 24 * 60 * 60_000;
/** A provider is not asked for more points than these. */
const MOST_TICKS = 1_000;
/** Of very wide ticks at least so many. */
const FEWEST_TICKS = 12;

/** What was learned of one check: stable's traffic, and how its past says that the check is to be read. */
export interface CheckPast {
  readonly traffic: StableTraffic;
  readonly baseline: Baseline;
}

/** The ticks of the last day, as far as metrics are complete. */
export function trafficGrid(release: Release, now: Instant): Grid {
  const { tick } = healthSettings(release);
  const last = evidenceEnd(atRest(release, now));
  const points = Math.min(MOST_TICKS, Math.max(FEWEST_TICKS, Math.floor(DAY / tick)));
  return { first: instant(last - (points - 1) * tick), last, step: tick };
}

/**
 * What is asked to foresee a rollout: about stable, what its checks would ask, over the last day, and what they learn from its past
 * (baseline.ts). Each distinct question once.
 */
export function planTraffic({ release, rollout, now }: TrafficQuestion): readonly PlannedQuery[] {
  const grid = trafficGrid(release, now);
  return distinctQueries(
    countingChecks(release, now).flatMap((check) => [
      ...armQuestions(check, { release, arm: 'stable', grid }).map(({ query }) => query),
      ...queriesOfBaseline(baselineQueries(check, atRest(release, now, rollout))),
    ]),
  );
}

/**
 * What the answers to `planTraffic` say of each check that counts, by its name. Under way, stable's part of the traffic is taken for
 * what the weights left it.
 * @throws ToolError CORRUPT when an observation is missing or does not answer its question
 */
export function readPast(
  question: TrafficQuestion,
  observations: ReadonlyMap<string, Observation>,
): ReadonlyMap<string, CheckPast> {
  const { release, now } = question;
  const answerTo = answersTo(planTraffic(question), observations);
  const counting = new Set(countingChecks(release, now).map(({ name }) => name));
  return new Map(
    evidenceSpecs(release).map((check) => [
      check.name,
      counting.has(check.name)
        ? readCheck(check, question, answerTo)
        : none(`how long a ${check.question ?? check.kind} check takes cannot be foreseen`),
    ]),
  );
}

/** Whose traffic is asked for, and when; `rollout` when one is under way. */
export interface TrafficQuestion {
  readonly release: Release;
  readonly rollout: Rollout | undefined;
  readonly now: Instant;
  /** As in an Evaluation. */
  readonly carried?: number;
}

/** The checks that give evidence, as they are asked: all but thresholds. */
export function evidenceSpecs({ spec }: Release): readonly AskedSpec[] {
  return spec.health.checks.flatMap((check) => (check.kind === 'threshold' ? [] : [expandCheck(check)]));
}

/** A release of which nothing is tried, or as it was when a rollout began: for questions in which its course has no part. */
export function atRest(release: Release, now: Instant, begun?: Rollout): Evaluation {
  const startedAt = begun?.startedAt ?? instant(now - healthSettings(release).ingestDelay);
  const rollout: Rollout = { startedAt, transitions: [{ weight: percent(0), at: startedAt }] };
  return { release, rollout, standing: findStanding(release, rollout), now };
}

/** The checks that count, so that traffic can be read from them. */
export function countingChecks(release: Release, now: Instant): readonly AskedSpec[] {
  return evidenceSpecs(release).filter((spec) =>
    withCollector(spec, (own, collector) =>
      withMethod(
        collector.check(own, [], atRest(release, now)),
        (check, method) => method.tests?.(check, false) !== undefined,
      ),
    ),
  );
}

function readCheck(spec: AskedSpec, question: TrafficQuestion, answerTo: AnswerTo): CheckPast {
  const { release, rollout, now } = question;
  const grid = trafficGrid(release, now);
  const { readingsAt, broken } = readAll(armQuestions(spec, { release, arm: 'stable', grid }), answerTo);
  const past = baselineQueries(spec, atRest(release, now, rollout));
  const { baseline, broken: unknown } = readBaseline(spec, past, answerTo);
  const all = [...broken, ...unknown];
  if (all.length > 0) return none(describeBroken(spec.name, all).slice(`${spec.name}: `.length));
  return { traffic: readTraffic(spec, question, readingsAt), baseline };
}

function readTraffic(
  spec: AskedSpec,
  { release, rollout, now }: TrafficQuestion,
  readingsAt: ReturnType<typeof readAll>['readingsAt'],
): StableTraffic {
  const grid = trafficGrid(release, now);
  const check = withCollector(spec, (own, collector): EvidenceCheck => {
    const ticks = Array.from({ length: gridPoints(grid) }, (_, index) => {
      const seen = collector.read(own, readingsAt('stable', index), 'stable');
      return { period: 0, candidate: seen, stable: seen };
    });
    return collector.check(own, ticks, atRest(release, now));
  });
  const shares = check.ticks.map((_, index) => stableShare(rollout, grid, index));
  return withMethod(check, (own, method) =>
    sumTraffic({ check: own, method, shares, tick: grid.step / MINUTE }),
  );
}

const MINUTE = 60_000;

/** Adds up what stable's ticks count; they stand on the candidate's side, too. */
function sumTraffic<C extends EvidenceCheck, A>({
  check,
  method,
  shares,
  tick,
}: {
  readonly check: C & { readonly ticks: readonly EvidenceTick<A>[] };
  readonly method: Method<C, A>;
  readonly shares: readonly number[];
  readonly tick: number;
}): StableTraffic {
  const counted = check.ticks.flatMap(({ candidate }, index) => {
    const share = shares[index] ?? 0;
    if (candidate.kind === 'unusable' || share === 0) return [];
    const alone = [candidate.value];
    const stretch = { period: ALONE, pairs: [], alone, lastSeen: undefined, played: alone.length };
    const counts = method.totals(check, [stretch])?.alone;
    return counts ? [{ ...counts, share }] : [];
  });
  if (counted.length === 0) {
    const why = check.ticks.findLast(({ candidate }) => candidate.kind === 'unusable')?.candidate;
    const reason = why?.kind === 'unusable' ? why.reason : 'it has no share of the traffic';
    return unknown(`nothing was seen of stable: ${reason}`);
  }
  const exposure = counted.reduce((sum, one) => sum + one.exposure, 0);
  if (!(exposure > 0)) return unknown('stable had no traffic');
  const everybody = counted.reduce((sum, one) => sum + one.exposure / one.share, 0);
  return {
    kind: 'seen',
    exposure: everybody / (counted.length * tick),
    rate: counted.reduce((sum, { events }) => sum + events, 0) / exposure,
    unit: method.tests?.(check, false)?.unit ?? 'share',
    ticks: counted.length,
    asked: check.ticks.length,
  };
}

const ALONE = { step: 0, whole: true, share: 1 };

/** Stable's share of the traffic over a tick, 0 to 1; 0 where the weight changed, too, since nobody can say. */
function stableShare(rollout: Rollout | undefined, grid: Grid, index: number): number {
  if (!rollout) return 1;
  const end = gridPoint(grid, index);
  const before = rollout.transitions.findLast(({ at }) => at <= end - grid.step);
  const after = rollout.transitions.findLast(({ at }) => at < end);
  return before === after ? 1 - (before?.weight ?? 0) / 100 : 0;
}

function none(reason: string): CheckPast {
  return { traffic: unknown(reason), baseline: { dispersion: undefined, ratio: undefined } };
}

function unknown(reason: string): StableTraffic {
  return { kind: 'unknown', reason };
}
