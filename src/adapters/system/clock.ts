import { instant } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';

/** Node fires a longer timer at once. Source: Node.js docs, setTimeout: delay above 2147483647 is set to 1. */
const LONGEST_TIMER = 2_147_483_647;

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => instant(Date.now()),
  async sleep(length, until) {
    for (let rest: number = length; rest > 0 && !until?.aborted; rest -= LONGEST_TIMER)
      await pause(Math.min(rest, LONGEST_TIMER), until);
  },
};

function pause(length: number, until: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      until?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, length);
    until?.addEventListener('abort', end);
  });
}
