import { elapsed, type Instant, type Millis, millis } from '../units.ts';
import { CONFIG_PATH, type Config } from './config-schema.ts';
import type { FreezeSpec } from './freeze-schema.ts';
import type { TierSpec } from './policy-schema.ts';
import type { Release } from './release-schema.ts';
import { listRole } from './roles.ts';
import { formatLocal } from './time-zone.ts';
import { isOverride, type OverrideSpec, type PolicyRule, waiverEnd } from './waiver-schema.ts';

/** The keys of the config that are its policy. */
export const POLICY_KEYS = [
  'timeZone',
  'tiers',
  'defaultTier',
  'freezes',
  'roles',
  'commands',
  'overrides',
] as const;

/** The part of the config that is its policy. */
export type PolicySpec = Pick<Config, (typeof POLICY_KEYS)[number]>;

/** What the config asks of one release. A plain value, so that a decision can be made again. */
export interface Policy {
  /** What messages call the config. */
  readonly source: string;
  readonly timeZone: string;
  /** All tiers that there are. */
  readonly tiers: readonly string[];
  /** The tier of the release; without a floor when there is none of that name; undefined when no tier is named. */
  readonly tier: { readonly name: string; readonly floor: TierSpec | undefined } | undefined;
  /** Those that are for this release. */
  readonly freezes: readonly FreezeSpec[];
  /** Who may own an override. */
  readonly overriders: readonly string[];
  /** Where `overriders` comes from. */
  readonly overridersFrom: string;
  /** An override is in force for at most so long before its end. */
  readonly longestOverride: Millis;
}

/** Where the config names no time zone. */
export const DEFAULT_ZONE = 'UTC';
const LONGEST = millis(366 * 86_400_000);

/** What a config asks of a release. @param source what messages call the config */
export function policyFor(config: PolicySpec, release: Release, source = CONFIG_PATH): Policy {
  const { spec } = release;
  const overriders = listRole(config, release, 'override', source);
  const name = spec.tier ?? config.defaultTier;
  const { tiers = {} } = config;
  const floor = name !== undefined && Object.hasOwn(tiers, name) ? tiers[name] : undefined;
  return {
    source,
    timeZone: config.timeZone ?? DEFAULT_ZONE,
    tiers: Object.keys(tiers),
    tier: name === undefined ? undefined : { name, floor },
    // of a release whose tier is not known, nobody knows which freezes it may pass by
    freezes: (config.freezes ?? []).filter(
      (freeze) => floor === undefined || name === undefined || (freeze.tiers?.includes(name) ?? true),
    ),
    overriders: overriders.people,
    overridersFrom: overriders.from,
    longestOverride: config.overrides?.maxDuration ?? LONGEST,
  };
}

/** An override of a manifest, and why it is not in force; undefined `idle`: it is. */
export interface JudgedOverride {
  readonly override: OverrideSpec;
  /** Position in spec.waivers. */
  readonly index: number;
  readonly idle: IdleOverride | undefined;
}

/** Why an override does not count. */
export type IdleOverride =
  | { readonly kind: 'owner' }
  | { readonly kind: 'over'; readonly end: Instant }
  | { readonly kind: 'too-early'; readonly end: Instant };

/** The overrides of a release. @param now undefined: their ends are not judged */
export function judgeOverrides(
  policy: Policy,
  { spec }: Release,
  now: Instant | undefined,
): readonly JudgedOverride[] {
  return (spec.waivers ?? []).flatMap((waiver, index) =>
    isOverride(waiver) ? [{ override: waiver, index, idle: findIdle(policy, waiver, now) }] : [],
  );
}

function findIdle(
  policy: Policy,
  { owner, until }: OverrideSpec,
  now: Instant | undefined,
): IdleOverride | undefined {
  if (!policy.overriders.some((one) => one.toLowerCase() === owner.toLowerCase())) return { kind: 'owner' };
  const end = waiverEnd(until);
  if (now === undefined || end === undefined) return undefined;
  if (now >= end) return { kind: 'over', end };
  return elapsed(now, end) > policy.longestOverride ? { kind: 'too-early', end } : undefined;
}

/** The override of a rule that is in force, or the one that is not; undefined when the manifest has none. */
export function overrideOf(
  overrides: readonly JudgedOverride[],
  rule: PolicyRule,
): JudgedOverride | undefined {
  return overrides.find(({ override }) => override.rule === rule);
}

/** Why an override does not count, as half a sentence. */
export function describeIdle(policy: Policy, { override, idle }: JudgedOverride): string {
  const its = `the override of ${override.rule} does not count`;
  switch (idle?.kind) {
    case 'owner':
      return `${its}, since ${override.owner} is none of ${policy.overridersFrom}`;
    case 'over':
      return `${its}, since it ended on ${formatLocal(policy.timeZone, idle.end)}`;
    case 'too-early':
      return `${its} yet, since it ends only on ${formatLocal(policy.timeZone, idle.end)} and overrides.maxDuration is shorter`;
    default:
      return `the override of ${override.rule} counts`;
  }
}
