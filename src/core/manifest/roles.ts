import { CONFIG_PATH, type Config } from './config-schema.ts';
import type { Release } from './release-schema.ts';

/** What people may be named for. */
export const ROLES = ['approve', 'override', 'rollback', 'unquarantine'] as const;
export type Role = (typeof ROLES)[number];

/** The part of the config that names people. */
type RoleConfig = Pick<Config, 'roles' | 'tiers' | 'defaultTier'>;

/** People who have a role, by login and team, and where that stands. */
export interface RoleList {
  readonly people: readonly string[];
  readonly from: string;
}

/** Where it stands who has a role when the config names nobody. */
export const OWNERS = 'metadata.owners';

/**
 * Who has a role for a release: those whom its tier names, or else the whole config, or else the owners of the release, so that
 * nobody has it where nobody is named.
 * @param source what messages call the config
 */
export function listRole(
  config: RoleConfig,
  { metadata, spec }: Release,
  role: Role,
  source = CONFIG_PATH,
): RoleList {
  const tier = spec.tier ?? config.defaultTier;
  const tiers = config.tiers ?? {};
  const floor = tier !== undefined && Object.hasOwn(tiers, tier) ? tiers[tier] : undefined;
  const ofTier = floor?.roles?.[role];
  if (ofTier) return { people: ofTier, from: `tiers.${tier}.roles.${role} of ${source}` };
  const ofAll = config.roles?.[role];
  if (ofAll) return { people: ofAll, from: `roles.${role} of ${source}` };
  return { people: metadata.owners ?? [], from: OWNERS };
}

/**
 * Who has a role for a release whose manifest cannot be read, so that nobody knows its tier or its owners: those whom every list of
 * the config names that there is. Without any nobody.
 */
export function listRoleBlindly(config: RoleConfig, role: Role): readonly RoleList[] {
  const lists = [
    { people: config.roles?.[role], from: `roles.${role} of ${CONFIG_PATH}` },
    ...Object.entries(config.tiers ?? {}).map(([tier, { roles }]) => ({
      people: roles?.[role],
      from: `tiers.${tier}.roles.${role} of ${CONFIG_PATH}`,
    })),
  ];
  const named = lists.flatMap(({ people, from }) => (people ? [{ people, from }] : []));
  return named.length > 0 ? named : [{ people: [], from: `roles.${role} of ${CONFIG_PATH}` }];
}
