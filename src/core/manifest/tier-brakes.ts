import { type Brake, isGentler } from './brake.ts';
import { hardestOf, isAskedAs } from './brake-in.ts';
import type { PolicySpec } from './policy.ts';
import type { BrakeFloor, TierSpec } from './policy-schema.ts';
import type { CheckSpec, Release } from './release-schema.ts';

/**
 * A release whose checks brake as its tier asks for, where they say nothing themselves: each is read as if the brake stood in its
 * `onFail`. `byTier` names them. The same release where the tier has nothing to add.
 */
export function withTierBrakes(release: Release, config: PolicySpec | undefined): Release {
  const tier = release.spec.tier ?? config?.defaultTier;
  const { tiers = {} } = config ?? {};
  const floor = tier !== undefined && Object.hasOwn(tiers, tier) ? tiers[tier] : undefined;
  if (tier === undefined || !floor?.brakes) return release;
  const taken = release.spec.health.checks.map((check) => ({ check, brake: defaultOf(floor, check) }));
  if (taken.every(({ brake }) => brake === undefined)) return release;
  // a brake that the check may have, as `defaultOf` says
  const checks = taken.map(({ check, brake }) =>
    brake ? ({ ...check, onFail: brake } as CheckSpec) : check,
  );
  return {
    ...release,
    spec: { ...release.spec, health: { ...release.spec.health, checks } },
    byTier: { tier, checks: taken.flatMap(({ check, brake }) => (brake ? [check.name] : [])) },
  };
}

/** Whether a check brakes as its tier asks for, since it says nothing itself. */
export function brakesByTier({ byTier }: Release, name: string): boolean {
  return byTier?.checks.includes(name) ?? false;
}

/** What a tier says of a check that does not say how hard it brakes; what is said of its own kind goes first. */
function defaultOf({ brakes = {} }: TierSpec, check: CheckSpec): Brake | undefined {
  if (check.kind === 'threshold' || check.kind === 'split' || check.onFail !== undefined) return undefined;
  const others = Object.entries(brakes).filter(([kind]) => isAskedAs(check, kind as CheckSpec['kind']));
  const [brake] = [brakes[check.kind], ...others.map(([, other]) => other)].flatMap(givenBy);
  const can = hardestOf(check);
  // against a fixed reference a check only notifies, whatever anybody asks for
  if (brake === undefined || can === 'notify') return undefined;
  return isGentler(can, brake) ? can : brake;
}

/** The brake that a tier gives to checks of a kind, if any. */
export function givenBy(brake: BrakeFloor | undefined): readonly Brake[] {
  return brake && 'default' in brake && brake.default !== undefined ? [brake.default] : [];
}
