import type { EvidenceCheck, EvidenceTick, Period, Seen } from '../judge/evidence.ts';
import type { Release } from '../manifest/release-schema.ts';
import type { Rollout, Transition } from '../plan/rollout.ts';
import type { Percent } from '../units.ts';
import type { AnswerTo } from './answers.ts';
import type { BrokenQuery, Evaluation } from './assessment.ts';
import { type Arm, type Collector, unusable } from './kinds/collector.ts';
import { withCollector } from './kinds/with-collector.ts';
import type { Grid } from './observation.ts';
import type { ArmQuestion, EvidenceQueries } from './plan-queries.ts';
import { gridPoint, gridPoints } from './query-grid.ts';
import type { Reading } from './reading.ts';

/** At this weight stable has no traffic of its own kind any more, so that nothing compares with it. */
const WHOLE_TRAFFIC = 100;

/** A check as evidence; without ticks, and with the queries that broke, when one did. */
export interface Collected {
  readonly check: EvidenceCheck;
  readonly broken: readonly BrokenQuery[];
  /** The moments of its ticks; undefined while none is complete. */
  readonly grid: Grid | undefined;
}

/** The answers to one check as evidence. */
export function collect(queries: EvidenceQueries, evaluation: Evaluation, answerTo: AnswerTo): Collected {
  const { asked } = queries;
  return withCollector(queries.check, (spec, collector) => {
    if (!asked) return { check: collector.check(spec, [], evaluation), broken: [], grid: undefined };
    const { readings, broken } = readAll(asked.questions, answerTo);
    const ticks =
      broken.length > 0 ? [] : readTicks(asked.grid, evaluation.rollout, { spec, collector, readings });
    return { check: collector.check(spec, ticks, evaluation), broken, grid: asked.grid };
  });
}

/** The weights of a rollout, as evidence has them. */
export function periodsOf(release: Release, rollout: Rollout): readonly [Period, ...Period[]] {
  const period = ({ weight }: Transition): Period => ({
    step: stepOf(release, weight),
    whole: weight === WHOLE_TRAFFIC,
    share: weight / WHOLE_TRAFFIC,
  });
  const [first, ...rest] = rollout.transitions;
  return [period(first), ...rest.map(period)];
}

/** The step that a weight belongs to: the highest that is not above it, as in `findStanding`. */
function stepOf(release: Release, weight: Percent): number {
  return Math.max(
    0,
    release.spec.rollout.steps.findLastIndex((step) => step.weight <= weight),
  );
}

type ReadingsBy = ReadonlyMap<string, readonly Reading[]>;

function readAll(
  questions: readonly ArmQuestion[],
  answerTo: AnswerTo,
): { readonly readings: ReadingsBy; readonly broken: readonly BrokenQuery[] } {
  const broken: BrokenQuery[] = [];
  const readings = new Map<string, readonly Reading[]>();
  for (const { role, arm, query } of questions) {
    const answer = answerTo(query);
    if (answer.kind === 'readings') readings.set(`${role}/${arm}`, answer.readings);
    else broken.push({ ...answer.query, id: query.id });
  }
  return { readings, broken };
}

/** Puts the readings of both arms together, tick by tick. Linear in ticks and transitions. */
function readTicks<S, A>(
  grid: Grid,
  { transitions }: Rollout,
  {
    spec,
    collector,
    readings,
  }: { readonly spec: S; readonly collector: Collector<S, A>; readonly readings: ReadingsBy },
): readonly EvidenceTick<A>[] {
  const arm = (name: Arm, index: number): Seen<A> =>
    collector.read(spec, (role) => readings.get(`${role}/${name}`)?.[index] ?? 'missing', name);
  const compares = collector.compares(spec);
  const ticks: EvidenceTick<A>[] = [];
  let period = -1;
  for (let index = 0; index < gridPoints(grid); index += 1) {
    const at = gridPoint(grid, index);
    const begin = at - grid.step;
    while (writtenAt(transitions[period + 1]) <= begin) period += 1;
    const changes = writtenAt(transitions[period + 1]) < at;
    ticks.push({
      period: changes || period < 0 ? undefined : period,
      candidate: arm('candidate', index),
      stable: compares ? arm('stable', index) : unusable('not asked'),
    });
  }
  return ticks;
}

function writtenAt(transition: Transition | undefined): number {
  return transition?.at ?? Number.POSITIVE_INFINITY;
}
