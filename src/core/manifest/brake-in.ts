import type { Brake } from './brake.ts';
import { isAgainstReference } from './defaults.ts';
import { expandCheck } from './expand-check.ts';
import type { CheckSpec, Release } from './release-schema.ts';

/** How hard a check of a manifest brakes: as it says itself, as far as its kind allows that, else as the release does. */
export function brakeIn(check: CheckSpec, release: Release): Brake {
  if (check.kind === 'threshold') return brakeByMode(release);
  const asked = expandCheck(check);
  if (asked.kind === 'split') return 'hold';
  if (asked.kind === 'distribution' && isAgainstReference(asked)) return 'notify';
  return asked.onFail ?? brakeByMode(release);
}

/** How a release goes back where a check does not say it. */
export function brakeByMode({ spec }: Release): Brake {
  const mode = spec.rollback?.mode ?? 'revert';
  return mode === 'revert' ? 'rollback' : mode;
}

/** The hardest brake that a check can have: what cannot be the fault of the candidate takes nothing back. */
export function hardestOf(check: CheckSpec): Brake {
  if (check.kind === 'threshold') return 'rollback';
  const asked = expandCheck(check);
  if (asked.kind === 'split') return 'hold';
  if (asked.kind === 'distribution' && isAgainstReference(asked)) return 'notify';
  return check.kind === 'drift' && check.of === 'features' ? 'reduce' : 'rollback';
}

/** Whether the rollout waits for a check. One that only notifies holds nothing, whatever it says of `required`. */
export function isGate(check: CheckSpec): boolean {
  const onFail = 'onFail' in check ? check.onFail : undefined;
  return check.required !== false && onFail !== 'notify' && hardestOf(check) !== 'notify';
}

/** Whether a check is of a kind, or is asked as it. */
export function isAskedAs(check: CheckSpec, kind: CheckSpec['kind']): boolean {
  if (check.kind === kind) return true;
  // a plain comparison of bad events is the question of errors
  if (check.kind === 'proportion') return kind === 'errors';
  return check.kind !== 'threshold' && expandCheck(check).kind === kind;
}
