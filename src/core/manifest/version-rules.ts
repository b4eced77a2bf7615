import { quote } from '../yaml/yaml-path.ts';
import { isMovingName } from './artifact-uri.ts';
import { valueAt } from './describe-value.ts';
import type { VersionDraft } from './draft.ts';
import { findPromotionObstacle } from './edit-manifest.ts';
import type { Rule } from './rule.ts';

const CANDIDATE = ['spec', 'candidate'] as const;

/** A candidate is something else than stable: by name, by where it runs and by what it is made of. */
export const candidateDiffers: Rule = function* ({ draft: { stable, candidate } }) {
  if (!candidate) return;
  if (candidate.version !== undefined && candidate.version === stable.version)
    yield {
      code: 'VERSION_UNCHANGED',
      path: [...CANDIDATE, 'version'],
      message: `must differ from stable, got ${quote(candidate.version)} in both; give the candidate its own version`,
    };
  if (candidate.backend !== undefined && candidate.backend === stable.backend)
    yield {
      code: 'BACKEND_SHARED',
      path: [...CANDIDATE, 'backend'],
      message: `must differ from stable, got ${quote(candidate.backend)} in both; a version keeps its own backend for life`,
    };
  if (hasSameContent(stable, candidate))
    yield {
      code: 'ARTIFACTS_UNCHANGED',
      path: [...CANDIDATE, 'artifacts'],
      what: 'key',
      message: 'at least one digest must differ from stable, got the same artifacts in both; pin what is new',
    };
};

function hasSameContent({ artifacts: old }: VersionDraft, { artifacts: now }: VersionDraft): boolean {
  if (!old || !now) return false;
  const names = Object.keys(old);
  return (
    names.length === Object.keys(now).length &&
    names.every((name) => Object.hasOwn(now, name) && now[name]?.digest === old[name]?.digest)
  );
}

/** A version is one content for ever, and a name that is made to be moved says the opposite. */
export const versionsStay: Rule = function* ({ draft }) {
  for (const role of ['stable', 'candidate'] as const) {
    const version = draft[role]?.version;
    if (version === undefined || !isMovingName(version)) continue;
    yield {
      code: 'ML-01',
      path: ['spec', role, 'version'],
      message: `must be the name of one content for ever, got ${quote(version)}, which is moved from one to the next; write the version, like 3.5.0`,
    };
  }
};

/** What cannot be promoted in place is said before the rollout begins, not at its end. */
export const promotionIsWritable: Rule = function* ({ draft: { candidate }, source }) {
  const stable = valueAt(source.value, ['spec', 'stable']);
  if (!candidate || typeof stable !== 'object' || stable === null) return;
  const obstacle = findPromotionObstacle(source);
  if (obstacle) yield { code: 'PROMOTION_NOT_WRITABLE', path: ['spec', 'stable'], ...obstacle };
};
