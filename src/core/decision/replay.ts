import { assess } from '../analysis/assess.ts';
import type { Assessment } from '../analysis/assessment.ts';
import type { AbsenceReason, MetricsRequest, Observation } from '../analysis/observation.ts';
import { ToolError } from '../errors.ts';
import type { Config } from '../manifest/config-schema.ts';
import { type PolicySpec, policyFor } from '../manifest/policy.ts';
import type { Release } from '../manifest/release-schema.ts';
import { withTierBrakes } from '../manifest/tier-brakes.ts';
import type { Rollout } from '../plan/rollout.ts';
import type { BelayRecord } from '../record/record-schema.ts';
import type { ReleaseState } from '../record/release-state.ts';
import { sameDeployment, versionRef } from '../record/version-ref.ts';
import { type Digest, millis } from '../units.ts';
import { type DecisionInput, decide } from './decide.ts';
import type { Decision, Reason, ReasonCode } from './decision.ts';
import { planServed, readServed } from './served-share.ts';
import { assessRestored, besideBad, evaluationOf, lookedAfter } from './watch.ts';

type RecordedObservation = NonNullable<BelayRecord['evidence']>['observations'][number];

/** What was decided, decided again from the record alone. */
export interface Replay {
  readonly decision: Decision;
  readonly assessment: Assessment | undefined;
}

/**
 * Decides again what a record says was decided.
 * @param written the manifest as it was before (its digest is `record.manifest.before`)
 * @param state what the records before this one say
 * @param config the config at the commit that was decided on, `record.base`; its policy is obeyed again, the brakes of the tier with it, and
 *   its providers held against those of the start
 */
export function replayRecord(
  record: BelayRecord,
  written: Release,
  {
    state,
    config,
  }: {
    readonly state: ReleaseState;
    readonly config?: (PolicySpec & Partial<Pick<Config, 'providers'>>) | undefined;
  },
): Replay {
  const release = withTierBrakes(written, config);
  const then = { ...state, rollout: isOfCandidate(record, release) ? readRollout(record) : undefined };
  const manifest = record.manifest.before ?? record.manifest.after;
  const seen = seeAgain(record, manifest, { release, state: then });
  const policy = config && policyFor(config, release);
  const decision = decide({
    release,
    manifest,
    state: then,
    ...seen,
    policy,
    sources: config?.providers,
    unwritable: readReason(record, 'STEP_NOT_WRITABLE'),
    stuck: readReason(record, 'NOTHING_TO_RESTORE'),
    now: record.at,
  });
  return { decision, assessment: seen.assessment };
}

/** What stood in the way of another decision; it is of the files, which are not in the record. */
function readReason({ decision }: BelayRecord, code: ReasonCode): Reason | undefined {
  const found = decision.reasons.find((reason) => reason.code === code);
  return found && { code, text: found.text };
}

/** What the recorded observations said, by the judgement of the day. */
function seeAgain(
  record: BelayRecord,
  manifest: Digest,
  { release, state }: { readonly release: Release; readonly state: ReleaseState },
): Pick<DecisionInput, 'assessment' | 'served'> {
  const evaluation = evaluationOf(release, state, { manifest, now: record.at });
  if (!evaluation || !record.evidence) return { assessment: undefined };
  const observations = new Map(
    record.evidence.observations.map((item) => [item.id, readObservation(item)] as const),
  );
  const watched = lookedAfter(state);
  if (watched?.kind !== 'restored') return { assessment: assess(evaluation, observations) };
  const asked = planServed(besideBad(release, watched), evaluation);
  return {
    assessment: assessRestored(evaluation, observations),
    served: readServed(evaluation, asked, observations),
  };
}

/** A version that is left after its promotion brings its rollout along, which is not that of a candidate that waits. */
function isOfCandidate({ candidate }: BelayRecord, { spec }: Release): boolean {
  return !!candidate && !!spec.candidate && sameDeployment(candidate, versionRef(spec.candidate));
}

function readRollout(record: BelayRecord): Rollout | undefined {
  const [first, ...rest] = record.rollout?.transitions ?? [];
  return record.rollout && first
    ? { startedAt: record.rollout.startedAt, transitions: [first, ...rest] }
    : undefined;
}

/** A recorded observation as the provider gave it. @throws ToolError REFUSED when its values were left out of the record */
export function readObservation(item: RecordedObservation): Observation {
  const { outcome } = item;
  if (outcome.kind === 'omitted') {
    throw new ToolError({
      code: 'REFUSED',
      message: `observation "${item.id}": its ${outcome.points} values were left out of the record, which would have been too large; ask the provider again`,
    });
  }
  return {
    provider: item.provider,
    request: readRequest(item.request),
    fetchedAt: item.fetchedAt,
    outcome: outcome.kind === 'absent' ? { ...outcome, reason: outcome.reason as AbsenceReason } : outcome,
  };
}

function readRequest(request: RecordedObservation['request']): MetricsRequest {
  if (request.kind === 'instant') return request;
  return { ...request, grid: { ...request.grid, step: millis(request.grid.step) } };
}
