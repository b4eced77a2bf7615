import { formatPath, quote, type YamlPath } from '../yaml/yaml-path.ts';
import { isGentler } from './brake.ts';
import { didYouMean, suggest } from './did-you-mean.ts';
import type { FreezeSpec } from './freeze-schema.ts';
import type { PolicySpec } from './policy.ts';
import { ROLES } from './roles.ts';
import type { RuleFinding } from './rule.ts';
import { givenBy } from './tier-brakes.ts';

/** The rules of the policy that need more than one field. */
export function* policyRules(config: PolicySpec): Iterable<RuleFinding> {
  yield* tiersExist(config);
  yield* freezesAreWhole(config);
  yield* ratesLeaveRoom(config);
  yield* brakesAgree(config);
  yield* peopleDiffer(config);
}

function* tiersExist({ tiers = {}, defaultTier, freezes = [] }: PolicySpec): Iterable<RuleFinding> {
  const names = Object.keys(tiers);
  const named: { readonly name: string; readonly path: YamlPath }[] = [
    ...(defaultTier === undefined ? [] : [{ name: defaultTier, path: ['defaultTier'] }]),
    ...freezes.flatMap((freeze, index) =>
      (freeze.tiers ?? []).map((name, at) => ({ name, path: ['freezes', index, 'tiers', at] })),
    ),
  ];
  for (const { name, path } of named)
    if (!names.includes(name))
      yield { code: 'TIER_UNKNOWN', path, message: unknownTier(name, names, 'tiers') };
}

/** That a tier is not there, and what there is. @param where  in which they were looked for */
export function unknownTier(name: string, names: readonly string[], where: string): string {
  if (names.length === 0)
    return `${where} has no tier ${quote(name)}, nor any other; add it there, or delete this`;
  return `${where} has no tier ${quote(name)}, only ${names.join(', ')}${suggest(didYouMean(name, names))}`;
}

function* freezesAreWhole({ freezes = [] }: PolicySpec): Iterable<RuleFinding> {
  for (const [index, freeze] of freezes.entries()) {
    const first = freezes.findIndex(({ name }) => name === freeze.name);
    if (first < index)
      yield {
        code: 'FREEZE_DUPLICATE',
        path: ['freezes', index, 'name'],
        message: `${quote(freeze.name)} is the name of freezes[${first}] already; give each its own`,
      };
    const message = describeOddEnds(freeze);
    if (message !== undefined) yield { code: 'FREEZE_MALFORMED', path: ['freezes', index, 'to'], message };
  }
}

function describeOddEnds({ from, to }: FreezeSpec): string | undefined {
  if (from.kind !== to.kind)
    return 'must have the form of from: both a time of the week, like "Mon 08:00", or both a date, like "2027-01-04 08:00"';
  if (from.kind === 'dated' && to.kind === 'dated')
    return to.wall > from.wall ? undefined : 'must be later than from; exchange the two';
  const isSame = JSON.stringify(from) === JSON.stringify(to);
  return isSame ? 'must differ from from; a freeze of a whole week would never end' : undefined;
}

function* ratesLeaveRoom({ tiers = {} }: PolicySpec): Iterable<RuleFinding> {
  for (const [name, { minFalseRollbackRate: least, falseRollbackRate: most }] of Object.entries(tiers))
    if (least !== undefined && most !== undefined && least > most)
      yield {
        code: 'FLOOR_IMPOSSIBLE',
        path: ['tiers', name, 'minFalseRollbackRate'],
        message: 'must not be more than falseRollbackRate of the same tier; no manifest could keep both',
      };
}

/** What a tier gives to a check that says nothing is what it lets one say. */
function* brakesAgree({ tiers = {} }: PolicySpec): Iterable<RuleFinding> {
  for (const [name, { brakes = {} }] of Object.entries(tiers))
    for (const [kind, brake] of Object.entries(brakes)) {
      const [given] = givenBy(brake);
      if (given === undefined || brake?.atLeast === undefined || !isGentler(given, brake.atLeast)) continue;
      yield {
        code: 'BRAKE_BELOW_FLOOR',
        path: ['tiers', name, 'brakes', kind, 'default'],
        message: `${given} is gentler than atLeast, ${brake.atLeast}, of the same kind, so that checks without onFail would be refused; write ${brake.atLeast} or a harder one`,
      };
    }
}

function* peopleDiffer({ roles, tiers = {} }: PolicySpec): Iterable<RuleFinding> {
  yield* peopleDifferIn(roles, ['roles']);
  for (const [name, tier] of Object.entries(tiers))
    yield* peopleDifferIn(tier.roles, ['tiers', name, 'roles']);
}

function* peopleDifferIn(roles: PolicySpec['roles'], path: YamlPath): Iterable<RuleFinding> {
  for (const role of ROLES) {
    const people = roles?.[role] ?? [];
    for (const [index, person] of people.entries()) {
      const first = people.findIndex((other) => other.toLowerCase() === person.toLowerCase());
      if (first < index)
        yield {
          code: 'OWNER_DUPLICATE',
          path: [...path, role, index],
          message: `${quote(person)} is ${formatPath([...path, role, first])} already; delete one of them`,
        };
    }
  }
}
