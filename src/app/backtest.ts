import { assess } from '../core/analysis/assess.ts';
import type { Assessment, Evaluation } from '../core/analysis/assessment.ts';
import { createHalves, questionsToStable, undividedChecks, withTwin } from '../core/analysis/halves.ts';
import type { Observation } from '../core/analysis/observation.ts';
import { gridPoint } from '../core/analysis/query-grid.ts';
import { newestTicks } from '../core/decision/sight.ts';
import type { Trial, TwinTest } from '../core/decision/trials.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import { healthSettings } from '../core/manifest/defaults.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import type { RecordChain } from '../core/record/record-file.ts';
import { findRollouts, type RecordedRollout } from '../core/record/recorded-rollouts.ts';
import { after, type Instant, instant, type Millis, millis } from '../core/units.ts';
import { askAll } from './evaluate.ts';
import { createHistory } from './history.ts';
import type { Providers } from './providers.ts';
import { type Judge, judgeHistory, type Replay, replay } from './replay.ts';

/** A rollout in the records, decided again by the checks of now. */
export interface PastTest extends RecordedRollout {
  /** Undefined: the metrics of then are gone. */
  readonly again: Trial | undefined;
}

export interface BacktestInput {
  readonly release: Release;
  readonly config: Config | undefined;
  readonly chain: RecordChain;
  readonly now: Instant;
  /** How far back stable is looked at. */
  readonly stretch: Millis;
  readonly seed: string;
}

/** Rollouts that are played of stable against itself, and the fewest where they are long. */
const TRIALS = 20;
const FEWEST_TRIALS = 4;
/** Looks of one rollout: with longer ones there is more time between looks than a tick. */
const MOST_LOOKS = 300;
const FEWEST_LOOKS = 40;
/** Ticks of checks that are weighed in all of them together: about 20 s of work. */
const MOST_WORK = 1_000_000;
/** Past rollouts that are decided again, the newest. */
const MOST_PAST = 5;

/** Plays rollouts of stable against itself over its last days. Each question is asked once for all of them; see `createHistory`. */
export async function testTwin(providers: Providers, input: BacktestInput): Promise<TwinTest> {
  const { release, config, now, seed } = input;
  const { tick, ingestDelay, falseRollbackRate } = healthSettings(release);
  const twin = withTwin(release);
  const horizon = { since: instant(now - ingestDelay - input.stretch), until: instant(now - ingestDelay) };
  const seen = await findFirstTick(providers, { config, twin, horizon });
  const result = { seed, leftOut: undividedChecks(release), promised: falseRollbackRate };
  if (seen === undefined || twin.spec.health.checks.length === 0)
    return { ...result, since: horizon.until, until: horizon.until, every: tick, trials: [] };
  const stretch = { since: seen, until: horizon.until };
  const length = Math.min(release.spec.rollout.deadline, stretch.until - seen);
  const { looks, count } = sizeOf(length / tick, twin.spec.health.checks.length);
  const every = lookEvery(tick, length, looks);
  const history = createHistory(providers, { since: seen, until: stretch.until, every });
  const trials: Trial[] = [];
  for (const [index, from] of chooseStarts(release, stretch, count).entries()) {
    const judge = judgeTwin(history, { config, seed: `${seed}/${index}` });
    const to = instant(Math.min(now, from + length));
    trials.push(summarise(await replay(judge, { release: twin, from, to, every }), from));
  }
  return { ...result, ...stretch, every, trials };
}

/** What the newest rollouts in the records would have come to. */
export async function testPast(providers: Providers, input: BacktestInput): Promise<readonly PastTest[]> {
  const { release, config, chain } = input;
  const { tick } = healthSettings(release);
  const found: PastTest[] = [];
  for (const past of findRollouts(chain).slice(-MOST_PAST).reverse()) {
    const { startedAt: from, endedAt: to } = past;
    const every = lookEvery(tick, to - from, MOST_LOOKS);
    const { stable, candidate } = past;
    const spec = { ...release.spec, stable: { ...release.spec.stable, ...stable } };
    const tried = { ...release.spec.stable, ...candidate };
    const then: Release = { ...release, spec: { ...spec, candidate: tried } };
    const judge = judgeHistory(providers, { config, from, to, every });
    const again = await replay(judge, { release: then, from, to, every });
    found.push({ ...past, again: again.isSeen ? summarise(again, from) : undefined });
  }
  return found;
}

/** As many looks as the work allows, and fewer rollouts only where even the fewest looks would be too many. */
function sizeOf(ticks: number, checks: number): { readonly looks: number; readonly count: number } {
  const eachLook = Math.max(1, (ticks / 2) * checks);
  const looks = Math.floor(MOST_WORK / TRIALS / eachLook);
  const count = Math.floor(MOST_WORK / FEWEST_LOOKS / eachLook);
  return {
    looks: Math.min(MOST_LOOKS, Math.max(FEWEST_LOOKS, looks)),
    count: Math.min(TRIALS, Math.max(FEWEST_TRIALS, count)),
  };
}

function lookEvery(tick: Millis, length: number, looks: number): Millis {
  return millis(tick * Math.max(1, Math.ceil(length / tick / looks)));
}

/** Spread over the stretch as far as a whole rollout has room; where there is room for few, each is played with several divisions. */
function chooseStarts(
  release: Release,
  { since, until }: { readonly since: Instant; readonly until: Instant },
  count: number,
): readonly Instant[] {
  const { tick } = healthSettings(release);
  const room = Math.max(0, Math.floor((until - since - courseOf(release)) / tick));
  return Array.from({ length: count }, (_, index) =>
    after(since, millis(Math.round((room * index) / (count - 1)) * tick)),
  );
}

/** All holds together: the shortest that a rollout can be. */
export function courseOf({ spec }: Release): Millis {
  return millis(spec.rollout.steps.reduce((sum, { hold }) => sum + hold, 0));
}

/** The end of the first tick in which stable shows anything. */
async function findFirstTick(
  providers: Providers,
  {
    config,
    twin,
    horizon,
  }: {
    readonly config: Config | undefined;
    readonly twin: Release;
    readonly horizon: { readonly since: Instant; readonly until: Instant };
  },
): Promise<Instant | undefined> {
  const { tick } = healthSettings(twin);
  const history = createHistory(providers, { ...horizon, every: tick });
  const evaluation = newestTicks(twin, after(horizon.until, healthSettings(twin).ingestDelay));
  const questions = [...questionsToStable(evaluation).values()].flatMap((planned) => {
    if (planned.request.kind === 'instant') return [];
    const { last, step } = planned.request.grid;
    const first = instant(last - Math.floor((last - horizon.since) / step) * step);
    return [{ ...planned, request: { ...planned.request, grid: { first, last, step } } }];
  });
  const answers = await askAll(history, { release: twin, config, questions });
  const firsts = answers.flatMap(({ observation }) => firstNumber(observation) ?? []);
  return firsts.length === 0 ? undefined : instant(Math.min(...firsts));
}

function firstNumber({ outcome, request }: Observation): Instant | undefined {
  if (request.kind === 'instant' || outcome.kind === 'absent' || outcome.kind === 'sample') return undefined;
  const lines = outcome.kind === 'series' ? [outcome.values] : outcome.groups.map(({ values }) => values);
  const firsts = lines
    .map((values) => values.findIndex((value) => typeof value === 'number'))
    .filter((index) => index >= 0);
  return firsts.length === 0 ? undefined : gridPoint(request.grid, Math.min(...firsts));
}

/** Judges a twin by stable's own events. */
function judgeTwin(
  history: Providers,
  { config, seed }: { readonly config: Config | undefined; readonly seed: string },
): Judge {
  const halve = createHalves(seed);
  return async (evaluation: Evaluation): Promise<Assessment> => {
    const questions = [...questionsToStable(evaluation).values()];
    const answers = await askAll(history, { release: evaluation.release, config, questions });
    const whole = new Map(answers.map(({ planned, observation }) => [planned.id, observation]));
    const halves = halve(evaluation, whole);
    const assessment = assess(evaluation, halves, 'none');
    // only what takes it back is to be told
    return assessment.overall === 'fail' ? assess(evaluation, halves) : assessment;
  };
}

function summarise({ looks, end }: Replay, startedAt: Instant): Trial {
  const last = looks.at(-1);
  const failed = end === 'rolled-back' ? (last?.assessment.checks ?? []) : [];
  const culprits = failed.filter(({ verdict, action }) => verdict === 'fail' && action === 'rollback');
  const isRule = ({ evidence }: (typeof culprits)[number]): boolean => evidence.kind === 'threshold';
  return {
    startedAt,
    endedAt: last?.at ?? startedAt,
    end,
    proven: culprits.filter((one) => !isRule(one)).map(({ name }) => name),
    ruled: culprits.filter(isRule).map(({ name }) => name),
    reason: last?.decision.reasons[0].text ?? '',
  };
}
