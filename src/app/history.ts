import type { MetricsRequest, Observation } from '../core/analysis/observation.ts';
import { gridPoints } from '../core/analysis/query-grid.ts';
import { type Instant, instant } from '../core/units.ts';
import type { Providers, Question } from './providers.ts';

type GridRequest = Exclude<MetricsRequest, { readonly kind: 'instant' }>;

/**
 * Providers for a look back over a stretch: a question over a grid is asked once, to the end of the stretch, and every look gets
 * the part that it asks for. What a grid gives at a moment does not depend on where the grid ends.
 * @param until the end of the stretch
 */
export function createHistory(providers: Providers, { until }: { readonly until: Instant }): Providers {
  const asked = new Map<string, Promise<Observation>>();
  return {
    async ask(config, question) {
      const { request } = question;
      if (request.kind === 'instant') return providers.ask(config, question);
      const whole = extend(request, until);
      const key = JSON.stringify([question.provider, whole]);
      const answer =
        asked.get(key) ?? providers.ask(config, { ...question, request: whole } satisfies Question);
      asked.set(key, answer);
      return cut(await answer, request);
    },
    problems: () => providers.problems(),
  };
}

function extend(request: GridRequest, until: Instant): GridRequest {
  const { first, last, step } = request.grid;
  const end = Math.max(last, first + Math.floor((until - first) / step) * step);
  return { ...request, grid: { first, last: instant(end), step } };
}

/** The beginning of an answer; an absence of the whole is one of every part. */
function cut(observation: Observation, request: GridRequest): Observation {
  const { outcome } = observation;
  const points = gridPoints(request.grid);
  switch (outcome.kind) {
    case 'series':
      return { ...observation, request, outcome: { ...outcome, values: outcome.values.slice(0, points) } };
    case 'grouped': {
      const groups = outcome.groups.map(({ value, values }) => ({ value, values: values.slice(0, points) }));
      return { ...observation, request, outcome: { ...outcome, groups } };
    }
    default:
      return { ...observation, request };
  }
}
