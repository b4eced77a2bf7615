import type { EvidenceCheck, EvidenceTick, Period, Seen } from '../judge/evidence.ts';
import type { Brake } from '../manifest/brake.ts';
import type { Release } from '../manifest/release-schema.ts';
import type { Rollout, Transition } from '../plan/rollout.ts';
import { after, type Millis, millis, type Percent } from '../units.ts';
import type { AnswerTo, GroupedAnswer } from './answers.ts';
import type { BrokenQuery, Evaluation } from './assessment.ts';
import { applyBaseline, readBaseline } from './baseline.ts';
import { brakeOf } from './brake-of.ts';
import { type Arm, type Collector, type Readings, unusable } from './kinds/collector.ts';
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
  /** What its failing does, in full. */
  readonly brake: Brake;
  readonly broken: readonly BrokenQuery[];
  /** The moments of its ticks; undefined while none is complete. */
  readonly grid: Grid | undefined;
  /** So much later than other evidence its own may come. */
  readonly labelDelay: Millis;
}

/** The answers to one check as evidence. */
export function collect(queries: EvidenceQueries, evaluation: Evaluation, answerTo: AnswerTo): Collected {
  const { asked } = queries;
  const labelDelay = queries.check.labelDelay ?? millis(0);
  return withCollector(queries.check, (spec, collector) => {
    const collected = (check: EvidenceCheck): Omit<Collected, 'broken' | 'grid'> => ({
      check,
      brake: brakeOf({ action: check.action, onFail: queries.check.onFail }, evaluation.release),
      labelDelay,
    });
    if (!asked) return { ...collected(collector.check(spec, [], evaluation)), broken: [], grid: undefined };
    const { readingsAt, broken: unread } = readAll(asked.questions, answerTo);
    const { baseline, broken: unknown } = readBaseline(queries.check, asked.baseline, answerTo);
    const broken = [...unread, ...unknown];
    const isAsked = asked.questions.some(({ arm }) => arm === 'stable');
    const stable = isAsked ? readingsAt : readComparison(asked.comparison, answerTo);
    const readings = { candidate: readingsAt, stable };
    const ticks =
      broken.length > 0
        ? []
        : readTicks(asked.grid, evaluation.rollout, { spec, collector, readings, labelDelay });
    return {
      ...collected(applyBaseline(collector.check(spec, ticks, evaluation), baseline)),
      broken,
      grid: asked.grid,
    };
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

/** What came for the questions of a check, tick by tick. */
type ReadingsAt = (arm: Arm, index: number) => Readings;

/** Reads all answers of a check; those that broke are listed instead. */
export function readAll(
  questions: readonly ArmQuestion[],
  answerTo: AnswerTo,
): { readonly readingsAt: ReadingsAt; readonly broken: readonly BrokenQuery[] } {
  const broken: BrokenQuery[] = [];
  const single = new Map<string, readonly Reading[]>();
  const grouped = new Map<string, Exclude<GroupedAnswer, { kind: 'broken' }>>();
  for (const { role, arm, query } of questions) {
    const key = `${role}/${arm}`;
    const answer = query.request.kind === 'grouped' ? answerTo.grouped(query) : answerTo(query);
    if (answer.kind === 'broken') broken.push({ ...answer.query, id: query.id });
    else if (answer.kind === 'grouped') grouped.set(key, answer);
    else single.set(key, answer.readings);
  }
  const readingsAt: ReadingsAt = (arm, index) => ({
    one: (role) => single.get(`${role}/${arm}`)?.[index] ?? 'missing',
    groups: (role) => {
      const answer = grouped.get(`${role}/${arm}`);
      if (!answer || answer.gap !== undefined) return answer?.gap ?? 'missing';
      return answer.groups.map(({ value, readings }) => ({ value, reading: readings[index] ?? 'missing' }));
    },
  });
  return { readingsAt, broken };
}

/** Stable's answers where it was asked after a failure; what broke there is as if it had not been asked. */
function readComparison(questions: readonly ArmQuestion[], answerTo: AnswerTo): ReadingsAt | undefined {
  if (questions.length === 0 || !questions.every(({ query }) => answerTo.knows(query))) return undefined;
  const { readingsAt, broken } = readAll(questions, answerTo);
  return broken.length === 0 ? readingsAt : undefined;
}

/**
 * Puts the readings of both arms together, tick by tick. Linear in ticks and transitions. Labels that come late are about requests
 * that both versions still answered side by side: the weight at which stable is gone counts from `labelDelay` after it was written.
 */
function readTicks<S, A>(
  grid: Grid,
  rollout: Rollout,
  {
    spec,
    collector,
    readings,
    labelDelay,
  }: {
    readonly spec: S;
    readonly collector: Collector<S, A>;
    readonly readings: { readonly candidate: ReadingsAt; readonly stable: ReadingsAt | undefined };
    readonly labelDelay: Millis;
  },
): readonly EvidenceTick<A>[] {
  const transitions = rollout.transitions.map((transition, index) =>
    index > 0 && transition.weight === WHOLE_TRAFFIC
      ? { ...transition, at: after(transition.at, labelDelay) }
      : transition,
  );
  const arm = (name: Arm, index: number): Seen<A> => {
    const readingsAt = readings[name];
    return readingsAt ? collector.read(spec, readingsAt(name, index), name) : unusable('not asked');
  };
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
      stable: arm('stable', index),
    });
  }
  return ticks;
}

function writtenAt(transition: Transition | undefined): number {
  return transition?.at ?? Number.POSITIVE_INFINITY;
}
