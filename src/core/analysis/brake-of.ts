import type { Action } from '../judge/evidence.ts';
import type { Brake } from '../manifest/brake.ts';
import { isAgainstReference } from '../manifest/defaults.ts';
import { expandCheck } from '../manifest/expand-check.ts';
import type { CheckSpec, Release } from '../manifest/release-schema.ts';

/** What a brake is to the judgement: whether the check is one of those that may take the candidate back, which share the promise. */
export function actionOf(brake: Brake): Action {
  switch (brake) {
    case 'rollback':
    case 'fallback':
    case 'step-down':
      return 'rollback';
    case 'reduce':
    case 'pause':
    case 'hold':
      return 'hold';
    case 'notify':
      return 'notify';
  }
}

/**
 * How hard a check brakes: as it says itself, as far as its kind allows that, else as the release does.
 * @param action what the kind of check lets its failing do
 */
export function brakeOf(
  { action, onFail }: { readonly action: Action; readonly onFail?: Brake | undefined },
  { spec }: Release,
): Brake {
  if (onFail !== undefined && actionOf(onFail) === action) return onFail;
  if (action !== 'rollback') return action;
  const mode = spec.rollback?.mode ?? 'revert';
  return mode === 'revert' ? 'rollback' : mode;
}

/** The same of a check as it is written. */
export function brakeIn(check: CheckSpec, release: Release): Brake {
  if (check.kind === 'threshold') return brakeOf({ action: 'rollback' }, release);
  const asked = expandCheck(check);
  if (asked.kind === 'split') return 'hold';
  if (asked.kind === 'distribution' && isAgainstReference(asked)) return 'notify';
  return brakeOf({ action: actionOf(asked.onFail ?? 'rollback'), onFail: asked.onFail }, release);
}
