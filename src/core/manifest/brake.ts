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

/**
 * Brakes that a floor can ask for. `fallback` is none of its own: both it and `rollback` leave the candidate without traffic at once,
 * and to which good version is for the manifest to say. A floor of `notify` would ask for nothing.
 */
export const FLOOR_BRAKES = [
  'rollback',
  'step-down',
  'reduce',
  'pause',
  'hold',
] as const satisfies readonly Brake[];

/**
 * Brakes that a tier can give to checks which name none. `fallback` and `step-down` are ways of a release to go back, and need more
 * words of its manifest: where to, and how long on each step.
 */
export const TIER_BRAKES = [
  'rollback',
  'reduce',
  'pause',
  'hold',
  'notify',
] as const satisfies readonly Brake[];

/** Checks, by name, whose `onFail` is their tier's and does not stand in the manifest. */
export interface TierBrakes {
  readonly tier: string;
  readonly checks: readonly string[];
}

/** Whether a brake leaves a failing candidate more traffic, or for longer, than another one would. */
export function isGentler(a: Brake, b: Brake): boolean {
  return exposureLeft(a) > exposureLeft(b);
}

function exposureLeft(brake: Brake): number {
  return brake === 'fallback' ? exposureLeft('rollback') : BRAKES.indexOf(brake);
}
