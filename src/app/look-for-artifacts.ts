import { registryPlace } from '../core/manifest/artifact-place.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import type { VersionSpec } from '../core/manifest/release-schema.ts';
import type { Digest } from '../core/units.ts';
import type { ArtifactPresence } from '../ports/registry.ts';
import { toToolError } from './fault.ts';
import type { World } from './world.ts';

/** One artifact of a version, and whether it is where the manifest says. */
export interface ArtifactSight {
  /** Name of the artifact in the manifest. */
  readonly name: string;
  readonly uri: string;
  readonly digest: Digest;
  /** `not-asked`: it is in no registry that the config names, so nobody looked. */
  readonly presence: ArtifactPresence | { readonly kind: 'not-asked' };
}

/**
 * Looks whether the artifacts of a version are in their registries, by fetching each and hashing what comes. Only registries
 * that the config names are asked; one that could not be asked once is not asked again about the same version.
 */
export async function lookForArtifacts(
  { artifacts }: Pick<World, 'artifacts'>,
  config: Config | undefined,
  version: Pick<VersionSpec, 'artifacts'>,
): Promise<readonly ArtifactSight[]> {
  const blind = new Map<string, ArtifactPresence>();
  const sights: ArtifactSight[] = [];
  for (const [name, { uri, digest }] of Object.entries(version.artifacts)) {
    const place = registryPlace(uri);
    const { registries = {} } = config ?? {};
    const spec = place && Object.hasOwn(registries, place.host) ? registries[place.host] : undefined;
    const sight = (presence: ArtifactSight['presence']) => sights.push({ name, uri, digest, presence });
    if (!place || !spec) {
      sight({ kind: 'not-asked' });
      continue;
    }
    const { host, repository } = place;
    const presence =
      blind.get(host) ?? (await look(() => artifacts?.openRegistry(host, spec), { repository, digest }));
    if (presence.kind === 'unseen') blind.set(host, presence);
    sight(presence);
  }
  return sights;
}

async function look(
  open: () => Promise<Registry> | undefined,
  place: Parameters<Registry['find']>[0],
): Promise<ArtifactPresence> {
  try {
    const registry = await open();
    if (registry) return await registry.find(place);
    return { kind: 'unseen', reason: 'refused', detail: 'this run cannot ask registries' };
  } catch (fault) {
    return { kind: 'unseen', reason: 'refused', detail: toToolError(fault).message };
  }
}

type Registry = Awaited<ReturnType<NonNullable<World['artifacts']>['openRegistry']>>;
