import { healthSettings, thresholdFor } from '../manifest/defaults.ts';
import { type AskedSpec, expandCheck } from '../manifest/expand-check.ts';
import type { Release, ThresholdSpec } from '../manifest/release-schema.ts';
import { instant, type Millis } from '../units.ts';
import type { Evaluation, PlannedQuery } from './assessment.ts';
import { type BaselineQueries, baselineQueries, queriesOfBaseline } from './baseline.ts';
import { fillQuery } from './fill-query.ts';
import type { Arm } from './kinds/collector.ts';
import { withCollector } from './kinds/with-collector.ts';
import type { Grid, MetricsRequest } from './observation.ts';
import { evidenceEnd, type ThresholdGrid, thresholdGrid, tickGrid } from './query-grid.ts';

/** One question of a check about one arm. */
export interface ArmQuestion {
  readonly role: string;
  readonly arm: Arm;
  readonly query: PlannedQuery;
}

/** What a check asks for evidence, tick by tick; nothing while no tick is complete. */
export interface EvidenceQueries {
  readonly kind: 'evidence';
  readonly check: AskedSpec;
  readonly asked:
    | {
        readonly grid: Grid;
        readonly questions: readonly ArmQuestion[];
        /** About stable's past. */
        readonly baseline: BaselineQueries;
      }
    | undefined;
}

/** What a threshold check asks. */
export interface ThresholdQueries extends ThresholdGrid {
  readonly kind: 'threshold';
  readonly check: ThresholdSpec;
  readonly value: PlannedQuery;
  readonly samples: PlannedQuery | undefined;
}

export type CheckQueries = EvidenceQueries | ThresholdQueries;

/**
 * All questions that the checks of a release ask at this moment, each distinct one once: two checks that share a query on
 * the same grid share the question of the first.
 */
export function planQueries(evaluation: Evaluation): readonly PlannedQuery[] {
  return distinctQueries(checkQueries(evaluation).flatMap(queriesIn));
}

/** Each distinct question once: the first of those that are the same. */
export function distinctQueries(queries: readonly PlannedQuery[]): readonly PlannedQuery[] {
  const distinct = new Map<string, PlannedQuery>();
  for (const query of queries) {
    const key = questionKey(query);
    if (!distinct.has(key)) distinct.set(key, query);
  }
  return [...distinct.values()];
}

/** What each check asks, in the order of the manifest, shared questions repeated. */
export function checkQueries(evaluation: Evaluation): readonly CheckQueries[] {
  return evaluation.release.spec.health.checks.map((check) =>
    check.kind === 'threshold'
      ? thresholdQueries(evaluation, check)
      : evidenceQueries(evaluation, expandCheck(check)),
  );
}

/** The same for queries that are the same question: provider, text and moments. */
export function questionKey({ provider, request }: PlannedQuery): string {
  return JSON.stringify([provider, request]);
}

/** The queries of a check, in a fixed order. */
export function queriesIn(queries: CheckQueries): readonly PlannedQuery[] {
  if (queries.kind === 'threshold')
    return queries.samples ? [queries.value, queries.samples] : [queries.value];
  const { asked } = queries;
  return asked ? [...asked.questions.map(({ query }) => query), ...queriesOfBaseline(asked.baseline)] : [];
}

function evidenceQueries(evaluation: Evaluation, check: AskedSpec): EvidenceQueries {
  const grid = tickGrid(evaluation);
  if (!grid) return { kind: 'evidence', check, asked: undefined };
  const arms: readonly Arm[] = withCollector(check, (spec, collector) =>
    collector.compares(spec) ? ['candidate', 'stable'] : ['candidate'],
  );
  const { release, stableBefore = 0 } = evaluation;
  const questions = arms.flatMap((arm) =>
    armQuestions(check, { release, arm, grid: arm === 'stable' ? moveBack(grid, stableBefore) : grid }),
  );
  return {
    kind: 'evidence',
    check,
    asked: { grid, questions, baseline: baselineQueries(check, evaluation) },
  };
}

function moveBack({ first, last, step }: Grid, by: number): Grid {
  return { first: instant(first - by), last: instant(last - by), step };
}

/** What a check asks about one arm over a grid of ticks. */
export function armQuestions(
  check: AskedSpec,
  { release, arm, grid }: { readonly release: Release; readonly arm: Arm; readonly grid: Grid },
): readonly ArmQuestion[] {
  const window = healthSettings(release).tick;
  return withCollector(check, (spec, collector) =>
    collector.roles(spec).map(({ name, query, by }): ArmQuestion => {
      const filled = fillQuery(query, { release, arm, window });
      const request: MetricsRequest =
        by === undefined
          ? { kind: 'range', query: filled, grid }
          : { kind: 'grouped', query: filled, grid, by };
      return { role: name, arm, query: planned(check, { role: name, arm, request }) };
    }),
  );
}

function thresholdQueries(evaluation: Evaluation, check: ThresholdSpec): ThresholdQueries {
  const { release } = evaluation;
  const window = thresholdFor(check);
  const { grid, judged } = thresholdGrid(evaluation, window);
  const fill = (query: string, width: Millis): string =>
    fillQuery(query, { release, arm: 'candidate', window: width });
  const ask = (role: string, request: MetricsRequest): PlannedQuery =>
    planned(check, { role, arm: 'candidate', request });
  const value = fill(check.query, healthSettings(release).tick);
  return {
    kind: 'threshold',
    check,
    grid,
    judged,
    value: ask('value', { kind: 'range', query: value, grid }),
    samples:
      check.samples === undefined
        ? undefined
        : ask('samples', {
            kind: 'instant',
            query: fill(check.samples, window),
            at: evidenceEnd(evaluation),
          }),
  };
}

function planned(
  check: AskedSpec | ThresholdSpec,
  { role, arm, request }: { readonly role: string; readonly arm: Arm; readonly request: MetricsRequest },
): PlannedQuery {
  return { id: `${check.name}/${role}/${arm}`, check: check.name, provider: check.provider, request };
}
