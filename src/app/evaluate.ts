import { assess } from '../core/analysis/assess.ts';
import type { Assessment, Evaluation, PlannedQuery } from '../core/analysis/assessment.ts';
import type { Observation } from '../core/analysis/observation.ts';
import { planQueries } from '../core/analysis/plan-queries.ts';
import type { Answer } from '../core/change/build-change.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import { findStanding } from '../core/plan/rollout.ts';
import type { Instant } from '../core/units.ts';
import type { MetricsProvider } from '../ports/metrics.ts';
import type { ReadableRelease } from './read-files.ts';
import type { World } from './world.ts';

/** What was asked, what came, and what it says. */
export interface Evidence {
  readonly assessment: Assessment;
  readonly answers: readonly Answer[];
}

/** Opens each provider once per run. */
export type Providers = (name: string) => Promise<MetricsProvider | undefined>;

/** The providers of a config, opened when first asked for. */
export function openProviders(world: World, config: Config | undefined): Providers {
  const opened = new Map<string, Promise<MetricsProvider>>();
  return async (name) => {
    const spec = config?.providers[name];
    if (!spec) return undefined;
    const known = opened.get(name) ?? world.openProvider(name, spec);
    opened.set(name, known);
    return known;
  };
}

/** Asks all questions of a release under way and judges the answers; undefined when no rollout is under way. */
export async function evaluate(
  world: World,
  providers: Providers,
  { release, now }: { readonly release: ReadableRelease; readonly now: Instant },
): Promise<Evidence | undefined> {
  const { rollout } = release.state;
  const manifest = release.parsed.release;
  if (!rollout || !manifest.spec.candidate) return undefined;
  const evaluation: Evaluation = {
    release: manifest,
    rollout,
    standing: findStanding(manifest, rollout),
    now,
  };
  const answers = await Promise.all(planQueries(evaluation).map((planned) => ask(world, providers, planned)));
  const observations = new Map(answers.map(({ planned, observation }) => [planned.id, observation]));
  return { assessment: assess(evaluation, observations), answers };
}

async function ask(world: World, providers: Providers, planned: PlannedQuery): Promise<Answer> {
  const provider = await providers(planned.provider);
  const observation = provider
    ? await provider.query(planned.request)
    : missingProvider(planned, world.clock.now());
  return { planned, observation };
}

/** A provider that the config does not name is something that could not be looked at, never a verdict on the release. */
function missingProvider(planned: PlannedQuery, now: Instant): Observation {
  return {
    provider: planned.provider,
    request: planned.request,
    fetchedAt: now,
    outcome: {
      kind: 'absent',
      reason: 'refused',
      detail: `provider "${planned.provider}" is not in .belay/config.yaml`,
    },
  };
}
