import type { Absence } from '../core/analysis/observation.ts';
import type { Digest } from '../core/units.ts';

/** One thing in a registry. */
export interface ArtifactPlace {
  /** Name of the repository in the registry, e.g. `models/fraud-scorer`. */
  readonly repository: string;
  readonly digest: Digest;
}

/** What became of looking for an artifact. Blind is not gone: only the registry's own word for it is an absence. */
export type ArtifactPresence =
  /** Its bytes came, and they have the digest. */
  | { readonly kind: 'present' }
  /** The registry knows no such content. */
  | { readonly kind: 'missing'; readonly detail: string }
  /** Other bytes came than the digest names. */
  | { readonly kind: 'mismatch'; readonly detail: string }
  /** It could not be looked at. */
  | { readonly kind: 'unseen'; readonly reason: Absence['reason']; readonly detail: string };

/** One OCI registry. Never throws for the state of the world. */
export interface ArtifactRegistry {
  /** Fetches the manifest under a digest and recomputes that from its bytes. */
  find(place: ArtifactPlace): Promise<ArtifactPresence>;
}
