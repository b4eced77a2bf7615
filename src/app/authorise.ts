import { type Claim, describeClaims, namesLogin, teamsIn } from '../core/command/claims.ts';
import { refuseCommand } from '../core/command/command.ts';
import { ToolError } from '../core/errors.ts';
import type { People } from '../ports/people.ts';

/** An account: what it is called now, and its number, by which it is known. */
export interface Person {
  readonly login: string;
  readonly id: number;
}

/**
 * Whether somebody may do what one of the claims lets do: push to this repository, and have the role. What the forge does not tell is
 * no yes.
 * @throws ToolError REFUSED (SEC-18) that says what is asked for
 */
export async function authorise(people: People, person: Person, claims: readonly Claim[]): Promise<void> {
  const needs = `needs write and ${describeClaims(claims)}`;
  const standing = await ask(`permission of @${person.login}`, () => people.standingOf(person.login));
  if (standing.kind === 'unknown')
    throw refuseCommand(`@${person.login}: GitHub does not tell a permission (${standing.reason}); ${needs}`);
  if (standing.id !== person.id)
    throw refuseCommand(
      `@${person.login} is account ${standing.id} now, and account ${person.id} asked; the login changed hands. ${needs}`,
    );
  const has = `@${person.login} has permission "${standing.role}"`;
  if (!standing.canWrite) throw refuseCommand(`${has}; ${needs}`);
  const unseen: string[] = [];
  for (const claim of claims) if (await holds(people, person, claim, unseen)) return;
  const doubt = unseen.length === 0 ? '' : ` (${[...new Set(unseen)].join('; ')})`;
  throw refuseCommand(`${has} and not the role; ${needs}${doubt}`);
}

async function holds(
  people: People,
  { login }: Person,
  { lists }: Claim,
  unseen: string[],
): Promise<boolean> {
  for (const list of lists) {
    if (namesLogin(list, login)) continue;
    let isMember = false;
    for (const team of teamsIn(list)) {
      const membership = await ask(`membership of @${login}`, () => people.membershipIn(team, login));
      if (membership.kind === 'member') isMember = true;
      if (membership.kind === 'unknown')
        unseen.push(
          `GitHub does not say that @${login} is in @${team}: ${membership.reason}. To see teams, the token needs "members: read" of the organisation, which GITHUB_TOKEN cannot have`,
        );
      if (isMember) break;
    }
    if (!isMember) return false;
  }
  return true;
}

/** A forge that is down refuses, and says that it is down. */
async function ask<T>(what: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (fault) {
    if (!(fault instanceof ToolError) || fault.code === 'BUG') throw fault;
    throw refuseCommand(
      `the ${what} could not be asked for, and without it nothing is done: ${fault.message}`,
    );
  }
}
