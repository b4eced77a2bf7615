import type { Reason, ReasonCode } from '../core/decision/decision.ts';
import type { Problem } from '../core/errors.ts';
import type { Instant } from '../core/units.ts';
import type { ArtifactPresence } from '../ports/registry.ts';
import { type ArtifactFiles, checkSignatures, openTrust } from './check-signatures.ts';
import { holdPlan } from './hold-plan.ts';
import { type ArtifactSight, lookForArtifacts } from './look-for-artifacts.ts';
import type { ReleasePlan } from './plan-release.ts';
import type { Snapshot } from './read-snapshot.ts';
import { findDelay } from './require-sight.ts';
import type { World } from './world.ts';

/**
 * Nobody is served what is not what was reviewed: before a rollout starts, the candidate's signatures are verified and its
 * artifacts looked for. Without network where the config names no registry; never on a tick that starts nothing.
 */
export async function requireArtifacts(
  world: World,
  snapshot: Snapshot,
  { plan, now }: { readonly plan: ReleasePlan; readonly now: Instant },
): Promise<ReleasePlan> {
  if (plan.report.decision.kind !== 'start') return plan;
  const unsigned = await findUnsigned(world, snapshot, plan);
  const [first] = unsigned;
  if (first) {
    const text = `${first.message}. Nobody is exposed until it is signed by whom the config trusts`;
    return holdPlan(plan, [{ code: 'SIGNATURE_REFUSED', text }], unsigned);
  }
  return requirePresence(world, snapshot, { plan, now });
}

async function findUnsigned(
  world: World,
  { head, parsedConfig }: Snapshot,
  { release: { parsed } }: ReleasePlan,
): Promise<readonly Problem[]> {
  if (!parsedConfig) return [];
  const { forge, artifacts } = world;
  const files: ArtifactFiles = {
    list: (folder) => forge.list(head, folder),
    read: (paths) => forge.read(head, paths),
    digests: (paths) => forge.digests(head, paths),
  };
  const { config, source } = parsedConfig;
  const trusting = await openTrust(config.verify, files, { open: artifacts?.openVerifier, source });
  const problems = await checkSignatures({
    source: parsed.source,
    role: 'candidate',
    version: parsed.release.spec.candidate,
    ...{ isKnown: false, files, trusting },
  });
  return problems.filter(({ severity }) => severity === 'error');
}

const CODES: Readonly<Record<Exclude<ArtifactPresence['kind'], 'present'>, ReasonCode>> = {
  missing: 'ARTIFACT_MISSING',
  mismatch: 'ARTIFACT_MISMATCH',
  unseen: 'ARTIFACT_UNSEEN',
};

/** Nobody is sent to what is not there, or cannot be seen to be. */
async function requirePresence(
  world: World,
  snapshot: Snapshot,
  { plan, now }: { readonly plan: ReleasePlan; readonly now: Instant },
): Promise<ReleasePlan> {
  const { parsed } = plan.release;
  const { candidate } = parsed.release.spec;
  if (!candidate) return plan;
  const sights = await lookForArtifacts(world, snapshot.config, candidate);
  const faults = sights.flatMap(findFault);
  const [first, ...rest] = faults.map(({ reason }) => reason);
  if (!first) return plan;
  const late =
    first.code === 'ARTIFACT_UNSEEN' ? await findDelay(world, snapshot, plan.release, now) : undefined;
  const problems = faults.map(({ name, reason: { code, text } }): Problem => {
    const path = ['spec', 'candidate', 'artifacts', name, 'digest'];
    return {
      code,
      severity: 'warning',
      at: parsed.source.positionOf(path),
      path: path.join('.'),
      message: text,
    };
  });
  return holdPlan(plan, [first, ...rest, ...(late ? [late] : [])], problems);
}

/** What keeps an artifact from being served; undefined when it is there, or nobody is to look. */
export function findFault({
  name,
  presence,
}: ArtifactSight): { readonly name: string; readonly reason: Reason } | [] {
  if (presence.kind === 'present' || presence.kind === 'not-asked') return [];
  const what = { missing: 'is gone', mismatch: 'is not what it was', unseen: 'cannot be seen' }[
    presence.kind
  ];
  return {
    name,
    reason: { code: CODES[presence.kind], text: `artifact "${name}" ${what}: ${presence.detail}` },
  };
}
