import type { Problem } from '../core/errors.ts';
import type { ParsedRelease } from '../core/manifest/parse-release.ts';
import type { CheckSpec } from '../core/manifest/release-schema.ts';
import { formatPath } from '../core/yaml/yaml-path.ts';
import { isSticky } from '../targets/gateway-api.ts';

/** The unit of a check that says none. */
const DEFAULT_UNIT = 'request';

const USERS = 'count users with a first bad event out of users without one, and write unit: user';
/** Buckets are of requests and of nothing else, so that latency has no unit to write. */
const SLOW_USERS =
  'buckets are of requests; ask for users with a first slow request instead, by a check of kind proportion with unit: user, or declare with dispersion how many of a user’s requests are slow together';

/**
 * Warns of checks that count requests where routing keeps clients on a version. One client's requests then all fall on one
 * side: they are not independent, and on real traffic such checks rolled back 26 to 72 of 100 healthy candidates.
 * @param texts  the target files, by path
 */
export function checkUnits(
  { release, source }: ParsedRelease,
  texts: ReadonlyMap<string, string>,
): readonly Problem[] {
  const { stable, candidate, rollout, health, targets } = release.spec;
  const sticky = targets.find((target) => {
    const text = texts.get(target.file);
    if (target.kind !== 'gateway-api' || text === undefined) return false;
    const found = isSticky(target, text, { stable, candidate, weight: rollout.weight });
    return found.kind === 'found' && found.value;
  });
  if (!sticky) return [];
  return health.checks.flatMap((check, index): Problem[] => {
    if (!isRequest(unitOf(check))) return [];
    const written = 'unit' in check && check.unit !== undefined;
    const instead = check.kind === 'latency' ? SLOW_USERS : USERS;
    const path = ['spec', 'health', 'checks', index, written ? 'unit' : 'name'];
    return [
      {
        code: 'UNIT_IS_REQUEST',
        severity: 'warning',
        at: source.positionOf(path),
        path: formatPath(path),
        message: `"${check.name}" counts requests, but ${sticky.file} keeps clients on one version (sessionPersistence), so that one client's trouble counts as often as it asks; ${instead} (docs/checks/unit.md)`,
      },
    ];
  });
}

/** Whether that is the request, also where it is written in another way: the warning is not to be silenced by a letter. */
function isRequest(unit: string | undefined): boolean {
  return unit !== undefined && /^requests?$/i.test(unit);
}

/** What a check counts; undefined for kinds that do not count both versions. */
function unitOf(check: CheckSpec): string | undefined {
  switch (check.kind) {
    case 'proportion':
    case 'errors':
    case 'accuracy':
    case 'calibration':
    case 'data-quality':
    case 'fairness':
      return check.unit ?? DEFAULT_UNIT;
    case 'business':
      return check.unit ?? 'user';
    case 'latency':
      // who declares how many are slow together has said how far they are from independent
      return check.dispersion === undefined || check.dispersion === 1 ? DEFAULT_UNIT : undefined;
    default:
      return undefined;
  }
}
