import type { Action } from '../judge/evidence.ts';
import type { Brake } from '../manifest/brake.ts';
import { brakeByMode } from '../manifest/brake-in.ts';
import type { Release } from '../manifest/release-schema.ts';

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
  release: Release,
): Brake {
  if (onFail !== undefined && actionOf(onFail) === action) return onFail;
  if (action !== 'rollback') return action;
  return brakeByMode(release);
}
