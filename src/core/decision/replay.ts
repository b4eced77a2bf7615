import { assess } from '../analysis/assess.ts';
import type { Assessment, Evaluation } from '../analysis/assessment.ts';
import type { AbsenceReason, MetricsRequest, Observation } from '../analysis/observation.ts';
import { ToolError } from '../errors.ts';
import { type PolicySpec, policyFor } from '../manifest/policy.ts';
import type { Release } from '../manifest/release-schema.ts';
import { findStanding, type Rollout } from '../plan/rollout.ts';
import type { BelayRecord } from '../record/record-schema.ts';
import type { ReleaseState } from '../record/release-state.ts';
import { millis } from '../units.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';

type RecordedObservation = NonNullable<BelayRecord['evidence']>['observations'][number];

/** What was decided, decided again from the record alone. */
export interface Replay {
  readonly decision: Decision;
  readonly assessment: Assessment | undefined;
}

/**
 * Decides again what a record says was decided.
 * @param release the manifest as it was before (its digest is `record.manifest.before`)
 * @param state what the records before this one say
 * @param config the config at the commit that was decided on, `record.base`; its policy is obeyed again
 */
export function replayRecord(
  record: BelayRecord,
  release: Release,
  { state, config }: { readonly state: ReleaseState; readonly config?: PolicySpec | undefined },
): Replay {
  const rollout = readRollout(record);
  const assessment =
    rollout && record.evidence
      ? assessAgain(record, { release, rollout, carried: state.carried })
      : undefined;
  const manifest = record.manifest.before ?? record.manifest.after;
  const policy = config && policyFor(config, release);
  const decision = decide({
    release,
    manifest,
    state: { ...state, rollout },
    assessment,
    policy,
    now: record.at,
  });
  return { decision, assessment };
}

function readRollout(record: BelayRecord): Rollout | undefined {
  const [first, ...rest] = record.rollout?.transitions ?? [];
  return record.rollout && first
    ? { startedAt: record.rollout.startedAt, transitions: [first, ...rest] }
    : undefined;
}

function assessAgain(
  record: BelayRecord,
  {
    release,
    rollout,
    carried,
  }: { readonly release: Release; readonly rollout: Rollout; readonly carried: number },
): Assessment {
  const evaluation: Evaluation = {
    release,
    rollout,
    carried,
    standing: findStanding(release, rollout),
    now: record.at,
  };
  const observations = (record.evidence?.observations ?? []).map(
    (item) => [item.id, readObservation(item)] as const,
  );
  return assess(evaluation, new Map(observations));
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
