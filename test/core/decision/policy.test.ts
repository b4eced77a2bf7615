import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/adapters/system/sha256.ts';
import type { Assessment, CheckEvidence } from '../../../src/core/analysis/assessment.ts';
import { buildChange } from '../../../src/core/change/build-change.ts';
import { type DecisionInput, decide } from '../../../src/core/decision/decide.ts';
import { type Decision, needsPerson, type ReasonCode } from '../../../src/core/decision/decision.ts';
import { replayRecord } from '../../../src/core/decision/replay.ts';
import { configSchema } from '../../../src/core/manifest/config-schema.ts';
import { type PolicySpec, policyFor } from '../../../src/core/manifest/policy.ts';
import { RecordSchema } from '../../../src/core/record/record-schema.ts';
import { versionRef } from '../../../src/core/record/version-ref.ts';
import { sha } from '../../../src/core/units.ts';
import {
  buildAssessment,
  buildRelease,
  buildRollout,
  buildState,
  CANDIDATE,
  digestOf,
  minute,
  type ReleaseInput,
  STABLE,
} from '../../builders/release.ts';

/** A config with a policy; tests begin on a Saturday at 08:00 UTC. */
function config(policy: Record<string, unknown>): PolicySpec {
  const providers = { prod: { kind: 'openmetrics', file: 'metrics.om' } };
  return configSchema().parse({ apiVersion: 'belay.dev/v1', kind: 'Config', providers, ...policy });
}

const WEEKEND = { freezes: [{ name: 'weekend', from: 'Fri 16:00', to: 'Mon 08:00' }] };
const SUNDAY = { freezes: [{ name: 'sunday', from: 'Sun 00:00', to: 'Mon 00:00' }] };

/** Every check passes, and has seen so many events of the candidate in this step. */
function seen(exposure: number): Assessment {
  const evidence: CheckEvidence = {
    kind: 'judged',
    of: 'proportion',
    parameters: {},
    logHarm: 0,
    members: [],
    totals: undefined,
    exposure,
    logSafe: 5,
    safeThreshold: 4,
    interval: undefined,
    ticksUsed: 6,
    dropped: [],
  };
  const passed = buildAssessment({ errors: 'pass' });
  return { ...passed, checks: passed.checks.map((check) => ({ ...check, evidence, lastSeen: minute(30) })) };
}

/** A rollout at 1 % whose hold of half an hour is over, and whose checks pass. */
function inFlight(
  policy: Record<string, unknown>,
  release: ReleaseInput = {},
  input: Partial<DecisionInput> = {},
): DecisionInput {
  const manifest = buildRelease({ candidate: CANDIDATE, weight: 1, ...release });
  return {
    release: manifest,
    manifest: digestOf('e'),
    state: buildState({ sequence: 2, rollout: buildRollout([1, 0]) }),
    assessment: seen(1_000),
    policy: policyFor(config(policy), manifest),
    now: minute(31),
    ...input,
  };
}

const override = (rule: string, until = '2026-11-21T12:00:00Z', owner = '@acme/risk-ml') => ({
  waivers: [{ rule, reason: 'the fix must go out', owner, until }],
});

const told = ({ kind, reasons }: Decision) => [kind, ...reasons.map(({ code }) => code)];

interface Case {
  readonly name: string;
  readonly given: DecisionInput;
  readonly expected: readonly [Decision['kind'], ...ReasonCode[]];
}

const HIGH = { tiers: { high: { firstWeight: 1, hold: '30m', samples: 500, weightPerHour: 40 } } };
const STRICT = { tiers: { high: { hold: '45m' } } };
const tiered: ReleaseInput = { tier: 'high' };
const proven: readonly ReasonCode[] = ['CHECKS_PASS', 'CHECKS_PASS'];
const unstarted = buildState();

const CASES: readonly Case[] = [
  {
    name: 'advances where nothing is asked',
    given: inFlight({}),
    expected: ['advance', ...proven],
  },
  {
    name: 'advances outside of a freeze',
    given: inFlight(SUNDAY),
    expected: ['advance', ...proven],
  },
  { name: 'holds an advance in a freeze', given: inFlight(WEEKEND), expected: ['hold', 'FROZEN'] },
  {
    name: 'holds a start in a freeze',
    given: inFlight(WEEKEND, { weight: 0 }, { state: unstarted, assessment: undefined }),
    expected: ['hold', 'FROZEN'],
  },
  {
    name: 'holds a promotion in a freeze',
    given: inFlight(
      WEEKEND,
      { weight: 100, steps: [{ weight: 100, hold: '30m' }] },
      { state: buildState({ rollout: buildRollout([100, 0]) }) },
    ),
    expected: ['hold', 'FROZEN'],
  },
  {
    name: 'never freezes a rollback',
    given: inFlight(WEEKEND, {}, { assessment: buildAssessment({ errors: 'fail' }) }),
    expected: ['rollback', 'HARM_PROVEN'],
  },
  {
    name: 'does not speak of a freeze that nothing waits for',
    given: inFlight(WEEKEND, {}, { now: minute(10) }),
    expected: ['hold', 'HOLD_NOT_OVER'],
  },
  {
    name: 'passes by a freeze that is for another tier',
    given: inFlight(
      { ...HIGH, freezes: [{ ...WEEKEND.freezes[0], tiers: ['low'] }], tiers: { ...HIGH.tiers, low: {} } },
      tiered,
    ),
    expected: ['advance', ...proven],
  },
  {
    name: 'goes up in a freeze by an override, and says so',
    given: inFlight(WEEKEND, override('freeze')),
    expected: ['advance', ...proven, 'OVERRIDE_USED'],
  },
  {
    name: 'heeds no override that has ended',
    given: inFlight(WEEKEND, override('freeze', '2026-11-21T08:31:00Z')),
    expected: ['hold', 'FROZEN'],
  },
  {
    name: 'heeds no override of an owner who may not override',
    given: inFlight({ ...WEEKEND, roles: { override: ['@acme/sre'] } }, override('freeze')),
    expected: ['hold', 'FROZEN'],
  },
  {
    name: 'heeds an override only for as long before its end as the config grants',
    given: inFlight({ ...WEEKEND, overrides: { maxDuration: '2h' } }, override('freeze')),
    expected: ['hold', 'FROZEN'],
  },
  {
    name: 'heeds no override of another rule',
    given: inFlight(WEEKEND, override('tier')),
    expected: ['hold', 'FROZEN'],
  },
  {
    name: 'advances a manifest that keeps to its tier',
    given: inFlight(HIGH, tiered),
    expected: ['advance', ...proven],
  },
  {
    name: 'holds a manifest that undercuts its tier',
    given: inFlight(STRICT, tiered),
    expected: ['hold', 'POLICY_VIOLATED'],
  },
  {
    name: 'holds a manifest whose tier is not there',
    given: inFlight(HIGH, { tier: 'hihg' }),
    expected: ['hold', 'POLICY_VIOLATED'],
  },
  {
    name: 'holds a manifest without a tier where there are tiers and no default',
    given: inFlight(HIGH),
    expected: ['hold', 'POLICY_VIOLATED'],
  },
  {
    name: 'takes the default tier for it where there is one',
    given: inFlight({ ...STRICT, defaultTier: 'high' }),
    expected: ['hold', 'POLICY_VIOLATED'],
  },
  {
    name: 'starts nobody under a manifest that undercuts its tier',
    given: inFlight(STRICT, { ...tiered, weight: 0 }, { state: unstarted, assessment: undefined }),
    expected: ['hold', 'POLICY_VIOLATED'],
  },
  {
    name: 'says so with every hold, since it needs a person',
    given: inFlight(STRICT, tiered, { now: minute(5) }),
    expected: ['hold', 'HOLD_NOT_OVER', 'POLICY_VIOLATED'],
  },
  {
    name: 'rolls back whatever the manifest undercuts',
    given: inFlight(STRICT, tiered, { assessment: buildAssessment({ errors: 'fail' }) }),
    expected: ['rollback', 'HARM_PROVEN'],
  },
  {
    name: 'lets a settled release be, whatever its manifest undercuts',
    given: inFlight(
      STRICT,
      { ...tiered, candidate: undefined, weight: 0 },
      { state: unstarted, assessment: undefined },
    ),
    expected: ['nothing', 'SETTLED'],
  },
  {
    name: 'goes up below the floor by an override of the tier',
    given: inFlight(STRICT, { ...tiered, ...override('tier') }),
    expected: ['advance', ...proven, 'OVERRIDE_USED'],
  },
  {
    name: 'does not leave a step on fewer events than the tier asks for',
    given: inFlight(HIGH, tiered, { assessment: seen(499) }),
    expected: ['hold', 'SAMPLES_MISSING'],
  },
  {
    name: 'leaves it by an override',
    given: inFlight(HIGH, { ...tiered, ...override('samples') }, { assessment: seen(0) }),
    expected: ['advance', ...proven, 'OVERRIDE_USED'],
  },
  {
    name: 'asks no events of a start',
    given: inFlight(HIGH, { ...tiered, weight: 0 }, { state: unstarted, assessment: undefined }),
    expected: ['start', 'CANDIDATE_NEW'],
  },
  {
    name: 'rises no faster than the tier allows when steps were edited under way',
    given: inFlight(
      { tiers: { high: { weightPerHour: 40 } } },
      // 1 % is no step any more: from 5 to 25 half an hour is enough, from 1 to 25 it is not
      { ...tiered, steps: [5, 25, 100].map((weight) => ({ weight, hold: weight === 5 ? '30m' : '3h' })) },
    ),
    expected: ['hold', 'RISE_TOO_FAST'],
  },
  {
    name: 'names everything that stands in the way',
    given: inFlight({ ...WEEKEND, ...HIGH }, tiered, { assessment: seen(3) }),
    expected: ['hold', 'FROZEN', 'SAMPLES_MISSING'],
  },
];

describe('a decision under a policy', () => {
  it.each(CASES)('$name', ({ given, expected }) => {
    const decision = decide(given);
    expect(told(decision)).toEqual(expected);
    if (decision.kind === 'hold') expect(decision.to).toBe(decision.from);
  });

  it('names the freeze, and its end by the clock of the config', () => {
    const { reasons } = decide(inFlight({ ...WEEKEND, timeZone: 'Europe/Berlin' }));
    expect(reasons[0].text).toBe('frozen by weekend until Mon 2026-11-23 08:00 (Europe/Berlin)');
  });

  it('names the line of the manifest and what the tier asks for', () => {
    const { reasons } = decide(inFlight(STRICT, tiered));
    expect(reasons[0].text).toBe(
      'spec.rollout.steps[0].hold: 30m is below the hold of 45m that tier high of .belay/config.yaml asks for; write 45m or more',
    );
  });

  it('names the check and the events that it lacks', () => {
    const { reasons } = decide(inFlight(HIGH, tiered, { assessment: seen(499.5) }));
    expect(reasons[0].text).toBe(
      'errors: 499 events of the candidate in this step, and tier high asks for 500',
    );
  });

  it('says by whose word an override was used, and why one was not', () => {
    const used = decide(inFlight(WEEKEND, override('freeze')));
    expect(used.reasons.at(-1)?.text).toBe(
      'frozen by weekend until Mon 2026-11-23 08:00 (UTC), set aside by the override of freeze of @acme/risk-ml until 2026-11-21T12:00:00Z: the fix must go out',
    );
    const strangers = { ...WEEKEND, roles: { override: ['@acme/sre'] } };
    expect(decide(inFlight(strangers, override('freeze'))).reasons[0].text).toContain(
      'the override of freeze does not count, since @acme/risk-ml is none of roles.override of .belay/config.yaml',
    );
  });

  it('waits for a person when the manifest undercuts the policy, and for nobody in a freeze', () => {
    expect(needsPerson(decide(inFlight(STRICT, tiered)))).toBe(true);
    expect(needsPerson(decide(inFlight(WEEKEND)))).toBe(false);
    expect(needsPerson(decide(inFlight(HIGH, tiered, { assessment: seen(1) })))).toBe(false);
  });

  it('is made again from its record and the config that it was made under', () => {
    const release = buildRelease({ candidate: CANDIDATE, weight: 0, ...override('freeze') });
    const state = buildState();
    const policy = policyFor(config(WEEKEND), release);
    const input = { release, manifest: digestOf('e'), state, assessment: undefined, now: minute(0) };
    const decision = decide({ ...input, policy });
    const { record } = buildChange({
      run: {
        tool: 'belay test',
        trigger: { kind: 'schedule', actor: null },
        base: sha('0'.repeat(40)),
        now: minute(0),
      },
      release: 'scorer',
      decision: { ...decision, kind: 'start' },
      via: 'commit',
      state,
      stable: versionRef(buildRelease({ stable: STABLE }).spec.stable),
      candidate: null,
      rollout: undefined,
      manifest: { path: 'releases/scorer.yaml', before: 'a', after: 'b' },
      targets: [],
      sha256,
    });
    const read = RecordSchema.parse(record);
    expect(replayRecord(read, release, { state, config: config(WEEKEND) }).decision).toEqual(decision);
    expect(replayRecord(read, release, { state }).decision.reasons).not.toEqual(decision.reasons);
  });
});
