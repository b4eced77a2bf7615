/**
 * How hard a failing check brakes, hardest first. `rollback`: back to the newest good version, at once. `fallback`: back to the one
 * that the manifest names. `step-down`: the declared steps down, while the checks are watched. `reduce`: to the first step, and a
 * person decides. `pause`: stays, and a person decides. `hold`: stays while it fails. `notify`: is only said.
 */
export const BRAKES = ['rollback', 'fallback', 'step-down', 'reduce', 'pause', 'hold', 'notify'] as const;

/** What a failing check does. */
export type Brake = (typeof BRAKES)[number];

/** The harder of two brakes. */
export function harder(a: Brake, b: Brake): Brake {
  return BRAKES.indexOf(a) <= BRAKES.indexOf(b) ? a : b;
}
