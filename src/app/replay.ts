import type { Assessment, Evaluation } from '../core/analysis/assessment.ts';
import { decide } from '../core/decision/decide.ts';
import type { Decision } from '../core/decision/decision.ts';
import type { Config } from '../core/manifest/config-schema.ts';
import { type PolicySpec, policyFor } from '../core/manifest/policy.ts';
import type { Release, VersionSpec } from '../core/manifest/release-schema.ts';
import { findStanding, type Rollout, recordedWeight } from '../core/plan/rollout.ts';
import { type Braked, EXPOSURE_REDUCED, PAUSED_BY_CHECK, STEP_DOWN } from '../core/record/braked.ts';
import type { ReleaseState } from '../core/record/release-state.ts';
import { versionRef } from '../core/record/version-ref.ts';
import type { RecordedPause } from '../core/record/watched.ts';
import { after, type Digest, type Instant, type Millis, type Percent } from '../core/units.ts';
import { evaluateRollout } from './evaluate.ts';
import { createHistory } from './history.ts';
import type { Providers } from './providers.ts';

/** What is replayed: this manifest's rollout, as if it had begun at `from` and been looked at ever since. */
export interface ReplayInput {
  readonly release: Release;
  /** What a tick would have obeyed; undefined: nothing. */
  readonly policy?: PolicySpec | undefined;
  /** The candidate is served by then; the first look is one `every` later. */
  readonly from: Instant;
  /** The last look is not after this. */
  readonly to: Instant;
  readonly every: Millis;
}

/** One look: what would have been decided then, with what was known then. */
export interface ReplayedLook {
  readonly at: Instant;
  /** Before the decision. */
  readonly weight: Percent;
  readonly decision: Decision;
  readonly assessment: Assessment;
}

/** A rollout, replayed. */
export interface Replay {
  readonly name: string;
  readonly stable: string;
  readonly candidate: string;
  readonly looks: readonly ReplayedLook[];
  /** Whether a check had an answer at any look; where none had, the rest says nothing about the candidate. */
  readonly isSeen: boolean;
  /** How it ended within the stretch. */
  readonly end: 'promoted' | 'rolled-back' | 'under-way';
}

/** What the evidence says at one moment of a rollout that is replayed. */
export type Judge = (evaluation: Evaluation) => Promise<Assessment>;

/** Judges by what the providers have of then, each question asked once for the whole stretch. */
export function judgeHistory(
  providers: Providers,
  {
    config,
    from,
    to,
    every,
  }: Pick<ReplayInput, 'from' | 'to' | 'every'> & { readonly config: Config | undefined },
): Judge {
  const history = createHistory(providers, { since: from, until: to, every });
  return async (evaluation) => (await evaluateRollout(history, { evaluation, config })).assessment;
}

/**
 * Decides again over a stretch of history, look by look, by the code of a tick and writing nothing. Weights are those that
 * would have been decided; the metrics are those that were, under whatever weights there were then.
 */
export async function replay(
  judge: Judge,
  { release, policy, from, to, every }: ReplayInput,
): Promise<Replay> {
  const { candidate, stable } = release.spec;
  const first = release.spec.rollout.steps[0];
  const looks: ReplayedLook[] = [];
  const replayed = {
    name: release.metadata.name,
    stable: stable.version,
    candidate: candidate?.version ?? '',
  };
  if (!candidate || !first) return { ...replayed, looks, isSeen: false, end: 'under-way' };
  let rollout: Rollout = { startedAt: from, transitions: [{ weight: first.weight, at: from }] };
  let pause: RecordedPause | undefined;
  let braked: Braked | undefined;
  let isSeen = false;
  for (let now = after(from, every); now <= to; now = after(now, every)) {
    const { weight } = recordedWeight(rollout);
    const then = withWeight(release, weight);
    const standing = findStanding(then, rollout);
    const assessment = await judge({ release: then, rollout, standing, now });
    const state = stateOf({ stable, candidate, rollout, pause, braked });
    const obeyed = policy && policyFor(policy, then);
    const decision = decide({ release: then, manifest: UNCHANGED, state, assessment, policy: obeyed, now });
    isSeen ||= assessment.checks.some(({ lastSeen }) => lastSeen !== undefined);
    looks.push({ at: now, weight, decision, assessment });
    if (decision.kind === 'promote') return { ...replayed, looks, isSeen, end: 'promoted' };
    if (decision.kind === 'rollback') return { ...replayed, looks, isSeen, end: 'rolled-back' };
    if (decision.kind === 'pause') pause = { at: now, code: decision.reasons[0].code, manifest: UNCHANGED };
    braked = brakedBy(decision, { assessment, now, braked });
    if (decision.kind === 'advance' || decision.kind === 'reduce') {
      const [begin, ...rest] = rollout.transitions;
      rollout = { ...rollout, transitions: [begin, ...rest, { weight: decision.to, at: now }] };
      pause = undefined;
    }
  }
  return { ...replayed, looks, isSeen, end: 'under-way' };
}

/** The brake after a decision; as the record would have it that is not written here. */
function brakedBy(
  { kind, reasons }: Decision,
  {
    assessment,
    now,
    braked,
  }: { readonly assessment: Assessment; readonly now: Instant; readonly braked: Braked | undefined },
): Braked | undefined {
  const [{ code }] = reasons;
  if (kind === 'advance') return undefined;
  if (kind === 'pause' && code === PAUSED_BY_CHECK)
    return { code, at: now, manifest: UNCHANGED, failedBefore: braked?.failedBefore };
  if (kind !== 'reduce') return braked;
  const failing = assessment.checks.filter(({ verdict }) => verdict === 'fail').map(({ name }) => name);
  const isStep = code === STEP_DOWN;
  return {
    code: isStep ? STEP_DOWN : EXPOSURE_REDUCED,
    at: now,
    manifest: UNCHANGED,
    failedBefore: isStep ? failing : braked?.failedBefore,
  };
}

/** Nobody edits the manifest during a replay: a pause for the deadline lasts. */
const UNCHANGED = 'sha256:replay' as Digest;

function withWeight(release: Release, weight: Percent): Release {
  return {
    ...release,
    spec: { ...release.spec, rollout: { ...release.spec.rollout, weight } },
  };
}

function stateOf({
  stable,
  candidate,
  rollout,
  pause,
  braked,
}: {
  readonly stable: VersionSpec;
  readonly candidate: VersionSpec;
  readonly rollout: Rollout;
  readonly pause: RecordedPause | undefined;
  readonly braked: Braked | undefined;
}): ReleaseState {
  return {
    sequence: 1,
    tip: null,
    newest: undefined,
    paths: [],
    good: [{ ref: versionRef(stable), record: 1 }],
    quarantined: [],
    takenBack: [],
    introduced: [],
    backends: new Map(),
    rollout,
    unfinished: versionRef(candidate),
    proposed: [],
    carried: 0,
    guarantee: undefined,
    pause,
    ordered: undefined,
    approval: undefined,
    moved: undefined,
    unmoved: [],
    braked,
    watched: undefined,
  };
}
