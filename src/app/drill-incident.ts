import type { ReasonCode } from '../core/decision/decision.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import type { ReleaseReport } from '../report/run-report.ts';
import { advance } from './advance.ts';
import { ROLLBACKS, rollbackFamily } from './rollback-branch.ts';
import type { World } from './world.ts';

/**
 * What a drill must not get into the way of: a rollback that is open or has not helped yet, a rollout that fails or cannot be seen, or
 * what looks wrong to a person; undefined when there is none. One line. Looks at the repository as it is now, and writes nothing.
 * @param sandbox the release that fails in drills on purpose, and serves nobody
 */
export async function findIncident(
  world: World,
  branch: string,
  sandbox?: string,
): Promise<string | undefined> {
  const { siblings } = await world.forge.inspect({ branch, families: [ROLLBACKS] });
  const isReal = ({ branch: name }: { readonly branch: string }) =>
    sandbox === undefined || !name.startsWith(rollbackFamily(sandbox));
  const open = siblings.find(isReal);
  if (open)
    return `pull request #${open.number} (${open.branch}) rolls a release back and is open; see that it lands, or close it, and run the drill again`;
  const { releases } = await advance(world, { only: [], dryRun: true, from: 'newest' });
  for (const release of releases) {
    const trouble = release.name === sandbox ? undefined : troubleOf(release);
    if (trouble !== undefined)
      return `release "${release.name}" ${trouble}. See to that first: a tick acts on what is proven, an order to abort ends a rollout, and one to resume a pause. Then run the drill again`;
  }
  return undefined;
}

/** An incident that is not over, though nothing is tried any more. */
const LASTING: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'VERIFYING',
  'RECOVERY_PENDING',
  'NOT_SERVED',
  'RECOVERY_UNSEEN',
  'RELEASE_FROZEN',
  'LOOKS_WRONG',
]);

/** Blind is not healthy: what cannot be judged may be an incident that nobody sees. */
const UNSEEN: ReadonlySet<string> = new Set(['fail', 'error', 'no-data']);

function troubleOf({ decision, assessment, weight, candidate }: ReleaseReport): string | undefined {
  const [reason] = decision.reasons;
  if (decision.kind === 'rollback') return `is failing: ${reason.text}`;
  const lasting = decision.reasons.find(({ code }) => LASTING.has(code));
  if (lasting) return `is not over its incident: ${lasting.text}`;
  // nobody knows whether it is being rolled out
  if (reason.code === 'MANIFEST_INVALID') return reason.text;
  const isInFlight = candidate !== undefined && (weight ?? 0) > 0;
  // also without an assessment, as when somebody gave it traffic by hand or looking at it broke
  if (!isInFlight || (assessment && !UNSEEN.has(assessment.overall))) return undefined;
  return assessment?.overall === 'fail'
    ? `is being rolled out and a check fails: ${reason.text}`
    : `is being rolled out and cannot be judged now: ${reason.text}`;
}

/** In a config that says nothing else. */
const DEFAULT_TARGET = 600_000;

/** The time within which a rollback must be done, in milliseconds. */
export function drillTarget(config: Config | undefined): number {
  return config?.drill?.target ?? DEFAULT_TARGET;
}
