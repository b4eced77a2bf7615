import { formatDuration, type Instant } from '../units.ts';
import { quote } from '../yaml/yaml-path.ts';
import { checkFloor } from './floor-rules.ts';
import { type JudgedOverride, judgeOverrides, overrideOf, type Policy } from './policy.ts';
import type { Release } from './release-schema.ts';
import type { RuleFinding } from './rule.ts';
import { formatLocal } from './time-zone.ts';
import type { PolicyRule } from './waiver-schema.ts';

/** What a policy says of a manifest, overrides taken into account. */
export interface PolicyVerdict {
  readonly findings: readonly RuleFinding[];
  /** Whether an override of the rule is in force. */
  readonly sets: (rule: PolicyRule) => boolean;
}

/** Holds a manifest against a policy. @param now undefined: the ends of overrides are not judged */
export function judgePolicy(policy: Policy, release: Release, now: Instant | undefined): PolicyVerdict {
  const overrides = judgeOverrides(policy, release, now);
  const sets = (rule: PolicyRule): boolean => {
    const judged = overrideOf(overrides, rule);
    return judged !== undefined && judged.idle === undefined;
  };
  const broken = checkFloor(policy, release);
  const isNeeded = (rule: PolicyRule): boolean => {
    if (rule === 'freeze') return policy.freezes.length > 0;
    const floor = policy.tier?.floor;
    if (rule === 'samples') return floor?.samples !== undefined;
    if (rule === 'weight-per-hour') return floor?.weightPerHour !== undefined;
    // the age of a runbook is no finding of the manifest
    return floor?.runbook !== undefined || broken.some((finding) => finding.rule === rule);
  };
  return {
    findings: [
      ...broken.filter(({ rule }) => rule === undefined || !sets(rule)),
      ...overrides.flatMap((judged) => judgeOverride(policy, judged, isNeeded(judged.override.rule))),
    ],
    sets,
  };
}

function judgeOverride(
  policy: Policy,
  { override: { rule, owner }, index, idle }: JudgedOverride,
  isNeeded: boolean,
): readonly RuleFinding[] {
  const path = ['spec', 'waivers', index];
  switch (idle?.kind) {
    case 'owner':
      return [
        {
          code: 'WAIVER_OWNER_UNKNOWN',
          path: [...path, 'owner'],
          message: `must be one of ${policy.overridersFrom} (${policy.overriders.join(', ') || 'there are none'}), got ${quote(owner)}; an override of ${rule} is theirs to sign`,
        },
      ];
    case 'too-early':
      return [
        {
          code: 'WAIVER_TOO_LONG',
          path: [...path, 'until'],
          message: `must be at most ${formatDuration(policy.longestOverride)} ahead, as overrides.maxDuration of ${policy.source} says, got ${formatLocal(policy.timeZone, idle.end)}; write an earlier end`,
        },
      ];
    case 'over':
      return [
        {
          code: 'WAIVER_EXPIRED',
          severity: 'warning',
          path: [...path, 'until'],
          message: `the override of ${rule} ended on ${formatLocal(policy.timeZone, idle.end)} and sets nothing aside any more; delete it, or renew it: an end at most ${formatDuration(policy.longestOverride)} ahead as until, a reason that holds today, and as owner one of ${policy.overridersFrom} (${policy.overriders.join(', ') || 'there are none'})`,
        },
      ];
    default:
      if (isNeeded) return [];
      return [
        {
          code: 'WAIVER_UNUSED',
          severity: 'warning',
          path,
          message: `${policy.source} asks for nothing that an override of ${rule} would set aside here; delete it`,
        },
      ];
  }
}
