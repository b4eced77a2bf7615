import { assess } from '../../../src/core/analysis/assess.ts';
import type {
  Assessment,
  CheckAssessment,
  CheckEvidence,
  Evaluation,
  PlannedQuery,
  ThresholdEvidence,
} from '../../../src/core/analysis/assessment.ts';
import type {
  Absence,
  AbsenceReason,
  Observation,
  PointAbsence,
} from '../../../src/core/analysis/observation.ts';
import { planQueries } from '../../../src/core/analysis/plan-queries.ts';
import { gridPoint, gridPoints } from '../../../src/core/analysis/query-grid.ts';
import type {
  CheckSpec,
  ProportionSpec,
  Release,
  ThresholdSpec,
} from '../../../src/core/manifest/release-schema.ts';
import type { Rollout, Transition } from '../../../src/core/plan/rollout.ts';
import {
  after,
  digest,
  type Instant,
  instant,
  type Millis,
  millis,
  percent,
} from '../../../src/core/units.ts';

export const MINUTE = 60_000;
export const START: Instant = instant(Date.UTC(2026, 10, 21, 8, 0, 0));

/** The length of some minutes. */
export function minutes(count: number): Millis {
  return millis(count * MINUTE);
}

export const errors: ProportionSpec = {
  name: 'errors',
  kind: 'proportion',
  provider: 'prod',
  bad: 'sum(increase(bad{v="{{version}}"}[{{window}}]))',
  total: 'sum(increase(all{v="{{version}}"}[{{window}}]))',
  tolerate: { relative: 0.1 },
  trim: 0,
};

export const latency: ThresholdSpec = {
  name: 'latency',
  kind: 'threshold',
  provider: 'prod',
  query: 'p99{b="{{backend}}",r="{{release}}"}[{{window}}]',
  max: 0.4,
};

/** What a scenario may change of the usual release: steps 5 (1h), 25 (1h), 100 (24h); one check, errors. */
export interface Story {
  readonly checks?: readonly CheckSpec[];
  readonly health?: Partial<Release['spec']['health']>;
  readonly steps?: readonly number[];
  /** Weights in order with the minute they were written; the first at minute 0. Default: 5 from the start. */
  readonly weights?: readonly (readonly [weight: number, minute: number])[];
  /** Minutes since the start. */
  readonly now: number;
}

export function releaseOf({ checks = [errors], health = {}, steps = [5, 25, 100] }: Story): Release {
  const artifacts = {
    model: { uri: 'oci://registry.example/scorer', digest: digest(`sha256:${'1'.repeat(64)}`) },
  };
  return {
    apiVersion: 'belay.dev/v1',
    kind: 'Release',
    metadata: { name: 'scorer' },
    spec: {
      stable: { version: '3.4.1', backend: 'scorer-a', artifacts },
      candidate: { version: '3.5.0', backend: 'scorer-b', artifacts },
      rollout: {
        strategy: 'canary',
        weight: percent(5),
        steps: steps.map((weight) => ({
          weight: percent(weight),
          hold: minutes(weight === 100 ? 24 * 60 : 60),
        })),
        deadline: minutes(72 * 60),
      },
      health: { checks: [...checks], ...health },
      targets: [{ kind: 'gateway-api', file: 'serving/scorer.yaml', route: 'scorer' }],
    },
  };
}

export function evaluationOf(story: Story): Evaluation {
  const release = releaseOf(story);
  const [first = transition(5, 0), ...rest] = (story.weights ?? [[5, 0]]).map(([weight, minute]) =>
    transition(weight, minute),
  );
  const rollout: Rollout = { startedAt: START, transitions: [first, ...rest] };
  const entered = rest.at(-1) ?? first;
  const { steps } = release.spec.rollout;
  const index = steps.findIndex((step) => step.weight === entered.weight);
  const step = steps[index]!;
  return {
    release,
    rollout,
    standing: {
      index,
      step,
      enteredAt: entered.at,
      holdUntil: after(entered.at, step.hold),
      next: steps[index + 1],
    },
    now: minute(story.now),
  };
}

function transition(weight: number, at: number): Transition {
  return { weight: percent(weight), at: minute(at) };
}

/** The moment so many minutes after the start. */
export function minute(count: number): Instant {
  return instant(START + count * MINUTE);
}

export function absent(reason: AbsenceReason): Absence {
  return { kind: 'absent', reason, detail: `the ${reason} of a test` };
}

/** What a query gives: a value by tick (1 is the first) and minute, or no answer at all. */
export type Source =
  | Absence
  | GroupedSource
  | number
  | PointAbsence
  | ((at: { readonly tick: number; readonly minute: number }) => number | PointAbsence);

/** What a grouped question gives: by value of the label, in the order a provider keeps. */
export interface GroupedSource {
  readonly groups: Readonly<Record<string, Exclude<Source, Absence | GroupedSource>>>;
}

/** Sources by query id, `errors/bad/candidate`; a query that is not named gives nothing (`empty`). */
export type World = Readonly<Record<string, Source>>;

/** Counts per tick of both arms of one check: candidate bad and total, stable bad and total. */
export function counts(
  check: string,
  [bad, total, stableBad, stableTotal]: readonly [Source, Source, Source, Source],
): World {
  return {
    [`${check}/bad/candidate`]: bad,
    [`${check}/total/candidate`]: total,
    [`${check}/bad/stable`]: stableBad,
    [`${check}/total/stable`]: stableTotal,
  };
}

export function observe(evaluation: Evaluation, world: World): ReadonlyMap<string, Observation> {
  return new Map(
    planQueries(evaluation).map((query) => [query.id, answer(evaluation, query, world[query.id])]),
  );
}

function answer(
  evaluation: Evaluation,
  { provider, request }: PlannedQuery,
  source: Source = absent('empty'),
): Observation {
  const read = (at: Instant, from: Source = source): number | PointAbsence => {
    if (typeof from !== 'function') return from as number | PointAbsence;
    const elapsed = at - START;
    return from({
      tick: elapsed / (evaluation.release.spec.health.tick ?? 5 * MINUTE),
      minute: elapsed / MINUTE,
    });
  };
  const outcome = (): Observation['outcome'] => {
    if (typeof source === 'object' && 'kind' in source) return source;
    if (typeof source === 'object') return groupsOf(source, request, read);
    if (request.kind === 'instant') return { kind: 'sample', value: read(request.at) as number };
    const values = Array.from({ length: gridPoints(request.grid) }, (_, index) =>
      read(gridPoint(request.grid, index)),
    );
    return { kind: 'series', values };
  };
  return { provider, request, fetchedAt: evaluation.now, outcome: outcome() };
}

function groupsOf(
  { groups }: GroupedSource,
  request: PlannedQuery['request'],
  read: (at: Instant, from: Source) => number | PointAbsence,
): Observation['outcome'] {
  if (request.kind !== 'grouped') throw new Error(`groups for a question of kind ${request.kind}`);
  const { grid } = request;
  return {
    kind: 'grouped',
    groups: Object.entries(groups).map(([value, from]) => ({
      value,
      values: Array.from({ length: gridPoints(grid) }, (_, index) => read(gridPoint(grid, index), from)),
    })),
  };
}

/** The story, told by the world, judged. */
export function judge(story: Story, world: World): Assessment {
  const evaluation = evaluationOf(story);
  return assess(evaluation, observe(evaluation, world));
}

export function checkNamed(assessment: Assessment, name: string): CheckAssessment {
  const check = assessment.checks.find((one) => one.name === name);
  if (!check) throw new Error(`no check "${name}"`);
  return check;
}

export function evidenceOf(assessment: Assessment, name = 'errors'): CheckEvidence {
  const { evidence } = checkNamed(assessment, name);
  if (evidence.kind !== 'judged') throw new Error(`check "${name}" has ${evidence.kind} evidence`);
  return evidence;
}

export function thresholdOf(assessment: Assessment, name = 'latency'): ThresholdEvidence {
  const { evidence } = checkNamed(assessment, name);
  if (evidence.kind !== 'threshold') throw new Error(`check "${name}" has ${evidence.kind} evidence`);
  return evidence;
}
