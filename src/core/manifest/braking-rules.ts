import { formatDuration } from '../units.ts';
import { quote } from '../yaml/yaml-path.ts';
import type { Brake } from './brake.ts';
import { HEALTH_DEFAULTS } from './defaults.ts';
import { valueAt } from './describe-value.ts';
import type { CheckDraft, Draft } from './draft.ts';
import type { Rule } from './rule.ts';

const ROLLBACK = ['spec', 'rollback'] as const;
const FALLBACK = [...ROLLBACK, 'fallback'] as const;

/** Whoever falls back says where to, and nobody says it in vain. */
export const fallbackIsNamed: Rule = function* ({ draft, source }) {
  const users = placesOf(draft, 'fallback');
  if (valueAt(source.value, FALLBACK) === undefined) {
    for (const path of users)
      yield {
        code: 'FALLBACK_MISSING',
        path,
        message: 'needs to know where to; write rollback.fallback: the name of a version that is good',
      };
    return;
  }
  if (users.length === 0 && isWhole(draft))
    yield {
      code: 'FALLBACK_UNUSED',
      path: FALLBACK,
      what: 'key',
      message: 'is used by nothing; write mode: fallback, or onFail: fallback in a check, or remove it',
    };
  const { fallback, candidate } = draft;
  if (fallback !== undefined && fallback === candidate?.version)
    yield {
      code: 'FALLBACK_IS_CANDIDATE',
      path: FALLBACK,
      message: `${quote(fallback)} is the candidate, which would be taken back; name a version that has served well`,
    };
};

/** A step on the way down is long enough to show something, and there is such a way. */
export const everyFits: Rule = function* ({ draft }) {
  const { every } = draft;
  if (every === undefined) return;
  const path = [...ROLLBACK, 'every'];
  const tick = draft.tick ?? HEALTH_DEFAULTS.tick;
  if (every < tick)
    yield {
      code: 'EVERY_TOO_SHORT',
      path,
      message: `must be at least one tick, ${formatDuration(tick)}, got ${formatDuration(every)}; nothing would be seen of a lower weight`,
    };
  if (placesOf(draft, 'step-down').length === 0 && isWhole(draft))
    yield {
      code: 'EVERY_UNUSED',
      path,
      what: 'key',
      message: 'is used by nothing; write mode: step-down, or onFail: step-down in a check, or remove it',
    };
};

/** Where a manifest asks for a brake. */
function placesOf({ mode, checks }: Draft, brake: Brake): readonly (readonly (string | number)[])[] {
  return [
    ...(mode === brake ? [[...ROLLBACK, 'mode']] : []),
    ...checks.flatMap((check, index) =>
      onFailOf(check) === brake ? [['spec', 'health', 'checks', index, 'onFail']] : [],
    ),
  ];
}

/** Every part that could ask for a brake is sound. */
function isWhole({ mode, checks }: Draft): boolean {
  return mode !== undefined && checks.every(({ spec }) => spec !== undefined);
}

function onFailOf({ spec }: CheckDraft): Brake | undefined {
  return spec && 'onFail' in spec ? spec.onFail : undefined;
}
