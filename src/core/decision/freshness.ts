import type { CheckAssessment } from '../analysis/assessment.ts';
import { healthSettings } from '../manifest/defaults.ts';
import type { Release } from '../manifest/release-schema.ts';
import { elapsed, formatDuration, formatInstant, type Instant, type Millis, millis } from '../units.ts';
import type { Reason } from './decision.ts';

/** One scrape that failed must not keep a rollout where it is. */
const TICKS = 3;

/**
 * Which checks have proven enough, but saw the candidate last too long ago to raise its weight on it: it may have stopped answering
 * since. Evidence of harm has no such age.
 */
export function findStale(release: Release, checks: readonly CheckAssessment[], now: Instant): Reason[] {
  const { ingestDelay } = healthSettings(release);
  const age = freshFor(release);
  return checks.flatMap(({ name, gating, evidence, lastSeen, labelDelay = millis(0) }): Reason[] => {
    if (!gating || evidence.kind !== 'judged' || lastSeen === undefined) return [];
    if (elapsed(lastSeen, now) <= age + ingestDelay + labelDelay) return [];
    const text = `${name}: passes, but saw no traffic since ${formatInstant(lastSeen)}; nothing goes up on evidence older than ${formatDuration(age)}`;
    return [{ code: 'CHECK_NO_DATA', text }];
  });
}

/** How old evidence may be on which a weight is raised. */
function freshFor(release: Release): Millis {
  const { tick, noDataDeadline } = healthSettings(release);
  return millis(Math.max(TICKS * tick, noDataDeadline / 4));
}
