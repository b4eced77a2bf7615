import { answersTo } from '../analysis/answers.ts';
import type { Evaluation, PlannedQuery } from '../analysis/assessment.ts';
import { readAll } from '../analysis/collect.ts';
import { withCollector } from '../analysis/kinds/with-collector.ts';
import type { Observation } from '../analysis/observation.ts';
import { type ArmQuestion, armQuestions, distinctQueries, planQueries } from '../analysis/plan-queries.ts';
import { gridPoint, gridPoints, tickGrid } from '../analysis/query-grid.ts';
import { countingChecks } from '../analysis/stable-traffic.ts';
import type { EvidenceCheck, EvidenceTick, Seen } from '../judge/evidence.ts';
import type { Method } from '../judge/method.ts';
import { withMethod } from '../judge/weigh.ts';
import type { AskedSpec } from '../manifest/expand-check.ts';
import type { Release } from '../manifest/release-schema.ts';
import { formatPercent, type Instant } from '../units.ts';

/** Whether a version that was taken back is really gone: what its share of the traffic is, where it is declared to be none. */
export type ServedShare =
  /** `since`: end of the first tick without it; undefined when it was seen in none. */
  | { readonly kind: 'gone'; readonly since: Instant | undefined }
  /** Its share of the newest tick, 0 to 1. */
  | { readonly kind: 'still'; readonly share: number; readonly at: Instant }
  | { readonly kind: 'unseen'; readonly reason: string };

/** Requests that were under way, and a health check that still asks: no more than this is left of a version that is gone. */
const MOST_LEFT = 0.01;

/** What is asked about the traffic of both versions, tick by tick: one check that counts is enough. */
export interface ServedQuestions {
  readonly check: AskedSpec;
  readonly release: Release;
  readonly questions: readonly ArmQuestion[];
}

/**
 * The questions about who is served. Labels that come late would tell of who was served before.
 * @param beside  the release with the bad version in the place of the candidate
 * @param evaluation  of the restored version; its grid is asked for
 * @returns undefined when no check counts, or no tick is complete
 */
export function planServed(beside: Release, evaluation: Evaluation): ServedQuestions | undefined {
  const check = countingChecks(beside, evaluation.now).find(({ labelDelay = 0 }) => labelDelay === 0);
  const grid = tickGrid(evaluation);
  if (!check || !grid) return undefined;
  const questions = (['candidate', 'stable'] as const).flatMap((arm) =>
    armQuestions(check, { release: beside, arm, grid }).map((question) => ({
      ...question,
      query: { ...question.query, id: `served/${question.query.id}` },
    })),
  );
  return { check, release: beside, questions };
}

/** All questions of an evaluation and about who is served, each distinct one once. */
export function withServed(
  evaluation: Evaluation,
  served: ServedQuestions | undefined,
): readonly PlannedQuery[] {
  return distinctQueries([
    ...planQueries(evaluation),
    ...(served?.questions ?? []).map(({ query }) => query),
  ]);
}

/**
 * What the answers say of the bad version's traffic. That it is in no series at all counts as none where the restored version is seen
 * by the same query.
 * @param observations by the id of the query in `withServed`
 * @throws ToolError CORRUPT when one is missing
 */
export function readServed(
  evaluation: Evaluation,
  served: ServedQuestions | undefined,
  observations: ReadonlyMap<string, Observation>,
): ServedShare {
  const grid = tickGrid(evaluation);
  if (!served || !grid) return { kind: 'unseen', reason: 'no check has counted traffic in a whole tick yet' };
  const answerTo = answersTo(withServed(evaluation, served), observations);
  const { readingsAt, broken } = readAll(served.questions, answerTo);
  const [first] = broken;
  if (first) return { kind: 'unseen', reason: `${first.reason}, ${first.detail}` };
  const check = withCollector(served.check, (spec, collector): EvidenceCheck => {
    const ticks = Array.from({ length: gridPoints(grid) }, (_, index) => ({
      period: 0,
      candidate: collector.read(spec, readingsAt('candidate', index), 'candidate'),
      stable: collector.read(spec, readingsAt('stable', index), 'stable'),
    }));
    return collector.check(spec, ticks, evaluation);
  });
  const shares = withMethod(check, (own, method) => sharesOf(own, method));
  return summarise(shares, (index) => gridPoint(grid, index));
}

function summarise(shares: readonly (number | undefined)[], at: (index: number) => Instant): ServedShare {
  const newest = shares.findLastIndex((share) => share !== undefined);
  const share = shares[newest];
  if (share === undefined) return { kind: 'unseen', reason: 'neither version was seen since the rollback' };
  if (share > MOST_LEFT) return { kind: 'still', share, at: at(newest) };
  const last = shares.findLastIndex((one) => one !== undefined && one > MOST_LEFT);
  const since = last < 0 ? undefined : shares.findIndex((one, index) => index > last && one !== undefined);
  return { kind: 'gone', since: since === undefined ? undefined : at(since) };
}

/** The bad version's share per tick; undefined where nothing is known. */
function sharesOf<C extends EvidenceCheck, A>(
  check: C & { readonly ticks: readonly EvidenceTick<A>[] },
  method: Method<C, A>,
): readonly (number | undefined)[] {
  const exposureOf = (seen: Seen<A>): number | undefined =>
    seen.kind === 'unusable'
      ? undefined
      : method.totals(check, [
          { period: ALONE, pairs: [], alone: [seen.value], lastSeen: undefined, played: 1 },
        ])?.alone?.exposure;
  return check.ticks.map(({ candidate, stable }) => {
    const restored = exposureOf(stable);
    const bad = exposureOf(candidate) ?? (restored === undefined ? undefined : 0);
    const all = (bad ?? 0) + (restored ?? 0);
    return bad === undefined || all === 0 ? undefined : bad / all;
  });
}

const ALONE = { step: 0, whole: true, share: 1 };

/** In words, for a reason. */
export function describeServed(served: ServedShare, bad: string): string {
  switch (served.kind) {
    case 'gone':
      return `${bad} has no traffic any more`;
    case 'still':
      return `${bad} still has ${formatPercent(Math.round(served.share * 1000) / 10)} of the traffic`;
    case 'unseen':
      return `whether ${bad} still has traffic cannot be seen (${served.reason})`;
  }
}
