import type { Role } from '../../src/core/manifest/roles.ts';
import type { OrderName } from '../../src/core/record/order-schema.ts';

/** People who order things, what the forge lets them do, and what the config names them for. */
export interface Person {
  /** Number of the account. */
  readonly id: number;
  /** In the repository. */
  readonly permission: 'read' | 'write' | 'admin';
  readonly roles: readonly Role[];
}

export const PERSONS = {
  /** May everything. */
  ana: { id: 7, permission: 'write', roles: ['approve', 'rollback', 'unquarantine', 'override'] },
  /** May stop and go on, and not go back. */
  cleo: { id: 8, permission: 'write', roles: ['approve'] },
  /** May stop and go back, and not go on. */
  dan: { id: 9, permission: 'write', roles: ['rollback'] },
  /** Has every role and may not push. */
  eve: { id: 10, permission: 'read', roles: ['approve', 'rollback', 'unquarantine', 'override'] },
  /** May push and is named nowhere. */
  bob: { id: 11, permission: 'admin', roles: [] },
} as const satisfies Readonly<Record<string, Person>>;

export type PersonName = keyof typeof PERSONS;

/** The table of docs/commands.md, written a second time on purpose. */
const NEEDED: Readonly<Record<OrderName, readonly Role[]>> = {
  pause: ['rollback', 'approve'],
  'looks-wrong': ['rollback', 'approve'],
  resume: ['approve'],
  approve: ['approve'],
  abort: ['rollback'],
  rollback: ['rollback'],
  'lift-quarantine': ['unquarantine'],
};

/** Whether somebody may order this, by what the world knows of them. */
export function mayOrder(name: PersonName, order: OrderName): boolean {
  const { permission, roles }: Person = PERSONS[name];
  return permission !== 'read' && NEEDED[order].some((role) => roles.includes(role));
}

/** The part of the config that names them. */
export function writeRoles(): string {
  const named = (role: Role): string =>
    Object.entries<Person>(PERSONS)
      .filter(([, { roles }]) => roles.includes(role))
      .map(([name]) => `"@${name}"`)
      .join(', ');
  const roles = (['approve', 'override', 'rollback', 'unquarantine'] as const).map(
    (role) => `${role}: [${named(role)}]`,
  );
  return `roles: {${roles.join(', ')}}\ncommands: {issue: ${ISSUE}}\n`;
}

/** Number of the issue on which comments are read as well. */
export const ISSUE = 900;
