import type { Grid, MetricsRequest, Observation } from '../../core/analysis/observation.ts';
import { assertNever } from '../../core/errors.ts';
import type { PrometheusSpec } from '../../core/manifest/config-schema.ts';
import { type Instant, type Millis, millis } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { MetricsProvider } from '../../ports/metrics.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { readAuthorization } from '../http/authorization.ts';
import type { Mask } from '../http/quote.ts';
import { createRetrier, type Retrier } from '../http/retry.ts';
import { countPoints, type FormRequest, instantRequest, rangeRequest, splitGrid } from './build-request.ts';
import { createClockComparison } from './compare-clocks.ts';
import { joinGroups } from './join-groups.ts';
import { type Gap, joinLines } from './join-lines.ts';
import { createLimiter } from './limiter.ts';
import { type GroupPart, parseGroupedAnswer } from './parse-groups.ts';
import { type Line, parseInstantAnswer, parseRangeAnswer } from './parse-response.ts';
import { postForm } from './post-form.ts';

const DEFAULT_TIMEOUT = millis(10_000);
const DEFAULT_MAX_STALENESS = millis(300_000);
/** Most requests of one provider at once. */
const MAX_CONCURRENT = 6;

/** Most points of one request for groups: a thousand points of thirty buckets are about 1 MiB. */
const GROUPED_POINTS = 1_000;
/** An answer of so few points that is too large has more groups than may be. */
const FEWEST_POINTS = 16;

export interface PrometheusProviderOptions {
  /** Name in config.yaml. */
  readonly name: string;
  readonly spec: PrometheusSpec;
  /** Where the variables that `spec.auth` names are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Tells when a query was asked and waits between attempts. */
  readonly clock: Clock;
  /** Learns the credentials; masks them in every message. */
  readonly secrets: Secrets;
  /** Default: Node's. */
  readonly fetch?: typeof fetch;
  /** Uniform in [0, 1), spreads the waits between attempts. Default: Math.random. */
  readonly random?: () => number;
  /** Starts the deadline of one attempt. Default: AbortSignal.timeout, in real time whatever the clock says. */
  readonly startDeadline?: (length: Millis) => AbortSignal;
  /** Told when the server's clock is off by minutes. Given: its clock is compared with `clock`, which is the present. */
  readonly warn?: (line: string) => void;
}

/**
 * A metrics source that speaks Prometheus' HTTP API (v1). Every query ends in finite numbers or a typed absence; secrets
 * are in no message.
 *
 * Staleness: the API stamps a value with the asked moment, however old its sample is. So a limit in the config is also
 * sent as the lookback period, and what a query hides in a window (`increase(x[1h])`) stays hidden.
 *
 * @throws ToolError REFUSED when a variable that the config names is missing
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/
 */
export function createPrometheusProvider(options: PrometheusProviderOptions): MetricsProvider {
  const { name, clock } = options;
  const question = prepare(options);
  return {
    name,
    async query(request) {
      const fetchedAt = clock.now();
      const retrier = createRetrier({ clock, random: options.random ?? Math.random });
      const outcome = await ask(request, { ...question, retrier });
      return { provider: name, request, fetchedAt, outcome: masked(outcome, question.mask) };
    },
  };
}

interface Question {
  readonly spec: PrometheusSpec;
  readonly maxStaleness: Millis;
  readonly mask: Mask;
  readonly retrier: Retrier;
  post(request: FormRequest): ReturnType<typeof postForm>;
}

function prepare(options: PrometheusProviderOptions): Omit<Question, 'retrier'> {
  const { spec, clock, secrets } = options;
  const headers = buildHeaders(options);
  const base = spec.url.replace(/\/+$/, '');
  const timeout = spec.timeout ?? DEFAULT_TIMEOUT;
  const startDeadline = options.startDeadline ?? ((length) => AbortSignal.timeout(length));
  const limited = createLimiter(MAX_CONCURRENT);
  const mask = (text: string): string => secrets.mask(text);
  const compareClocks = createClockComparison(options);
  return {
    spec,
    maxStaleness: spec.maxStaleness ?? DEFAULT_MAX_STALENESS,
    mask,
    post: ({ path, body }) =>
      limited(() =>
        postForm({
          fetch: options.fetch ?? fetch,
          url: new URL(base + path),
          headers,
          body,
          // Started only now: the wait for a free place is not the server's.
          deadline: startDeadline(timeout),
          timeout,
          mask,
          clock,
          ...(options.warn ? { compareClocks } : {}),
        }),
      ),
  };
}

function buildHeaders(options: PrometheusProviderOptions): Readonly<Record<string, string>> {
  const { name, spec, env, secrets } = options;
  const authorization = readAuthorization({ owner: `provider "${name}"`, auth: spec.auth, env, secrets });
  return {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': 'belay',
    ...(authorization === undefined ? {} : { authorization }),
    ...(spec.tenant === undefined ? {} : { 'x-scope-orgid': spec.tenant }),
  };
}

/** The last line of defence: whatever a message was made of, no secret leaves. */
function masked(outcome: Observation['outcome'], mask: Mask): Observation['outcome'] {
  return outcome.kind === 'absent' ? { ...outcome, detail: mask(outcome.detail) } : outcome;
}

function ask(request: MetricsRequest, question: Question): Promise<Observation['outcome']> {
  switch (request.kind) {
    case 'instant':
      return askMoment(request, question);
    case 'range':
      return askGrid(request, question);
    case 'grouped':
      return askGroups(request, question);
    default:
      return assertNever(request);
  }
}

async function askMoment(
  asked: { readonly query: string; readonly at: Instant },
  question: Question,
): Promise<Observation['outcome']> {
  const { spec, maxStaleness, mask } = question;
  const form = instantRequest({ ...asked, spec });
  const answer = await question.retrier(() => question.post(form));
  return typeof answer === 'string'
    ? parseInstantAnswer(answer, { at: asked.at, maxStaleness, mask })
    : answer;
}

async function askGrid(
  asked: { readonly query: string; readonly grid: Grid },
  question: Question,
): Promise<Observation['outcome']> {
  const { spec, mask } = question;
  const parts: (Line | Gap)[] = [];
  for (const grid of splitGrid(asked.grid)) {
    const form = rangeRequest({ query: asked.query, grid, spec });
    const answer = await question.retrier(() => question.post(form));
    const part = typeof answer === 'string' ? parseRangeAnswer(answer, { grid, mask }) : answer;
    if (part.kind === 'absent' && part.reason !== 'empty') return part;
    parts.push(part.kind === 'absent' ? { kind: 'gap', points: countPoints(grid) } : part);
  }
  return joinLines(parts, mask);
}

/** Asks for part after part, and for smaller ones once an answer was larger than is read. */
async function askGroups(
  asked: { readonly query: string; readonly grid: Grid; readonly by: string },
  question: Question,
): Promise<Observation['outcome']> {
  const { spec, mask } = question;
  const { query, by } = asked;
  const parts: GroupPart[] = [];
  let most = GROUPED_POINTS;
  let waiting = splitGrid(asked.grid, most);
  for (let [grid, ...rest] = waiting; grid !== undefined; [grid, ...rest] = waiting) {
    const answer = await question.retrier(() => question.post(rangeRequest({ query, grid, spec })));
    const part = typeof answer === 'string' ? parseGroupedAnswer(answer, { grid, by, mask }) : answer;
    if (part.kind === 'part') {
      parts.push(part);
      waiting = rest;
    } else if (part.reason === 'too-large' && countPoints(grid) > FEWEST_POINTS) {
      most = Math.ceil(countPoints(grid) / 2);
      waiting = waiting.flatMap((one) => splitGrid(one, most));
    } else return part;
  }
  return joinGroups(parts, { by, mask });
}
