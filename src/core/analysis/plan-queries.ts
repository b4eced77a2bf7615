import { ToolError } from '../errors.ts';
import { healthSettings, thresholdFor } from '../manifest/defaults.ts';
import type {
  CheckSpec,
  ProportionSpec,
  Release,
  ThresholdSpec,
  VersionSpec,
} from '../manifest/release-schema.ts';
import { formatDuration, type Millis } from '../units.ts';
import type { Evaluation, PlannedQuery } from './assessment.ts';
import type { Grid, MetricsRequest } from './observation.ts';
import { evidenceEnd, type ThresholdGrid, thresholdGrid, tickGrid } from './query-grid.ts';

/** The two versions that are compared. */
export type Arm = 'candidate' | 'stable';

/** Bad events and all events of one arm. */
export interface ArmQueries {
  readonly bad: PlannedQuery;
  readonly total: PlannedQuery;
}

/** What a proportion check asks; no arms while no tick is complete. */
export interface ProportionQueries {
  readonly kind: 'proportion';
  readonly check: ProportionSpec;
  readonly asked: { readonly grid: Grid; readonly arms: Readonly<Record<Arm, ArmQueries>> } | undefined;
}

/** What a threshold check asks. */
export interface ThresholdQueries extends ThresholdGrid {
  readonly kind: 'threshold';
  readonly check: ThresholdSpec;
  readonly value: PlannedQuery;
  readonly samples: PlannedQuery | undefined;
}

export type CheckQueries = ProportionQueries | ThresholdQueries;

/**
 * All questions that the checks of a release ask at this moment, each distinct one once: two checks that share a query on
 * the same grid share the question of the first.
 */
export function planQueries(evaluation: Evaluation): readonly PlannedQuery[] {
  const distinct = new Map<string, PlannedQuery>();
  for (const check of checkQueries(evaluation))
    for (const query of queriesIn(check)) {
      const key = questionKey(query);
      if (!distinct.has(key)) distinct.set(key, query);
    }
  return [...distinct.values()];
}

/** What each check asks, in the order of the manifest, shared questions repeated. */
export function checkQueries(evaluation: Evaluation): readonly CheckQueries[] {
  return evaluation.release.spec.health.checks.map((check) =>
    check.kind === 'proportion' ? proportionQueries(evaluation, check) : thresholdQueries(evaluation, check),
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
  if (!queries.asked) return [];
  const { candidate, stable } = queries.asked.arms;
  return [candidate.bad, candidate.total, stable.bad, stable.total];
}

function proportionQueries(evaluation: Evaluation, check: ProportionSpec): ProportionQueries {
  const grid = tickGrid(evaluation);
  if (!grid) return { kind: 'proportion', check, asked: undefined };
  const { release } = evaluation;
  const ask = (arm: Arm, role: 'bad' | 'total'): PlannedQuery => {
    const query = fillQuery(check[role], { release, arm, window: healthSettings(release).tick });
    return planned(check, { role, arm, request: { kind: 'range', query, grid } });
  };
  const arm = (name: Arm): ArmQueries => ({ bad: ask(name, 'bad'), total: ask(name, 'total') });
  return {
    kind: 'proportion',
    check,
    asked: { grid, arms: { candidate: arm('candidate'), stable: arm('stable') } },
  };
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
  check: CheckSpec,
  { role, arm, request }: { readonly role: string; readonly arm: Arm; readonly request: MetricsRequest },
): PlannedQuery {
  return { id: `${check.name}/${role}/${arm}`, check: check.name, provider: check.provider, request };
}

/** Fills `{{version}}`, `{{backend}}`, `{{release}}` and `{{window}}`; other text stays as it is, to the byte. */
function fillQuery(
  query: string,
  { release, arm, window }: { readonly release: Release; readonly arm: Arm; readonly window: Millis },
): string {
  const { version, backend } = versionOf(release, arm);
  const values: Readonly<Record<string, string>> = {
    version,
    backend,
    release: release.metadata.name,
    window: formatDuration(window),
  };
  return query.replace(
    /\{\{(version|backend|release|window)\}\}/g,
    (whole, name: string) => values[name] ?? whole,
  );
}

function versionOf(release: Release, arm: Arm): VersionSpec {
  const version = release.spec[arm];
  if (!version)
    throw new ToolError({
      code: 'BUG',
      message: `release "${release.metadata.name}": expected a candidate to ask about, got a settled release`,
    });
  return version;
}
