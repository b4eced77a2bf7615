import { createCaller } from '../../../src/adapters/github/caller.ts';
import { createMask } from '../../../src/adapters/github/mask.ts';
import type { Place } from '../../../src/adapters/github/place.ts';
import { instant, millis } from '../../../src/core/units.ts';

/** Login of the account that asks. */
export const LOGIN = 'belay[bot]';

/** A repository of which GitHub always tells the same, whatever it is asked: for answers that the lab never gives. */
export function createMutePlace(repository: unknown): Place {
  const data = { repository, viewer: { login: LOGIN } };
  const now = () => instant(0);
  const caller = createCaller({
    send: async () => ({ status: 200, headers: {}, data: { data } }),
    clock: { now, sleep: async () => undefined },
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    random: () => 0.5,
    mask: createMask('token'),
    deadline: () => new AbortController().signal,
    waitBudget: millis(0),
  });
  return {
    caller,
    owner: 'acme',
    name: 'models',
    defaultBranch: 'main',
    webUrl: 'https://github.com/acme/models',
    now,
    signs: true,
  };
}
