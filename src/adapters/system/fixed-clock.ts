import { type Instant, instant } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';

/** A clock that stands at `start` and moves only when somebody sleeps: for replays, dry runs in the past and the demo. */
export function createFixedClock(start: Instant): Clock {
  let current = start;
  return {
    now: () => current,
    sleep(length, until) {
      if (!until?.aborted) current = instant(current + length);
      return Promise.resolve();
    },
  };
}
