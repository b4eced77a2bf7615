import { healthSettings, thresholdFor } from '../manifest/defaults.ts';
import { type AskedSpec, expandCheck } from '../manifest/expand-check.ts';
import type { Release, ThresholdSpec } from '../manifest/release-schema.ts';
import { instant, type Millis } from '../units.ts';
import type { Assessment, Evaluation, PlannedQuery } from './assessment.ts';
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
        /** The same about stable, of a check that looks at the candidate alone: asked only when it fails. */
        readonly comparison: readonly ArmQuestion[];
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
  /** The same value of stable, asked only when the candidate's fails; undefined where the query does not tell them apart. */
  readonly stable: PlannedQuery | undefined;
}

export type CheckQueries = EvidenceQueries | ThresholdQueries;

/**
 * All questions that the checks of a release ask at this moment, each distinct one once: two checks that share a query on
 * the same grid share the question of the first.
 */
export function planQueries(evaluation: Evaluation): readonly PlannedQuery[] {
  return distinctQueries(checkQueries(evaluation).flatMap(queriesIn));
}

/**
 * What is asked after checks failed that look at the candidate alone: whether stable is beyond the same bound at the same time.
 * Nothing that was asked before.
 */
export function planComparison(evaluation: Evaluation, { checks }: Assessment): readonly PlannedQuery[] {
  const failing = new Set(checks.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name));
  const known = new Set(planQueries(evaluation).map(questionKey));
  return distinctQueries(
    comparisonQueries(evaluation).filter(
      (query) => failing.has(query.check) && !known.has(questionKey(query)),
    ),
  );
}

/** All that `planComparison` may ask. */
export function comparisonQueries(evaluation: Evaluation): readonly PlannedQuery[] {
  return checkQueries(evaluation).flatMap((queries) => {
    if (queries.kind === 'threshold') return queries.stable ? [queries.stable] : [];
    return queries.asked?.comparison.map(({ query }) => query) ?? [];
  });
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
  const { release, beside } = evaluation;
  const compares = withCollector(check, (spec, collector) => collector.compares(spec));
  const arms: readonly Arm[] =
    compares && beside?.kind !== 'nobody' ? ['candidate', 'stable'] : ['candidate'];
  const past = beside?.kind === 'own-past' ? beside.before : 0;
  const questions = arms.flatMap((arm) =>
    armQuestions(check, { release, arm, grid: arm === 'stable' ? moveBack(grid, past) : grid }),
  );
  // only who serves at the same time can share a cause
  const isAlone = check.kind === 'limit' && !compares && beside === undefined;
  const comparison = isAlone ? armQuestions(check, { release, arm: 'stable', grid }) : [];
  return {
    kind: 'evidence',
    check,
    asked: { grid, questions, comparison, baseline: baselineQueries(check, evaluation) },
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
  const fill = (query: string, width: Millis, arm: Arm = 'candidate'): string =>
    fillQuery(query, { release, arm, window: width });
  const ask = (role: string, request: MetricsRequest, arm: Arm = 'candidate'): PlannedQuery =>
    planned(check, { role, arm, request });
  const { tick } = healthSettings(release);
  const value = fill(check.query, tick);
  const ofStable = fill(check.query, tick, 'stable');
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
    stable:
      ofStable === value || evaluation.beside !== undefined
        ? undefined
        : ask('value', { kind: 'range', query: ofStable, grid }, 'stable'),
  };
}

function planned(
  check: AskedSpec | ThresholdSpec,
  { role, arm, request }: { readonly role: string; readonly arm: Arm; readonly request: MetricsRequest },
): PlannedQuery {
  return { id: `${check.name}/${role}/${arm}`, check: check.name, provider: check.provider, request };
}
