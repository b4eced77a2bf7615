import type { Membership, People, PersonStanding, Reaction, Review } from '../../src/ports/people.ts';

/** People in memory, and the hands of everybody who changes what they may do. */
export interface FakePeople extends People {
  /** Oldest first. */
  readonly reactions: readonly { readonly comment: number; readonly reaction: Reaction }[];
  /** What somebody may do; a role that may push is one of write, maintain and admin. */
  allow(login: string, role: string, id: number): void;
  /** Whom a team holds; null: the token may not see it. */
  setTeam(team: string, logins: readonly string[] | null): void;
  /** Gives the number of the review, which no other one has. */
  review(pull: number, review: Omit<Review, 'id'>): number;
  /** Everything is answered with this from now on; undefined: with what is known. */
  breakWith(fault: Error | undefined): void;
}

export function createFakePeople(): FakePeople {
  const standings = new Map<string, PersonStanding>();
  const teams = new Map<string, readonly string[] | null>();
  const reviews = new Map<number, Review[]>();
  const reactions: { comment: number; reaction: Reaction }[] = [];
  let requests = 0;
  let given = 0;
  let fault: Error | undefined;
  const ask = (): void => {
    requests += 1;
    if (fault) throw fault;
  };
  return {
    reactions,
    allow(login, role, id) {
      const canWrite = ['write', 'maintain', 'admin'].includes(role);
      standings.set(login, { kind: 'known', role, canWrite, id });
    },
    setTeam: (team, logins) => void teams.set(team, logins),
    review(pull, review) {
      given += 1;
      reviews.set(pull, [...(reviews.get(pull) ?? []), { ...review, id: given }]);
      return given;
    },
    breakWith(next) {
      fault = next;
    },
    async standingOf(login) {
      ask();
      return standings.get(login) ?? { kind: 'unknown', reason: 'HTTP 404: Not Found' };
    },
    async membershipIn(team, login): Promise<Membership> {
      ask();
      if (teams.get(team)?.includes(login)) return { kind: 'member' };
      return { kind: 'unknown', reason: 'HTTP 404: Not Found' };
    },
    async reviews(pull) {
      ask();
      return reviews.get(pull) ?? [];
    },
    async react(comment, reaction) {
      ask();
      if (!reactions.some((one) => one.comment === comment && one.reaction === reaction))
        reactions.push({ comment, reaction });
    },
    cost: () => ({ requests, roundTrips: requests }),
  };
}
