import { createHash } from 'node:crypto';
import type { RegistryOptions } from '../../../src/adapters/oci/connection.ts';
import { createRegistry } from '../../../src/adapters/oci/registry.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { type Digest, digest } from '../../../src/core/units.ts';
import type { ArtifactRegistry } from '../../../src/ports/registry.ts';
import { createTestClock } from '../prometheus/setup.ts';

export const REPOSITORY = 'models/fraud-scorer';

/** A manifest that no other test has. */
export function makeManifest(name: string): { readonly bytes: string; readonly digest: Digest } {
  const bytes = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [],
    annotations: { name },
  });
  return { bytes, digest: digest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`) };
}

/** A registry over plain http, with everything that a test does not name set to something harmless. */
export function openRegistry(
  host: string,
  given: Partial<Omit<RegistryOptions, 'host'>> = {},
): ArtifactRegistry {
  return createRegistry({
    host,
    env: {},
    clock: createTestClock(),
    secrets: createSecrets(),
    random: () => 0.5,
    ...given,
    spec: { insecure: true, ...given.spec },
  });
}
