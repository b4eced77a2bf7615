import type { Config } from '../core/manifest/config-schema.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import type { RuleFinding } from '../core/manifest/rule.ts';
import { type ArtifactSight, lookForArtifacts } from './look-for-artifacts.ts';
import { findFault } from './require-artifacts.ts';
import type { World } from './world.ts';

/** An artifact of a version, as a preflight finds it. */
export interface SeenArtifact extends ArtifactSight {
  readonly role: 'stable' | 'candidate';
  readonly version: string;
}

/** Looks for the artifacts of both versions, each once: the one that is to come, and the one that is the way back. */
export async function lookAtArtifacts(
  world: Pick<World, 'artifacts'>,
  config: Config | undefined,
  { release }: ParsedRelease,
): Promise<readonly SeenArtifact[]> {
  const seen: SeenArtifact[] = [];
  for (const role of ['stable', 'candidate'] as const) {
    const spec = release.spec[role];
    if (!spec) continue;
    const sights = await lookForArtifacts(world, config, spec);
    seen.push(...sights.map((sight) => ({ ...sight, role, version: spec.version })));
  }
  return seen;
}

/**
 * Other bytes than those that were reviewed are an error, whichever version they are of, and so is a candidate that is not there: no
 * rollout would start. What could not be looked at is neither good nor bad.
 */
export function findArtifactProblems(artifacts: readonly SeenArtifact[]): readonly RuleFinding[] {
  return artifacts.flatMap((artifact): RuleFinding[] => {
    const { name, role, version, uri, presence } = artifact;
    return [findFault(artifact)].flat().map(({ reason: { code, text } }) => {
      const isError = presence.kind === 'mismatch' || (presence.kind === 'missing' && role === 'candidate');
      return {
        code,
        severity: isError ? 'error' : 'warning',
        path: ['spec', role, 'artifacts', name, 'digest'],
        message: `${version}, ${uri}: ${presence.kind === 'unseen' ? 'not checked, ' : ''}${text}. ${ADVICE[presence.kind]}`,
      };
    });
  });
}

const ADVICE: Readonly<Record<SeenArtifact['presence']['kind'], string>> = {
  mismatch: 'Push what was reviewed again, or write the digest of what is to be served',
  missing: 'Push it, or correct uri and digest',
  unseen: 'Whether it is there is not known: see to the registry, and run this again before it is merged',
  present: '',
  'not-asked': '',
};
