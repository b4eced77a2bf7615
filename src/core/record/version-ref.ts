import type { VersionSpec } from '../manifest/release-schema.ts';
import type { Digest } from '../units.ts';

/** A version by name and content: what quarantine and "last good" speak of. */
export interface VersionRef {
  readonly version: string;
  readonly backend: string;
  /** Digest of each artifact, by its name. */
  readonly artifacts: Readonly<Record<string, Digest>>;
}

/** Name and content of a version of a manifest. */
export function versionRef(spec: VersionSpec): VersionRef {
  const names = Object.keys(spec.artifacts).sort();
  const artifacts: Record<string, Digest> = {};
  for (const name of names) {
    const artifact = spec.artifacts[name];
    if (artifact) artifacts[name] = artifact.digest;
  }
  return { version: spec.version, backend: spec.backend, artifacts };
}

/** Same name and same content; the backend may differ (a redeployment of the same thing). */
export function sameVersion(a: VersionRef, b: VersionRef): boolean {
  return a.version === b.version && sameContent(a, b);
}

/** The same artifacts, whatever the version is called. */
export function sameContent(a: VersionRef, b: VersionRef): boolean {
  return digestList(a) === digestList(b);
}

/** The same version on the same backend: evidence about one is evidence about the other. */
export function sameDeployment(a: VersionRef, b: VersionRef): boolean {
  return sameVersion(a, b) && a.backend === b.backend;
}

/**
 * The same version name, or the same content under another name: how a rolled-back version is recognised again. Content is
 * all artifacts together, since a fixed version often keeps some of them (a tokenizer, a feature schema).
 */
export function recurs(bad: VersionRef, ref: VersionRef): boolean {
  return bad.version === ref.version || sameContent(bad, ref);
}

function digestList(ref: VersionRef): string {
  return Object.entries(ref.artifacts)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(' ');
}
