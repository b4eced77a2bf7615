import type { TierSpec } from './policy-schema.ts';
import type { Release } from './release-schema.ts';
import type { RuleFinding } from './rule.ts';
import type { PolicyRule } from './waiver-schema.ts';

/** Something that undercuts the policy, and the override that sets it aside. */
export interface PolicyFinding extends RuleFinding {
  /** Undefined: nothing sets it aside. */
  readonly rule: PolicyRule | undefined;
}

/** A manifest, and the tier that it must not undercut. */
export interface FloorInput {
  readonly release: Release;
  readonly floor: TierSpec;
  /** `tier high of .belay/config.yaml`. */
  readonly whose: string;
}

/** What undercuts a tier. */
export function below(
  path: RuleFinding['path'],
  message: string,
  rule: PolicyRule = 'tier',
  what: 'key' | 'value' = 'value',
): PolicyFinding {
  return { code: 'SEC-28', rule, path, message, what };
}
