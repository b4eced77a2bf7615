import type { Reason } from '../core/decision/decision.ts';
import { type Blindness, judgeSight, planSight } from '../core/decision/sight.ts';
import type { Problem } from '../core/errors.ts';
import { healthSettings } from '../core/manifest/defaults.ts';
import { parseRelease } from '../core/manifest/parse-release.ts';
import { sameDeployment, versionRef } from '../core/record/version-ref.ts';
import { elapsed, formatDuration, type Instant } from '../core/units.ts';
import { askAll } from './evaluate.ts';
import { holdPlan } from './hold-plan.ts';
import type { ReleasePlan } from './plan-release.ts';
import type { Providers } from './providers.ts';
import type { ReadableRelease } from './read-files.ts';
import { readRevisions } from './read-revisions.ts';
import type { Snapshot } from './read-snapshot.ts';
import type { World } from './world.ts';

/** Longer queries are cut: they stand in the manifest at the line that is named. */
const MAX_QUERY = 200;

/**
 * Nobody climbs in the dark: a rollout starts only when its checks can see stable now. Else it holds, nobody is exposed, and the
 * lines of the queries are named; a candidate that has waited so for longer than `noDataDeadline` needs a person.
 */
export async function requireSight(
  world: World,
  snapshot: Snapshot,
  input: { readonly plan: ReleasePlan; readonly providers: Providers; readonly now: Instant },
): Promise<ReleasePlan> {
  const { plan, providers, now } = input;
  const { release, report } = plan;
  if (report.decision.kind !== 'start') return plan;
  const manifest = release.parsed.release;
  const answers = await askAll(providers, {
    release: manifest,
    config: snapshot.config,
    questions: planSight(manifest, now),
  });
  const blind = judgeSight(manifest, answers);
  const [first, ...rest] = blind.map((one) => describeBlindness(release, one));
  if (!first) return plan;
  const late = await findDelay(world, snapshot, release, now);
  const problems = blind.map((one) => problemOf(release, one));
  return holdPlan(plan, [first, ...rest, ...(late ? [late] : [])], problems);
}

function describeBlindness({ parsed }: ReadableRelease, blindness: Blindness): Reason {
  const { planned, key, what } = blindness;
  const { stable } = parsed.release.spec;
  const seen = planned.id.endsWith('/stable') ? `cannot see stable ${stable.version}` : 'cannot be asked';
  return {
    code: 'START_BLIND',
    text: `${planned.check} ${seen}: ${key} gave ${what}. Nobody is exposed until it can`,
  };
}

function problemOf({ parsed }: ReadableRelease, { planned, index, key, what }: Blindness): Problem {
  const query = planned.request.query.replace(/\s+/g, ' ').trim();
  const shown = query.length > MAX_QUERY ? `${query.slice(0, MAX_QUERY)}…` : query;
  return {
    code: 'START_BLIND',
    severity: 'warning',
    at: parsed.source.positionOf(['spec', 'health', 'checks', index, key]),
    path: `spec.health.checks[${index}].${key}`,
    message: `provider "${planned.provider}" gave ${what}, so the rollout does not start. Asked was: ${shown}`,
  };
}

/** That the candidate has waited for too long to be seen to begin; counted from when it came to the default branch. */
export async function findDelay(
  world: World,
  { head }: Snapshot,
  release: ReadableRelease,
  now: Instant,
): Promise<Reason | undefined> {
  const manifest = release.parsed.release;
  const { candidate } = manifest.spec;
  const { noDataDeadline } = healthSettings(manifest);
  let since: Instant | undefined;
  for (const { at, text } of await readRevisions(world.forge, head, [release.path])) {
    const reading = text === undefined ? undefined : parseRelease(release.path, text);
    const was = reading?.kind === 'ok' ? reading.value.release.spec.candidate : undefined;
    if (!was || !candidate || !sameDeployment(versionRef(was), versionRef(candidate))) break;
    since = at;
  }
  if (since === undefined || elapsed(since, now) <= noDataDeadline) return undefined;
  const text = `${candidate?.version ?? 'the candidate'} has waited for more than ${formatDuration(noDataDeadline)}; it starts by itself as soon as this can be seen`;
  return { code: 'EVIDENCE_MISSING', text };
}
