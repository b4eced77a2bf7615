import { systemClock } from '../adapters/system/clock.ts';
import { createFixedClock } from '../adapters/system/fixed-clock.ts';
import { createRunningClock } from '../adapters/system/running-clock.ts';
import { ToolError } from '../core/errors.ts';
import { type Instant, parseInstant } from '../core/units.ts';
import type { Clock } from '../ports/clock.ts';
import { type Flags, textFlag } from './command.ts';

/** The machine's clock, or one that stands where `--now` says. @throws ToolError REFUSED when that is no moment */
export function openClock(flags: Flags): Clock {
  const moment = momentOf(flags);
  return moment === undefined ? systemClock : createFixedClock(moment);
}

/** The same for what is timed: from `--now` on the clock runs. @throws ToolError REFUSED when that is no moment */
export function openRunningClock(flags: Flags): Clock {
  const moment = momentOf(flags);
  return moment === undefined ? systemClock : createRunningClock(moment);
}

function momentOf(flags: Flags): Instant | undefined {
  const now = textFlag(flags, 'now');
  if (now === undefined) return undefined;
  const moment = parseInstant(now);
  if (moment !== undefined) return moment;
  throw new ToolError({
    code: 'REFUSED',
    message: `--now: expected a moment in UTC like 2026-11-21T08:05:00Z, got "${now}"`,
  });
}
