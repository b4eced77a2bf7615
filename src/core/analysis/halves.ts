import { assertNever } from '../errors.ts';
import { BUCKET_BOUND } from '../judge/bucket-bound.ts';
import { type AskedSpec, expandCheck } from '../manifest/expand-check.ts';
import type { CheckSpec, Release, VersionSpec } from '../manifest/release-schema.ts';
import { type Rollout, recordedWeight } from '../plan/rollout.ts';
import { seededUniform, thin, thinPart, type Uniform } from '../stats/thin.ts';
import type { Evaluation, PlannedQuery } from './assessment.ts';
import type { Arm } from './kinds/collector.ts';
import type { Group, Observation } from './observation.ts';
import { checkQueries, planQueries, queriesIn } from './plan-queries.ts';
import { gridPoint, gridPoints } from './query-grid.ts';

/**
 * Stable against itself. A candidate that is known to be healthy is stable under another name: its share of stable's own events is
 * drawn tick by tick, the rest stays stable's, and what the checks make of the two is what they make of a healthy candidate.
 */

/** The release with stable as its own candidate, without the checks whose numbers cannot be divided. Nothing is ever asked about it. */
export function withTwin(release: Release): Release {
  const { stable, health } = release.spec;
  const twin = (name: string): string => `${name} (twin)`;
  const candidate: VersionSpec = { ...stable, version: twin(stable.version), backend: twin(stable.backend) };
  const checks = health.checks.filter((check) => !isUndivided(check));
  return { ...release, spec: { ...release.spec, candidate, health: { ...health, checks } } };
}

/** Names of the checks that `withTwin` leaves out: what half of the requests would have measured is not known from all of them. */
export function undividedChecks({ spec }: Release): readonly string[] {
  return spec.health.checks.flatMap((check) => (isUndivided(check) ? [check.name] : []));
}

/** What is asked in the place of the questions about a twin: the same about stable, by the id of the question. */
export function questionsToStable(evaluation: Evaluation): ReadonlyMap<string, PlannedQuery> {
  const { release } = evaluation;
  const settled = { ...release, spec: { ...release.spec, candidate: release.spec.stable } };
  const queries = checkQueries({ ...evaluation, release: settled }).flatMap(queriesIn);
  return new Map(queries.map((query) => [query.id, query]));
}

/** Answers about a twin and about what is left to stable, from what came for `questionsToStable`, by the id of the question. */
export type Halves = (
  evaluation: Evaluation,
  whole: ReadonlyMap<string, Observation>,
) => ReadonlyMap<string, Observation>;

/**
 * Divides stable's events for one rollout whose looks follow each other: what a tick gave to whom stays so. The same seed, question
 * and tick give the same division, so that checks which share a question share its halves. Thresholds see stable's values as they
 * were, and of its samples the share of the weight.
 * @param seed any text
 */
export function createHalves(seed: string): Halves {
  const pages = new Map<string, Page>();
  return (evaluation, whole) => {
    const divided = new Map<string, Observation>();
    const context = { evaluation, whole, pages, seed };
    for (const check of evaluation.release.spec.health.checks)
      if (check.kind !== 'threshold') divideCheck(expandCheck(check), context, divided);
    return new Map(
      planQueries(evaluation).flatMap(({ id, request }) => {
        const observation = divided.get(id) ?? asIs(id, context);
        return observation ? [[id, { ...observation, request }] as const] : [];
      }),
    );
  };
}

interface Context {
  readonly evaluation: Evaluation;
  readonly whole: ReadonlyMap<string, Observation>;
  readonly pages: Map<string, Page>;
  readonly seed: string;
}

type Value = Group['values'][number];

/** What fell to the twin, tick by tick, by value of the label; '' where there is none. It only grows. */
type Page = Map<string, Value[]>;

/** How the numbers of a role are divided. */
interface Recipe {
  readonly role: string;
  readonly how: /** Every value is a count of its own. */
    | 'each'
    /** Counts up to a bound, of which the differences are counts. */
    | 'cumulative'
    /** No count: it follows the weight. */
    | 'by-weight'
    /** Events among those of another role. */
    | { readonly among: string }
    /** A sum over the events of another role. */
    | { readonly along: string };
}

function recipesOf(spec: AskedSpec): readonly Recipe[] {
  switch (spec.kind) {
    case 'proportion':
    case 'limit': {
      const { bad, total } = spec.keys ?? { bad: 'bad', total: 'total' };
      return [
        { role: total, how: 'each' },
        { role: bad, how: { among: total } },
      ];
    }
    case 'fairness':
      return [
        { role: 'total', how: 'each' },
        { role: 'bad', how: { among: 'total' } },
      ];
    case 'calibration':
      return [
        { role: 'total', how: 'each' },
        { role: 'positives', how: { among: 'total' } },
        { role: 'claims', how: { along: 'total' } },
      ];
    case 'rate':
      return [
        { role: 'events', how: 'each' },
        { role: 'exposure', how: 'by-weight' },
      ];
    case 'latency':
      return [{ role: 'buckets', how: 'cumulative' }];
    case 'distribution':
      return [{ role: 'bins', how: (spec.by ?? BUCKET_BOUND) === BUCKET_BOUND ? 'cumulative' : 'each' }];
    case 'split':
      return [{ role: 'total', how: 'each' }];
    case 'gauge':
      return [];
    default:
      return assertNever(spec);
  }
}

function isUndivided(check: CheckSpec): boolean {
  return check.kind !== 'threshold' && expandCheck(check).kind === 'gauge';
}

function divideCheck(spec: AskedSpec, context: Context, divided: Map<string, Observation>): void {
  const idOf = (role: string, arm: Arm): string => `${spec.name}/${role}/${arm}`;
  for (const recipe of recipesOf(spec)) {
    const answer = context.whole.get(idOf(recipe.role, 'candidate'));
    if (!answer) continue;
    const reference = context.whole.get(idOf(otherRole(recipe) ?? '', 'candidate'));
    const page = extendPage(context, { answer, recipe, reference });
    divided.set(
      idOf(recipe.role, 'candidate'),
      withLines(answer, ({ value }) => page.get(value) ?? []),
    );
    divided.set(
      idOf(recipe.role, 'stable'),
      withLines(answer, ({ value, values }) =>
        values.map((all, index) => left(all, page.get(value)?.[index])),
      ),
    );
  }
}

function otherRole({ how }: Recipe): string | undefined {
  if (typeof how === 'string') return undefined;
  return 'among' in how ? how.among : how.along;
}

/** What is not the twin's is stable's; what is no number is none for either. */
function left(all: Value, taken: Value | undefined): Value {
  return typeof all === 'number' && typeof taken === 'number' ? all - taken : all;
}

/** The series of an answer; one without a label stands under ''. None where nothing came. */
function linesOf({ outcome }: Observation): readonly Group[] {
  if (outcome.kind === 'grouped') return outcome.groups;
  return outcome.kind === 'series' ? [{ value: '', values: outcome.values }] : [];
}

/** The same answer with other numbers. */
function withLines(answer: Observation, values: (line: Group) => readonly Value[]): Observation {
  const [first, ...rest] = linesOf(answer).map((line) => ({ ...line, values: values(line) }));
  if (!first) return answer;
  return answer.outcome.kind === 'grouped'
    ? { ...answer, outcome: { kind: 'grouped', groups: [first, ...rest] } }
    : { ...answer, outcome: { kind: 'series', values: first.values } };
}

interface Division {
  readonly answer: Observation;
  readonly recipe: Recipe;
  /** What came for the role that this one is part of. */
  readonly reference: Observation | undefined;
}

/** The page of a question, with the ticks that came since it was looked at last. */
function extendPage(context: Context, { answer, recipe, reference }: Division): Page {
  const { pages, seed, evaluation } = context;
  const key = keyOf(recipe, answer, reference);
  const page = pages.get(key) ?? new Map<string, Value[]>();
  pages.set(key, page);
  if (answer.request.kind === 'instant') return page;
  const { grid } = answer.request;
  const lines = linesOf(answer);
  const all = reference && new Map(linesOf(reference).map(({ value, values }) => [value, values]));
  const taken = reference && pages.get(keyOf({ role: '', how: 'each' }, reference, undefined));
  const begin = page.get(lines[0]?.value ?? '')?.length ?? 0;
  for (let index = begin; index < gridPoints(grid); index += 1) {
    const at = gridPoint(grid, index);
    const drawing = {
      share: shareSince(evaluation.rollout, at - grid.step),
      uniform: seededUniform(`${seed}|${key}|${at}`),
      whole: (value: string) => all?.get(value)?.[index],
      taken: (value: string) => taken?.get(value)?.[index],
    };
    const column = lines.map(({ value, values }) => ({ value, came: values[index] ?? 'missing' }));
    for (const [value, half] of divideTick(column, recipe, drawing)) rowOf(page, value).push(half);
  }
  return page;
}

interface Drawing {
  readonly share: number;
  readonly uniform: Uniform;
  /** Of the other role, at the same tick, by value of the label. */
  readonly whole: (value: string) => Value | undefined;
  readonly taken: (value: string) => Value | undefined;
}

/** The twin's part of one tick, series by series. */
function divideTick(
  column: readonly { readonly value: string; readonly came: Value }[],
  recipe: Recipe,
  drawing: Drawing,
): readonly (readonly [string, Value])[] {
  const { share, uniform } = drawing;
  let below = { all: 0, taken: 0 };
  return column.map(({ value, came }) => {
    if (typeof came !== 'number') return [value, came];
    if (recipe.how !== 'cumulative') return [value, divide(value, came, { recipe, drawing })];
    const within = thin(Math.max(0, came - below.all), share, uniform);
    below = { all: Math.max(below.all, came), taken: below.taken + within };
    return [value, below.taken];
  });
}

function divide(
  value: string,
  came: number,
  { recipe: { how }, drawing }: { readonly recipe: Recipe; readonly drawing: Drawing },
): number {
  const { share, uniform } = drawing;
  if (how === 'each') return thin(came, share, uniform);
  const [whole, taken] = [drawing.whole(value), drawing.taken(value)];
  const isKnown = typeof whole === 'number' && typeof taken === 'number' && whole > 0;
  if (typeof how === 'string' || !isKnown) return came * share;
  return 'among' in how ? thinPart(came, { whole, taken }, uniform) : (came * taken) / whole;
}

function rowOf(page: Page, value: string): Value[] {
  const row = page.get(value) ?? [];
  page.set(value, row);
  return row;
}

function keyOf({ how }: Recipe, answer: Observation, reference: Observation | undefined): string {
  const texts = [answer, reference].flatMap((one) => (one ? [one.provider, one.request.query] : []));
  return JSON.stringify([typeof how === 'string' ? how : Object.keys(how), ...texts]);
}

/** The weight that stood when a tick began, 0 to 1; a tick in which it changes is no evidence, so that this one will do. */
function shareSince({ transitions }: Rollout, begin: number): number {
  return (transitions.findLast(({ at }) => at <= begin)?.weight ?? 0) / 100;
}

/** What is not divided: the past of stable, and rules that stand outside the promise. */
function asIs(id: string, { evaluation, whole }: Context): Observation | undefined {
  const answer = whole.get(id);
  if (answer?.outcome.kind !== 'sample') return answer;
  const share = recordedWeight(evaluation.rollout).weight / 100;
  return { ...answer, outcome: { kind: 'sample', value: answer.outcome.value * share } };
}
