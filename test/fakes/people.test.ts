import { sha } from '../../src/core/units.ts';
import { describePeople } from '../adapters/people-contract.ts';
import { createFakePeople } from './people.ts';

const HEAD = sha('a'.repeat(40));

describePeople('the fake', async () => {
  const people = createFakePeople();
  let accounts = 100;
  const authorOf = (login: string) => ({ login, id: login.length, isPerson: true });
  return {
    people,
    allow: (login, role) => {
      accounts += 1;
      people.allow(login, role, accounts);
      return accounts;
    },
    setTeam: people.setTeam,
    open: async () => ({ number: 1, head: HEAD }),
    review: async (pull, login, state) =>
      void people.review(pull, { author: authorOf(login), state, commit: HEAD }),
    dismiss: async (pull, login) =>
      void people.review(pull, { author: authorOf(login), state: 'dismissed', commit: HEAD }),
    comment: async () => 7,
    reactions: (comment) =>
      people.reactions.filter((one) => one.comment === comment).map(({ reaction }) => reaction),
    close: async () => undefined,
  };
});
