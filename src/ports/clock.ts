import type { Instant, Millis } from '../core/units.ts';

/** Time as an argument: the system's, or a virtual one. */
export interface Clock {
  now(): Instant;
  /** Resolves after `length`, or at once when `until` is aborted; a virtual clock moves itself instead of waiting. */
  sleep(length: Millis, until?: AbortSignal): Promise<void>;
}
