import { type Foresight, foresee, planTraffic, type TrafficQuestion } from '../core/analysis/foresee.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import { askAll } from './evaluate.ts';
import type { Providers } from './providers.ts';

/** Asks for stable's traffic of the last day and says how long a rollout of this release would take, step by step. */
export async function foreseeRelease(
  providers: Providers,
  { config, ...question }: TrafficQuestion & { readonly config: Config | undefined },
): Promise<Foresight> {
  const { release } = question;
  const answers = await askAll(providers, { release, config, questions: planTraffic(question) });
  return foresee(question, new Map(answers.map(({ planned, observation }) => [planned.id, observation])));
}
