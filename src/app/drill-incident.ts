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
    if (trouble) return `release "${release.name}" ${trouble.what}. ${trouble.end}, run the drill again`;
  }
  return undefined;
}

/** When something ends that keeps drills away, for people. */
interface Trouble {
  readonly what: string;
  readonly end: string;
}

const LOOKED_AT =
  'There is nothing to order. When a tick has told what came of it, the first one after that moment at the latest';

const BRAKED = 'When a person has decided what becomes of it';

/** What is not over, though nothing is tried any more, and what ends it; the reason itself says the rest. */
const LASTING: Readonly<Partial<Record<ReasonCode, string>>> = {
  VERIFYING: LOOKED_AT,
  RECOVERY_PENDING: LOOKED_AT,
  NOT_SERVED: 'When a tick has told that it recovered',
  RECOVERY_UNSEEN: 'When a tick has told that it recovered, or no proof is asked for any more',
  RELEASE_FROZEN: 'When a person has done that',
  LOOKS_WRONG: 'When it is clear what it was and somebody has resumed it',
  STEP_DOWN: 'When the steps down are over',
  EXPOSURE_REDUCED: BRAKED,
  NOT_RAISED: BRAKED,
  PAUSED_BY_CHECK: BRAKED,
};

/** Blind is not healthy: what cannot be judged may be an incident that nobody sees. */
const UNSEEN: ReadonlySet<string> = new Set(['fail', 'error', 'no-data']);

function troubleOf({ decision, assessment, weight, candidate }: ReleaseReport): Trouble | undefined {
  const [{ code, text }] = decision.reasons;
  if (decision.kind === 'rollback')
    return { what: `is failing: ${text}`, end: 'The next tick rolls it back. When that has landed' };
  for (const lasting of decision.reasons) {
    const end = LASTING[lasting.code];
    if (end !== undefined) return { what: `is not over its incident: ${lasting.text}`, end };
  }
  // nobody knows whether it is being rolled out
  if (code === 'MANIFEST_INVALID') return { what: text, end: 'When its manifest can be read again' };
  const isInFlight = candidate !== undefined && (weight ?? 0) > 0;
  // in flight without an assessment, as when somebody gave it traffic by hand or looking at it broke
  if (assessment ? !UNSEEN.has(assessment.overall) : !isInFlight) return undefined;
  const isFailing = assessment?.overall === 'fail';
  return {
    what: `${isInFlight ? 'is being rolled out' : 'is watched'} and ${isFailing ? 'a check fails' : 'cannot be judged now'}: ${text}`,
    end: isInFlight ? ENDS_IN_FLIGHT[isFailing ? 'failing' : 'unseen'] : ENDS_WATCHED,
  };
}

const ENDS_IN_FLIGHT = {
  failing:
    'A tick acts on what is proven, and an order to abort ends the rollout. When the check passes or the rollout is over',
  unseen:
    'While a step is young that takes some ticks, and an order to abort ends the rollout. When it can be judged or is over',
} as const;
const ENDS_WATCHED = 'When its checks can be judged again and pass, or its watch is over';

/** In a config that says nothing else. */
const DEFAULT_TARGET = 600_000;

/** The time within which a rollback must be done, in milliseconds. */
export function drillTarget(config: Config | undefined): number {
  return config?.drill?.target ?? DEFAULT_TARGET;
}
