import type { Config } from '../manifest/config-schema.ts';
import type { Release } from '../manifest/release-schema.ts';
import { listRole, listRoleBlindly, type Role, type RoleList } from '../manifest/roles.ts';
import type { OrderName } from '../record/order-schema.ts';
import type { Command } from './command.ts';

/** Roles of which one is enough. To stop is allowed to whoever may go on or go back. */
export const ROLES_FOR: Readonly<Record<OrderName, readonly Role[]>> = {
  pause: ['rollback', 'approve'],
  resume: ['approve'],
  approve: ['approve'],
  abort: ['rollback'],
  rollback: ['rollback'],
  'looks-wrong': ['rollback', 'approve'],
  'lift-quarantine': ['unquarantine'],
};

const BRAKES: ReadonlySet<OrderName> = new Set<OrderName>(['pause', 'looks-wrong', 'abort', 'rollback']);

/** Whether an order takes nobody onto a version: it stops what goes up, or goes back. */
export function isBrake({ name }: Pick<Command, 'name'>): boolean {
  return BRAKES.has(name);
}

/** A role that lets somebody give a command: each of the lists must name that person. */
export interface Claim {
  readonly role: Role;
  readonly lists: readonly RoleList[];
}

/** What gives somebody the right to a command; one of them is enough. @param release undefined: its manifest cannot be read */
export function claimsFor(
  { name }: Pick<Command, 'name'>,
  config: Config,
  release: Release | undefined,
): readonly Claim[] {
  return ROLES_FOR[name].map((role) => ({
    role,
    lists: release ? [listRole(config, release, role)] : listRoleBlindly(config, role),
  }));
}

/** Whether a list names a login itself. GitHub's logins are the same in capitals. */
export function namesLogin({ people }: RoleList, login: string): boolean {
  return people.some((one) => one.toLowerCase() === `@${login.toLowerCase()}`);
}

/** The teams that a list names, as `org/team`. */
export function teamsIn({ people }: RoleList): readonly string[] {
  return people.filter((one) => one.includes('/')).map((one) => one.slice(1));
}

/** What a claim asks for, for people: `role approve (@ana, @acme/risk-ml: roles.approve of .belay/config.yaml)`. */
export function describeClaims(claims: readonly Claim[]): string {
  const describe = ({ people, from }: RoleList): string => `${people.join(', ') || 'nobody'}: ${from}`;
  return claims.map(({ role, lists }) => `role ${role} (${lists.map(describe).join('; and ')})`).join(' or ');
}
