import type { EvidenceCheck } from '../judge/evidence.ts';
import { healthSettings } from '../manifest/defaults.ts';
import type { EvidenceSpec } from '../manifest/release-schema.ts';
import { type Counts, sumCounts } from '../stats/counts.ts';
import { historyDispersion, leastHarmRatio, replicaDispersion, replicaSpread } from '../stats/dispersion.ts';
import { instant, type Millis, millis } from '../units.ts';
import type { AnswerTo } from './answers.ts';
import type { BrokenQuery, Evaluation, PlannedQuery } from './assessment.ts';
import { fillQuery } from './fill-query.ts';
import type { MetricsRequest } from './observation.ts';
import type { Reading } from './reading.ts';

/** How long before the rollout stable is looked at. */
const STRETCH = millis(24 * 60 * 60_000);
/** Replicas are counted by the hour: a tick of one replica holds too few events. */
const HOUR = millis(60 * 60_000);

/** What stable's day before the rollout says about how a check is to be read. */
export interface Baseline {
  /** How many events come together; undefined: not asked. */
  readonly dispersion: number | undefined;
  /** The harm ratio that replicas which differ for ever do not reach by chance; undefined: not asked. */
  readonly ratio: number | undefined;
}

/** What a check asks of stable's past; by the name of what is counted. */
export interface BaselineQueries {
  readonly history: { readonly bad: PlannedQuery; readonly total: PlannedQuery } | undefined;
  readonly replicas: { readonly bad: PlannedQuery; readonly total: PlannedQuery } | undefined;
}

/** Stable's replicas, as a manifest names them. */
interface ReplicasSpec {
  readonly bad: string;
  readonly total: string;
  readonly by: string;
  readonly candidate?: number | undefined;
}

interface Baselined {
  readonly bad?: string;
  readonly total?: string;
  readonly dispersion?: number | 'history' | undefined;
  readonly replicas?: ReplicasSpec | undefined;
  /** `bad` counts the good ones. */
  readonly complement?: boolean | undefined;
}

/**
 * The questions about stable's day before the rollout. It ends when the rollout starts and never moves, so that what it says is
 * fixed before the first look.
 */
export function baselineQueries(check: EvidenceSpec, evaluation: Evaluation): BaselineQueries {
  const spec: Baselined = check;
  const { release, rollout } = evaluation;
  const end = rollout.startedAt;
  const { tick } = healthSettings(release);
  const ask = (role: string, request: MetricsRequest): PlannedQuery => ({
    id: `${check.name}/${role}/stable`,
    check: check.name,
    provider: check.provider,
    request,
  });
  const gridOf = (step: Millis) => ({
    first: instant(end - (Math.max(1, Math.floor(STRETCH / step)) - 1) * step),
    last: end,
    step,
  });
  const fill = (query: string, window: Millis): string =>
    fillQuery(query, { release, arm: 'stable', window });
  const past = (role: string, query: string): PlannedQuery =>
    ask(role, { kind: 'range', query: fill(query, tick), grid: gridOf(tick) });
  const grouped = (role: string, query: string, by: string): PlannedQuery =>
    ask(role, { kind: 'grouped', query: fill(query, HOUR), grid: gridOf(HOUR), by });
  const { bad, total, replicas } = spec;
  return {
    history:
      spec.dispersion === 'history' && bad !== undefined && total !== undefined
        ? { bad: past('history-bad', bad), total: past('history-total', total) }
        : undefined,
    replicas: replicas && {
      bad: grouped('replicas-bad', replicas.bad, replicas.by),
      total: grouped('replicas-total', replicas.total, replicas.by),
    },
  };
}

/** All of them, in a fixed order. */
export function queriesOfBaseline({ history, replicas }: BaselineQueries): readonly PlannedQuery[] {
  return [history, replicas].flatMap((pair) => (pair ? [pair.bad, pair.total] : []));
}

/** What the answers say, or the queries that keep it from being said. */
export function readBaseline(
  check: EvidenceSpec,
  queries: BaselineQueries,
  answerTo: AnswerTo,
): { readonly baseline: Baseline; readonly broken: readonly BrokenQuery[] } {
  const spec: Baselined = check;
  const history = queries.history && readHistory(queries.history, spec, answerTo);
  const replicas = queries.replicas && readReplicas(queries.replicas, spec, answerTo);
  const broken = [history, replicas].flatMap((read) => (Array.isArray(read) ? read : []));
  const dispersion = isNumber(history) ? history : undefined;
  const seen = replicas && !Array.isArray(replicas) ? (replicas as Replicas) : undefined;
  return {
    baseline: {
      dispersion: dispersion ?? (spec.dispersion === undefined ? seen?.dispersion : undefined),
      ratio: seen?.ratio,
    },
    broken,
  };
}

/** The check as it is to be read: a margin no narrower than replicas differ by chance, evidence divided by what comes together. */
export function applyBaseline(check: EvidenceCheck, { dispersion, ratio }: Baseline): EvidenceCheck {
  const read = dispersion === undefined || !('dispersion' in check) ? check : { ...check, dispersion };
  if (ratio === undefined || read.kind !== 'proportion') return read;
  const harm = { ...read.harm, ratio: Math.max(read.harm.ratio, ratio) };
  return { ...read, harm, safe: { ...read.safe, ratio: Math.max(read.safe.ratio, harm.ratio) } };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function readHistory(
  { bad, total }: NonNullable<BaselineQueries['history']>,
  spec: Baselined & { readonly absentIsZero?: boolean | undefined },
  answerTo: AnswerTo,
): number | BrokenQuery[] {
  const all = [answerTo(bad), answerTo(total)];
  const broken = all.flatMap((answer) => (answer.kind === 'broken' ? [answer.query] : []));
  const [events, exposures] = all.map((answer) => (answer.kind === 'readings' ? answer.readings : []));
  if (broken.length > 0) return broken;
  const ticks = (exposures ?? []).map((exposure, index): Counts => {
    const counts = countsOf(events?.[index] ?? 'missing', exposure, spec.absentIsZero ?? false);
    return spec.complement ? { ...counts, events: counts.exposure - counts.events } : counts;
  });
  const estimate = historyDispersion(ticks);
  if (estimate) return estimate.dispersion;
  return [
    nothing(
      bad,
      'the day before the start has no two ticks with traffic and events, so dispersion: history cannot be estimated; write a number',
    ),
  ];
}

interface Replicas {
  readonly dispersion: number | undefined;
  readonly ratio: number;
}

function readReplicas(
  { bad, total }: NonNullable<BaselineQueries['replicas']>,
  spec: Baselined,
  answerTo: AnswerTo,
): Replicas | BrokenQuery[] {
  const events = answerTo.grouped(bad);
  const exposures = answerTo.grouped(total);
  if (events.kind === 'broken' || exposures.kind === 'broken')
    return [events, exposures].flatMap((answer) => (answer.kind === 'broken' ? [answer.query] : []));
  const badOf = new Map(events.groups.map(({ value, readings }) => [value, readings]));
  // a replica without a bad event has no series of them
  const replicas = exposures.groups.map(({ value, readings }) =>
    readings.map((exposure, hour) => countsOf(badOf.get(value)?.[hour] ?? 'missing', exposure, true)),
  );
  const hours = Array.from({ length: exposures.points }, (_, hour) =>
    replicas.flatMap((replica) => replica[hour] ?? []),
  );
  const dispersion = replicaDispersion(hours)?.dispersion;
  const spread = replicaSpread(
    replicas.map((replica) => sumCounts(replica)),
    { dispersion: dispersion ?? 1 },
  );
  if (spread === undefined)
    return [
      nothing(
        total,
        'fewer than two replicas of stable had traffic in the day before the start; leave replicas out',
      ),
    ];
  const ratio = leastHarmRatio({
    spread,
    candidateReplicas: spec.replicas?.candidate ?? 1,
    stableReplicas: replicas.length,
  });
  return { dispersion, ratio };
}

/** What is no number is no traffic: it says nothing, and is left out. */
function countsOf(events: Reading, exposure: Reading, absentIsZero: boolean): Counts {
  const none = { events: 0, exposure: 0 };
  const bad = absentIsZero && (events === 'missing' || events === 'empty') ? 0 : events;
  if (typeof exposure !== 'number' || typeof bad !== 'number' || bad < 0 || exposure < bad) return none;
  return { events: bad, exposure };
}

function nothing({ id }: PlannedQuery, detail: string): BrokenQuery {
  return { id, reason: 'empty', detail };
}
