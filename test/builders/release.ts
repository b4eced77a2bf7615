import type { Assessment, CheckAssessment, Verdict } from '../../src/core/analysis/assessment.ts';
import { type Release, releaseSchema } from '../../src/core/manifest/release-schema.ts';
import type { Rollout, Transition } from '../../src/core/plan/rollout.ts';
import type { ReleaseState } from '../../src/core/record/release-state.ts';
import { type VersionRef, versionRef } from '../../src/core/record/version-ref.ts';
import { type Digest, digest, type Instant, instant, percent } from '../../src/core/units.ts';

/** 2026-11-21T08:00:00Z: when rollouts in tests begin. */
export const START = instant(Date.UTC(2026, 10, 21, 8));

/** `minutes` after START. */
export function minute(minutes: number): Instant {
  return instant(START + minutes * 60_000);
}

/** A digest that is all one hex digit. */
export function digestOf(digit: string): Digest {
  return digest(`sha256:${digit.repeat(64)}`);
}

export interface VersionInput {
  readonly version: string;
  readonly backend: string;
  readonly digit: string;
  /** What is written of its model, on top. */
  readonly model?: { readonly uri?: string; readonly digest?: string; readonly signature?: string };
}

export const STABLE: VersionInput = { version: '3.4.1', backend: 'scorer-a', digit: 'a' };
export const CANDIDATE: VersionInput = { version: '3.5.0', backend: 'scorer-b', digit: 'b' };

function writeVersion({ version, backend, digit, model }: VersionInput) {
  return {
    version,
    backend,
    artifacts: {
      model: { uri: `s3://models/scorer/${version}`, digest: `sha256:${digit.repeat(64)}`, ...model },
    },
  };
}

export interface ReleaseInput {
  readonly stable?: VersionInput;
  readonly candidate?: VersionInput | undefined;
  readonly weight?: number;
  readonly steps?: readonly {
    readonly weight: number;
    readonly hold: string;
    readonly approval?: 'required';
  }[];
  readonly deadline?: string;
  readonly watch?: string;
  readonly verify?: string;
  /** What else is said of going back. */
  readonly rollback?: Readonly<Record<string, string>>;
  readonly paused?: boolean;
  readonly checks?: readonly unknown[];
  readonly health?: Readonly<Record<string, unknown>>;
  readonly tier?: string;
  readonly waivers?: readonly unknown[];
}

export const ERRORS_CHECK = {
  name: 'errors',
  kind: 'proportion',
  provider: 'prod',
  bad: 'sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))',
  total: 'sum(increase(predict_total{version="{{version}}"}[{{window}}]))',
  tolerate: { relative: '10%' },
  limit: '5%',
};

/** A manifest as it is written: plain data. */
export function writeRelease(input: ReleaseInput = {}): Record<string, unknown> {
  const rollout = {
    strategy: 'canary',
    weight: input.weight ?? 0,
    ...(input.paused === undefined ? {} : { paused: input.paused }),
    steps: input.steps ?? [
      { weight: 1, hold: '30m' },
      { weight: 5, hold: '1h' },
      { weight: 25, hold: '2h' },
      { weight: 100, hold: '24h' },
    ],
    deadline: input.deadline ?? '72h',
    ...(input.watch === undefined ? {} : { watch: input.watch }),
  };
  return {
    apiVersion: 'belay.dev/v1',
    kind: 'Release',
    metadata: { name: 'scorer', owners: ['@acme/risk-ml'], runbook: 'docs/runbooks/scorer.md' },
    spec: {
      ...(input.tier === undefined ? {} : { tier: input.tier }),
      stable: writeVersion(input.stable ?? STABLE),
      ...(input.candidate ? { candidate: writeVersion(input.candidate) } : {}),
      rollout,
      health: { ...input.health, checks: input.checks ?? [ERRORS_CHECK] },
      targets: [{ kind: 'gateway-api', file: 'serving/scorer.yaml', route: 'scorer' }],
      ...(input.verify === undefined && input.rollback === undefined
        ? {}
        : {
            rollback: {
              mode: 'revert',
              ...(input.verify === undefined ? {} : { verify: input.verify }),
              ...input.rollback,
            },
          }),
      ...(input.waivers === undefined ? {} : { waivers: input.waivers }),
    },
  };
}

/** A manifest as it is read. */
export function buildRelease(input: ReleaseInput = {}): Release {
  return releaseSchema().parse(writeRelease(input));
}

/** A version by name and content. */
export function refOf(input: VersionInput): VersionRef {
  return versionRef(releaseSchema().parse(writeRelease({ stable: input })).spec.stable);
}

/** A rollout from weights and the minutes at which they were written. */
export function buildRollout(...steps: readonly (readonly [weight: number, atMinute: number])[]): Rollout {
  const [first, ...rest] = steps.map(
    ([weight, at]): Transition => ({ weight: percent(weight), at: minute(at) }),
  );
  return { startedAt: first!.at, transitions: [first!, ...rest] };
}

/** What records say; adopted on STABLE unless told otherwise. */
export function buildState(input: Partial<ReleaseState> = {}): ReleaseState {
  return {
    sequence: 1,
    tip: digestOf('1'),
    newest: undefined,
    good: [{ ref: refOf(STABLE), record: 1 }],
    quarantined: [],
    takenBack: [],
    introduced: [],
    backends: new Map(),
    rollout: undefined,
    proposed: [],
    paths: [],
    unfinished: undefined,
    carried: 0,
    guarantee: undefined,
    pause: undefined,
    ordered: undefined,
    approval: undefined,
    moved: undefined,
    unmoved: [],
    braked: undefined,
    watched: undefined,
    ...input,
  };
}

/** An assessment with one check per verdict given. */
export function buildAssessment(
  verdicts: Readonly<Record<string, Verdict>>,
  input: Partial<Assessment> = {},
): Assessment {
  const order: readonly Verdict[] = ['fail', 'error', 'no-data', 'inconclusive', 'pass'];
  const checks = Object.entries(verdicts).map(
    ([name, verdict]): CheckAssessment => ({
      name,
      verdict,
      action: 'rollback',
      brake: 'rollback',
      gating: true,
      sentence: `${name}: ${verdict}`,
      lastSeen: START,
      evidence: {
        kind: 'threshold',
        value: 1,
        max: 2,
        min: undefined,
        within: 1,
        beyond: 0,
        missing: 0,
        samples: undefined,
        minSamples: undefined,
      },
    }),
  );
  return {
    at: START,
    overall: order.find((verdict) => checks.some((check) => check.verdict === verdict)) ?? 'inconclusive',
    family: { logHarm: 0, threshold: 4.6 },
    lastSeen: START,
    checks,
    ...input,
  };
}
