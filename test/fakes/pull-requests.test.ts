import { sha } from '../../src/core/units.ts';
import { describePullRequests } from '../adapters/pull-requests-contract.ts';
import { createFakePullRequests } from './pull-requests.ts';

describePullRequests('the fake', async () => {
  const pulls = createFakePullRequests();
  return {
    pulls,
    open: async () => {
      const head = sha('a'.repeat(40));
      return { number: pulls.open({ head }), head };
    },
    comment: async ({ pull, by, body }) =>
      pulls.comment({ pull, author: by === 'this tool' ? 'belay' : 'mona', body }),
    bodies: (pull) => pulls.comments.filter((one) => one.pull === pull).map(({ body }) => body),
    close: async () => undefined,
  };
});
