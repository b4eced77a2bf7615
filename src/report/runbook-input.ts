import type { Release, TargetSpec } from '../core/manifest/release-schema.ts';
import type { Role, RoleList } from '../core/manifest/roles.ts';

/** What the generated part of a runbook is made from. */
export interface RunbookInput {
  readonly release: Release;
  /** Its targets, with the namespace of each where anything tells it. */
  readonly targets: readonly TargetSpec[];
  /** Where the manifest is. */
  readonly path: string;
  /** Where the records are. */
  readonly records: string;
  /** File name of the workflow that runs the rollback action; undefined when none was found. */
  readonly workflow: string | undefined;
  /** Whether a workflow obeys commands in comments. */
  readonly commands: boolean;
  /** Who has which role; undefined: the config cannot be read. */
  readonly roles: Readonly<Record<Role, RoleList>> | undefined;
}
