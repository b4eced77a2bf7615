import type { ForgeCost } from '../ports/forge.ts';
import type { People } from '../ports/people.ts';
import { type ForgeInput, gitHubOptions } from './open-github-forge.ts';

/** People of the repository on GitHub; what asks for them is loaded by the first question. */
export function openPeople(input: ForgeInput): People {
  let opening: Promise<People> | undefined;
  let opened: People | undefined;
  const open = async (): Promise<People> => {
    const { createGitHubPeople } = await import('../adapters/github/people.ts');
    return createGitHubPeople(await gitHubOptions(input));
  };
  const people = async (): Promise<People> => {
    opening ??= open();
    opened = await opening;
    return opened;
  };
  return {
    standingOf: async (login) => (await people()).standingOf(login),
    membershipIn: async (team, login) => (await people()).membershipIn(team, login),
    reviews: async (pull) => (await people()).reviews(pull),
    react: async (comment, reaction) => (await people()).react(comment, reaction),
    cost: () => opened?.cost() ?? { requests: 0, roundTrips: 0 },
  };
}

/** Two places that are asked one after the other. */
export function addCosts(one: ForgeCost, other: ForgeCost): ForgeCost {
  return { requests: one.requests + other.requests, roundTrips: one.roundTrips + other.roundTrips };
}
