import type { LabClock } from './options.ts';

/** Where a virtual clock begins unless told otherwise. */
export const LAB_EPOCH = Date.parse('2026-11-01T00:00:00Z');

/** A clock that stands still until a test moves it. */
export class VirtualClock implements LabClock {
  #now: number;

  constructor(start: number = LAB_EPOCH) {
    this.#now = start;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#now;
  }

  /** Moves on by so many milliseconds. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

/** The way GitHub writes a moment: ISO 8601 in UTC, whole seconds. */
export function isoSeconds(moment: number): string {
  return `${new Date(moment).toISOString().slice(0, 19)}Z`;
}
