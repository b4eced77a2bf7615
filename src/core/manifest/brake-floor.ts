import { quote } from '../yaml/yaml-path.ts';
import { type Brake, isGentler } from './brake.ts';
import { brakeIn, hardestOf, isAskedAs } from './brake-in.ts';
import { below, type FloorInput, type PolicyFinding } from './policy-finding.ts';
import type { TierSpec } from './policy-schema.ts';
import type { CheckSpec, Release } from './release-schema.ts';
import { brakesByTier } from './tier-brakes.ts';

/** Every check brakes at least as hard as its tier asks of its kind, as far as it can. */
export function* brakesKeep({ release, floor, whose }: FloorInput): Iterable<PolicyFinding> {
  for (const [index, check] of release.spec.health.checks.entries()) {
    const least = leastOf(floor, check);
    const brake = brakeIn(check, release);
    if (!least || !isGentler(brake, least.brake)) continue;
    const asked = `is gentler than ${least.brake}, the gentlest that ${whose} allows for ${least.kind}`;
    if (check.kind === 'threshold') {
      const message = `${brake} ${asked}, and check ${quote(check.name)} brakes by this alone; write mode: revert`;
      yield below(['spec', 'rollback', 'mode'], message);
      continue;
    }
    const isWritten = 'onFail' in check && check.onFail !== undefined && !brakesByTier(release, check.name);
    const path = ['spec', 'health', 'checks', index, ...(isWritten ? ['onFail'] : [])];
    yield below(
      path,
      `${brake}${isWritten ? '' : whence(check, brake, release)} ${asked}; write onFail: ${least.brake}`,
    );
  }
}

function whence({ name }: CheckSpec, brake: Brake, release: Release): string {
  const { byTier, spec } = release;
  if (byTier && brakesByTier(release, name)) return `, the default of tier ${byTier.tier},`;
  return brake === spec.rollback?.mode ? ', by rollback.mode,' : ', the default,';
}

/** Nobody can tell by its queries what a plain limit counts: errors, until the tier says something of limits. */
const LIKE_ERRORS = 'errors, and so for limit while its brakes say nothing of that';

/** The gentlest brake that a tier lets a check have, and of which kind it says so; undefined: any. */
function leastOf(
  { brakes = {} }: TierSpec,
  check: CheckSpec,
): { readonly brake: Brake; readonly kind: string } | undefined {
  const asked = Object.entries(brakes).flatMap(([kind, brake]) =>
    brake?.atLeast && isAskedAs(check, kind as CheckSpec['kind']) ? [{ kind, atLeast: brake.atLeast }] : [],
  );
  const errors = brakes.errors?.atLeast;
  if (errors && check.kind === 'limit' && !brakes.limit) asked.push({ kind: LIKE_ERRORS, atLeast: errors });
  const [first, ...rest] = asked;
  if (!first) return undefined;
  const most = rest.reduce((one, other) => (isGentler(one.atLeast, other.atLeast) ? other : one), first);
  const can = hardestOf(check);
  return { kind: most.kind, brake: isGentler(can, most.atLeast) ? can : most.atLeast };
}
