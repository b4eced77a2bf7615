import type { Trigger } from '../core/change/build-change.ts';
import type { ProviderSpec } from '../core/manifest/config-schema.ts';
import type { RegistrySpec } from '../core/manifest/registry-schema.ts';
import type { Sha256 } from '../core/units.ts';
import type { Clock } from '../ports/clock.ts';
import type { Forge } from '../ports/forge.ts';
import type { Log } from '../ports/log.ts';
import type { MetricsProvider } from '../ports/metrics.ts';
import type { People } from '../ports/people.ts';
import type { ArtifactRegistry } from '../ports/registry.ts';
import type { SignatureVerifier, Trust, TrustFault } from '../ports/signatures.ts';

/** Makes a verifier of what is trusted. */
export type OpenVerifier = (trust: Trust) => Promise<SignatureVerifier | TrustFault>;

/** Where artifacts are looked at. */
export interface ArtifactSources {
  readonly openVerifier: OpenVerifier;
  /** Opens a registry of the config, each once in a run; @throws ToolError when its secrets are not there. */
  openRegistry(host: string, spec: RegistrySpec): Promise<ArtifactRegistry>;
}

/** Everything outside that a flow may touch. */
export interface World {
  readonly forge: Forge;
  /** Opens a provider of the config; @throws ToolError when its secrets are not there. */
  openProvider(name: string, spec: ProviderSpec): Promise<MetricsProvider>;
  /** Without it nothing is verified and no registry is asked: what the config wants looked at is unseen then. */
  readonly artifacts?: ArtifactSources;
  /** Without it reviews are not heeded: a step that asks for a person waits for a command, or to be merged by hand. */
  readonly people?: People;
  readonly clock: Clock;
  readonly log: Log;
  readonly sha256: Sha256;
  /** Name and version of this tool, for records. */
  readonly tool: string;
  readonly trigger: Trigger;
}
