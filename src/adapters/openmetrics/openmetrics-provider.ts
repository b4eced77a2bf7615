import type { MetricsRequest, Observation } from '../../core/analysis/observation.ts';
import { formatProblem, ToolError } from '../../core/errors.ts';
import { formatDuration, formatInstant, type Millis, millis } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MetricsProvider } from '../../ports/metrics.ts';
import { parseOpenMetrics } from './parse-openmetrics.ts';
import { runQuery, stepsOf } from './run-query.ts';
import { createSeriesStore, type SeriesStore } from './series-store.ts';
import { toGroups, toSample, toSeries } from './to-outcome.ts';

const DEFAULT_MAX_STALENESS = millis(300_000);

export type OpenMetricsProviderOptions = {
  /** Name in config.yaml. */
  readonly name: string;
  /** Says what time it is when a query is asked; the answer depends on the asked moment alone. */
  readonly clock: Clock;
  /** How old the sample of an instant selector may be. Default (also for 0): 5 minutes, as a server has it. */
  readonly maxStaleness?: Millis;
  /** What messages call the text: its path in the repository. Default: the provider's name. */
  readonly file?: string;
} & (
  | { readonly text: string }
  /** Called once, by the first query. */
  | { readonly loadText: () => Promise<string> }
);

/**
 * A metrics source over recorded history, for replaying a rollout without a server: OpenMetrics text with timestamps
 * (see `parseOpenMetrics`), asked in PromQL. The numbers are those of a Prometheus 2.42 that was given the same file
 * with `promtool tsdb create-blocks-from openmetrics`; a query that needs more PromQL than is known here is `refused`
 * with the place in the query, never answered with another number.
 *
 * The asked moment is "now": samples after it (for a grid, after its last point) are not seen, not even with a negative
 * offset or `@`. Two rules differ between server generations, and this is the older one: windows and the lookback
 * contain both of their ends, [t - range, t]; Prometheus 3 leaves the start out.
 *
 * With `text` @throws ToolError REFUSED when it is no valid recording; with `loadText` the first query rejects with it
 * and so do all later ones.
 */
export function createOpenMetricsProvider(options: OpenMetricsProviderOptions): MetricsProvider {
  const { name, clock } = options;
  const file = options.file ?? name;
  const lookback =
    options.maxStaleness === undefined || options.maxStaleness === 0
      ? DEFAULT_MAX_STALENESS
      : options.maxStaleness;
  const load = 'text' in options ? given(openRecording(options.text, file)) : once(options.loadText, file);
  return {
    name,
    async query(request) {
      const fetchedAt = clock.now();
      const store = await load();
      const outcome = explainOld(store, file, request, ask(store, request, lookback));
      return { provider: name, request, fetchedAt, outcome };
    },
  };
}

function given(store: SeriesStore): () => Promise<SeriesStore> {
  return async () => store;
}

function once(loadText: () => Promise<string>, file: string): () => Promise<SeriesStore> {
  let loading: Promise<SeriesStore> | undefined;
  return () => {
    loading ??= loadText().then((text) => openRecording(text, file));
    return loading;
  };
}

function openRecording(text: string, file: string): SeriesStore {
  const read = parseOpenMetrics(text, file);
  if (read.kind === 'series') return createSeriesStore(read.series);
  const [first, ...others] = read.problems;
  const rest = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new ToolError({
    code: 'REFUSED',
    message: first === undefined ? `${file}: no valid OpenMetrics text` : `${formatProblem(first)}${rest}`,
  });
}

function ask(store: SeriesStore, request: MetricsRequest, lookback: Millis): Observation['outcome'] {
  const { query } = request;
  if (request.kind === 'instant') {
    const steps = { first: Math.round(request.at), interval: 1, count: 1 };
    return toSample(runQuery(store, { query, steps, lookback }));
  }
  const answer = runQuery(store, { query, steps: stepsOf(request.grid), lookback });
  return request.kind === 'grouped' ? toGroups(answer, request.by) : toSeries(answer);
}

/** Nothing where everything in the file is older than what is asked about is another thing than a wrong name. */
function explainOld(
  { newest }: SeriesStore,
  file: string,
  request: MetricsRequest,
  outcome: Observation['outcome'],
): Observation['outcome'] {
  const first = request.kind === 'instant' ? request.at : request.grid.first;
  if (outcome.kind !== 'absent' || outcome.reason !== 'empty' || newest === undefined || newest >= first)
    return outcome;
  const age = formatDuration(millis(Math.round((first - newest) / SECOND) * SECOND));
  const detail = `the newest sample of ${file} is of ${formatInstant(newest)}, ${age} before what is asked about; write the file anew before each run, or ask a provider that is up to date`;
  return { kind: 'absent', reason: 'stale', detail };
}

const SECOND = 1_000;
