import {
  BROKEN,
  type Grid,
  type Group,
  type MetricsRequest,
  type Observation,
  type PointAbsence,
} from '../core/analysis/observation.ts';
import { gridPoints } from '../core/analysis/query-grid.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import { after, type Instant, instant, type Millis, millis } from '../core/units.ts';
import type { Providers, Question } from './providers.ts';

/** What is looked back over. */
export interface Stretch {
  /** Before this nothing is asked beyond what a look asks itself. */
  readonly since: Instant;
  readonly until: Instant;
  /** Time between looks: what a look asks about one moment is asked for all of them. */
  readonly every: Millis;
}

type GridRequest = Exclude<MetricsRequest, { readonly kind: 'instant' }>;

/** Points of one request: a provider takes 11,000 of a series and 1,000 of groups, and an answer is at most 1 MiB. */
const MOST_POINTS = { range: 10_000, grouped: 500 } as const;

/** What is known of a question: its grid over the stretch, and what came. */
interface Page {
  readonly grid: Grid;
  readonly answer: Promise<Observation>;
}

/**
 * Providers for a look back over a stretch: a question is asked once for the whole of it, in as few requests as fit, and every look gets
 * the part that it asks for. What a query gives at a moment does not depend on where a grid begins or ends.
 */
export function createHistory(providers: Providers, stretch: Stretch): Providers {
  const pages = new Map<string, Page>();
  return {
    async ask(config, question) {
      const { request } = question;
      const asked = asGrid(request, stretch);
      const { first, step } = asked.grid;
      const by = asked.kind === 'grouped' ? asked.by : undefined;
      const key = JSON.stringify([question.provider, asked.query, by, step, first % step]);
      const known = pages.get(key);
      const page =
        known && known.grid.first <= first && known.grid.last >= asked.grid.last
          ? known
          : openPage(providers, config, { ...question, request: extend(asked, stretch) });
      pages.set(key, page);
      const part = cut(await page.answer, { request: asked, grid: page.grid });
      return request.kind === 'instant' ? pick(part, request) : part;
    },
    problems: () => providers.problems(),
  };
}

function asGrid(request: MetricsRequest, { every }: Stretch): GridRequest {
  if (request.kind !== 'instant') return request;
  return { kind: 'range', query: request.query, grid: { first: request.at, last: request.at, step: every } };
}

/** The same moments on from the beginning of the stretch to its end. */
function extend(request: GridRequest, { since, until }: Stretch): GridRequest {
  const { first, last, step } = request.grid;
  const before = Math.max(0, Math.floor((first - since) / step));
  const later = Math.max(0, Math.floor((until - last) / step));
  return {
    ...request,
    grid: { first: instant(first - before * step), last: instant(last + later * step), step },
  };
}

function openPage(
  providers: Providers,
  config: Config | undefined,
  question: Question & { readonly request: GridRequest },
): Page {
  const { request } = question;
  const parts = divide(request).map((grid) =>
    providers.ask(config, { ...question, request: { ...request, grid } }),
  );
  return { grid: request.grid, answer: Promise.all(parts).then((found) => join(request, found)) };
}

function divide({ kind, grid: { first, last, step } }: GridRequest): readonly Grid[] {
  const most = MOST_POINTS[kind];
  const grids: Grid[] = [];
  for (let begin = first; begin <= last; begin = after(begin, millis(most * step)))
    grids.push({ first: begin, last: instant(Math.min(last, begin + (most - 1) * step)), step });
  return grids;
}

/** Parts of an answer, one behind the other. One that broke breaks the whole; one without a series has no sample anywhere. */
function join(request: GridRequest, parts: readonly Observation[]): Observation {
  const [first] = parts;
  if (!first) throw new RangeError('history: a grid without a moment');
  if (parts.length === 1) return first;
  const broken = parts.find(({ outcome }) => outcome.kind === 'absent' && BROKEN.has(outcome.reason));
  if (broken || parts.every(({ outcome }) => outcome.kind === 'absent'))
    return { ...(broken ?? first), request };
  const values = new Set(parts.flatMap((part) => groupsOf(part).map(({ value }) => value)));
  const groups = [...values].map(
    (value): Group => ({ value, values: parts.flatMap((part) => rowOf(part, value)) }),
  );
  const [one, ...rest] = groups;
  return {
    ...first,
    request,
    outcome:
      request.kind === 'range' || !one
        ? { kind: 'series', values: one?.values ?? [] }
        : { kind: 'grouped', groups: inOrder(request.by, [one, ...rest]) },
  };
}

/** Bounds of a histogram rise; other values stand by code unit, as in every answer. */
function inOrder(by: string, groups: readonly Group[]): readonly Group[] {
  const numberOf = ({ value }: Group): number =>
    value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
  return [...groups].sort((a, b) =>
    by === 'le' ? numberOf(a) - numberOf(b) : a.value < b.value ? -1 : a.value > b.value ? 1 : 0,
  );
}

function groupsOf({ outcome }: Observation): readonly Group[] {
  if (outcome.kind === 'grouped') return outcome.groups;
  return outcome.kind === 'series' ? [{ value: '', values: outcome.values }] : [];
}

function rowOf(part: Observation, value: string): readonly (number | PointAbsence)[] {
  const row = groupsOf(part).find((group) => group.value === value)?.values;
  if (row) return row;
  const points = part.request.kind === 'instant' ? 1 : gridPoints(part.request.grid);
  return Array.from({ length: points }, () => 'missing' as const);
}

/** A part of an answer; an absence of the whole is one of every part. */
function cut(
  observation: Observation,
  { request, grid }: { readonly request: GridRequest; readonly grid: Grid },
): Observation {
  const { outcome } = observation;
  const begin = Math.round((request.grid.first - grid.first) / grid.step);
  const end = begin + gridPoints(request.grid);
  switch (outcome.kind) {
    case 'series':
      return { ...observation, request, outcome: { ...outcome, values: outcome.values.slice(begin, end) } };
    case 'grouped': {
      const groups = outcome.groups.map(({ value, values }) => ({ value, values: values.slice(begin, end) }));
      return { ...observation, request, outcome: { ...outcome, groups } };
    }
    default:
      return { ...observation, request };
  }
}

/** The one number of a part of one moment. */
function pick(part: Observation, request: MetricsRequest): Observation {
  if (part.outcome.kind !== 'series') return { ...part, request };
  const [value = 'missing'] = part.outcome.values;
  if (typeof value === 'number') return { ...part, request, outcome: { kind: 'sample', value } };
  const reason = value === 'missing' ? 'empty' : value;
  return { ...part, request, outcome: { kind: 'absent', reason, detail: 'no number at this moment' } };
}
