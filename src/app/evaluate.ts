import { assess } from '../core/analysis/assess.ts';
import type { Assessment, Evaluation, PlannedQuery } from '../core/analysis/assessment.ts';
import type { Observation } from '../core/analysis/observation.ts';
import { planComparison, planQueries } from '../core/analysis/plan-queries.ts';
import type { Answer } from '../core/change/build-change.ts';
import { planServed, readServed, type ServedShare, withServed } from '../core/decision/served-share.ts';
import { assessRestored, besideBad, evaluationOf, lookedAfter } from '../core/decision/watch.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import type { Release } from '../core/manifest/release-schema.ts';
import type { Instant } from '../core/units.ts';
import type { Providers } from './providers.ts';
import type { ReadableRelease } from './read-files.ts';

/** What was asked, what came, and what it says. */
export interface Evidence {
  readonly assessment: Assessment;
  /** Of a rollback that is verified: whether the version that was left has traffic. */
  readonly served?: ServedShare;
  readonly answers: readonly Answer[];
}

/** Asks all questions of a release and judges the answers; undefined when nothing is rolled out, watched or verified. */
export async function evaluate(
  providers: Providers,
  {
    release,
    config,
    now,
  }: { readonly release: ReadableRelease; readonly config: Config | undefined; readonly now: Instant },
): Promise<Evidence | undefined> {
  const { parsed, state, digest } = release;
  const evaluation = evaluationOf(parsed.release, state, { manifest: digest, now });
  if (!evaluation) return undefined;
  const watched = lookedAfter(state);
  if (watched?.kind !== 'restored') return evaluateRollout(providers, { evaluation, config });
  return evaluateRestored(providers, { evaluation, config, beside: besideBad(parsed.release, watched) });
}

/** Judges a restored version, and asks whether the one that was left has any traffic. */
async function evaluateRestored(
  providers: Providers,
  {
    evaluation,
    config,
    beside,
  }: {
    readonly evaluation: Evaluation;
    readonly config: Config | undefined;
    readonly beside: Release;
  },
): Promise<Evidence> {
  const asked = planServed(beside, evaluation);
  const questions = withServed(evaluation, asked);
  const answers = await askAll(providers, { release: evaluation.release, config, questions });
  const observations = observationsOf(answers);
  return {
    assessment: assessRestored(evaluation, observations),
    served: readServed(evaluation, asked, observations),
    answers,
  };
}

/**
 * Asks all questions of one moment of a rollout and judges the answers. When a bound is broken by which only the candidate is
 * held, stable is asked as well before anything follows from it.
 */
export async function evaluateRollout(
  providers: Providers,
  { evaluation, config }: { readonly evaluation: Evaluation; readonly config: Config | undefined },
): Promise<Evidence> {
  const { release } = evaluation;
  const ask = (questions: readonly PlannedQuery[]) => askAll(providers, { release, config, questions });
  const answers = await ask(planQueries(evaluation));
  const assessment = assess(evaluation, observationsOf(answers));
  const comparison = planComparison(evaluation, assessment);
  if (comparison.length === 0) return { assessment, answers };
  const all = [...answers, ...(await ask(comparison))];
  return { assessment: assess(evaluation, observationsOf(all)), answers: all };
}

function observationsOf(answers: readonly Answer[]): ReadonlyMap<string, Observation> {
  return new Map(answers.map(({ planned, observation }) => [planned.id, observation]));
}

/** Asks questions on behalf of a release, all at once; the answers come in the order of the questions. */
export async function askAll(
  providers: Providers,
  {
    release,
    config,
    questions,
  }: {
    readonly release: Release;
    readonly config: Config | undefined;
    readonly questions: readonly PlannedQuery[];
  },
): Promise<readonly Answer[]> {
  const ask = async (planned: PlannedQuery): Promise<Answer> => ({
    planned,
    observation: await providers.ask(config, {
      release: release.metadata.name,
      provider: planned.provider,
      request: planned.request,
    }),
  });
  return Promise.all(questions.map(ask));
}
