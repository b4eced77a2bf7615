import { RepoPath } from './scalars.ts';

/** Where an artifact is in a registry. */
export interface RegistryPlace {
  /** Host, with its port if one is written. */
  readonly host: string;
  readonly repository: string;
}

/** Names as registries take them. Source: OCI distribution specification 1.1, "Pulling manifests" */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** `oci://registry.acme.dev/models/scorer:3.5.0@sha256:…` → host and repository, without tag and digest; undefined for anything else. */
export function registryPlace(uri: string): RegistryPlace | undefined {
  const [, host, rest = ''] = /^oci:\/\/([a-z0-9.-]+(?::\d{1,5})?)\/([^?#]+)$/.exec(uri) ?? [];
  const repository = rest.replace(/@[^@]*$/, '').replace(/:[^:/]*$/, '');
  return host !== undefined && REPOSITORY.test(repository) ? { host, repository } : undefined;
}

/** `file:models/scorer` → the path of a file or folder in this repository; undefined for what is elsewhere. */
export function repositoryPath(uri: string): string | undefined {
  const path = /^file:(?!\/)([^?#]+)$/.exec(uri)?.[1];
  return path !== undefined && RepoPath.safeParse(path).success ? path : undefined;
}
