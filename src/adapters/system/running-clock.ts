import { type Instant, instant } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';

/**
 * A clock that is set to `start` and runs on from there, while a sleep moves it instead of waiting: for what is timed at a moment that
 * somebody named.
 * @param steady milliseconds that never go back; default: the machine's
 */
export function createRunningClock(start: Instant, steady = () => performance.now()): Clock {
  const began = steady();
  let slept = 0;
  return {
    now: () => instant(start + slept + Math.floor(steady() - began)),
    sleep(length, until) {
      if (!until?.aborted) slept += length;
      return Promise.resolve();
    },
  };
}
