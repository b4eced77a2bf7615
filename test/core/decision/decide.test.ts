import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/core/analysis/assessment.ts';
import { type DecisionInput, decide } from '../../../src/core/decision/decide.ts';
import type { DecisionKind, ReasonCode } from '../../../src/core/decision/decision.ts';
import { percent } from '../../../src/core/units.ts';
import {
  buildAssessment,
  buildRelease,
  buildRollout,
  buildState,
  CANDIDATE,
  digestOf,
  minute,
  type ReleaseInput,
  refOf,
  STABLE,
} from '../../builders/release.ts';

const MANIFEST = digestOf('e');
const OTHER = { version: '3.6.0', backend: 'scorer-c', digit: 'c' };

function inFlight(release: ReleaseInput, input: Partial<DecisionInput> = {}): DecisionInput {
  return {
    release: buildRelease({ candidate: CANDIDATE, ...release }),
    manifest: MANIFEST,
    state: buildState({ sequence: 2, rollout: buildRollout([1, 0]) }),
    assessment: buildAssessment({ errors: 'pass' }),
    now: minute(31),
    ...input,
  };
}

function settled(input: Partial<DecisionInput> = {}): DecisionInput {
  return {
    release: buildRelease(),
    manifest: MANIFEST,
    state: buildState(),
    assessment: undefined,
    now: minute(0),
    ...input,
  };
}

interface Case {
  readonly name: string;
  readonly given: DecisionInput;
  readonly kind: DecisionKind;
  readonly code: ReasonCode;
  readonly to?: number;
}

const CASES: readonly Case[] = [
  {
    name: 'adopts a settled release without records',
    given: settled({ state: buildState({ sequence: 0, tip: null, good: [] }) }),
    kind: 'adopt',
    code: 'FIRST_SEEN',
  },
  {
    name: 'does nothing about a settled release whose stable version is good',
    given: settled(),
    kind: 'nothing',
    code: 'SETTLED',
  },
  {
    name: 'adopts a stable version that a person changed by hand',
    given: settled({ release: buildRelease({ stable: OTHER }) }),
    kind: 'adopt',
    code: 'STABLE_CHANGED_BY_HAND',
  },
  {
    name: 'does not adopt a stable version that was rolled back',
    given: settled({
      release: buildRelease({ stable: OTHER }),
      state: buildState({ quarantined: [{ ref: refOf(OTHER), record: 4 }] }),
    }),
    kind: 'hold',
    code: 'STABLE_QUARANTINED',
  },
  {
    name: 'adopts stable before it starts the first candidate ever seen',
    given: settled({
      release: buildRelease({ candidate: CANDIDATE }),
      state: buildState({ sequence: 0, tip: null, good: [] }),
    }),
    kind: 'adopt',
    code: 'FIRST_SEEN',
  },
  {
    name: 'starts a new candidate at the first step',
    given: settled({ release: buildRelease({ candidate: CANDIDATE }) }),
    kind: 'start',
    code: 'CANDIDATE_NEW',
    to: 1,
  },
  {
    name: 'starts another candidate at the first step, whatever the weight',
    given: settled({ release: buildRelease({ candidate: OTHER, weight: 25 }) }),
    kind: 'start',
    code: 'CANDIDATE_NEW',
    to: 1,
  },
  {
    name: 'does not start a candidate that was rolled back',
    given: settled({
      release: buildRelease({ candidate: CANDIDATE }),
      state: buildState({ quarantined: [{ ref: refOf(CANDIDATE), record: 4 }] }),
    }),
    kind: 'hold',
    code: 'CANDIDATE_QUARANTINED',
  },
  {
    name: 'does not start content that was rolled back under another name',
    given: settled({
      release: buildRelease({ candidate: { ...CANDIDATE, version: '3.5.1' } }),
      state: buildState({ quarantined: [{ ref: refOf(CANDIDATE), record: 4 }] }),
    }),
    kind: 'hold',
    code: 'CANDIDATE_QUARANTINED',
  },
  {
    name: 'does not start while the manifest is paused',
    given: settled({ release: buildRelease({ candidate: CANDIDATE, paused: true }) }),
    kind: 'hold',
    code: 'PAUSED_BY_MANIFEST',
  },
  {
    name: 'advances one step when every check passes and the hold is over',
    given: inFlight({ weight: 1 }),
    kind: 'advance',
    code: 'CHECKS_PASS',
    to: 5,
  },
  {
    name: 'holds until the hold is over, whatever the checks say',
    given: inFlight({ weight: 1 }, { now: minute(29) }),
    kind: 'hold',
    code: 'HOLD_NOT_OVER',
  },
  {
    name: 'advances one step only after many missed ticks',
    given: inFlight({ weight: 1 }, { now: minute(60 * 20) }),
    kind: 'advance',
    code: 'CHECKS_PASS',
    to: 5,
  },
  {
    name: 'promotes after the bake',
    given: inFlight(
      { weight: 100 },
      {
        now: minute(60 * 30),
        state: buildState({ rollout: buildRollout([1, 0], [5, 40], [25, 110], [100, 240]) }),
      },
    ),
    kind: 'promote',
    code: 'CHECKS_PASS',
    to: 0,
  },
  {
    name: 'holds on an inconclusive check',
    given: inFlight(
      { weight: 1 },
      { assessment: buildAssessment({ errors: 'pass', latency: 'inconclusive' }) },
    ),
    kind: 'hold',
    code: 'CHECK_INCONCLUSIVE',
  },
  {
    name: 'holds when a check has no data',
    given: inFlight({ weight: 1 }, { assessment: buildAssessment({ errors: 'no-data' }) }),
    kind: 'hold',
    code: 'CHECK_NO_DATA',
  },
  {
    name: 'holds when a provider is broken',
    given: inFlight({ weight: 1 }, { assessment: buildAssessment({ errors: 'error' }) }),
    kind: 'hold',
    code: 'CHECK_ERROR',
  },
  {
    name: 'tells a person when evidence has been missing past its deadline',
    given: inFlight(
      { weight: 1 },
      { assessment: buildAssessment({ errors: 'error' }, { lastSeen: minute(10) }), now: minute(71) },
    ),
    kind: 'pause',
    code: 'EVIDENCE_MISSING',
  },
  {
    name: 'tells it once',
    given: inFlight(
      { weight: 1 },
      {
        assessment: buildAssessment({ errors: 'error' }, { lastSeen: undefined }),
        now: minute(200),
        state: buildState({
          rollout: buildRollout([1, 0]),
          pause: { at: minute(71), code: 'EVIDENCE_MISSING', manifest: MANIFEST },
        }),
      },
    ),
    kind: 'hold',
    code: 'CHECK_ERROR',
  },
  {
    name: 'goes on by itself when evidence is back',
    given: inFlight(
      { weight: 1 },
      {
        now: minute(200),
        state: buildState({
          rollout: buildRollout([1, 0]),
          pause: { at: minute(71), code: 'EVIDENCE_MISSING', manifest: MANIFEST },
        }),
      },
    ),
    kind: 'advance',
    code: 'CHECKS_PASS',
    to: 5,
  },
  {
    name: 'rolls back when harm is proven',
    given: inFlight({ weight: 1 }, { assessment: buildAssessment({ errors: 'fail', latency: 'pass' }) }),
    kind: 'rollback',
    code: 'HARM_PROVEN',
    to: 0,
  },
  {
    name: 'rolls back although another check cannot be seen',
    given: inFlight({ weight: 1 }, { assessment: buildAssessment({ errors: 'fail', latency: 'error' }) }),
    kind: 'rollback',
    code: 'HARM_PROVEN',
    to: 0,
  },
  {
    name: 'rolls back while the manifest is paused',
    given: inFlight({ weight: 1, paused: true }, { assessment: buildAssessment({ errors: 'fail' }) }),
    kind: 'rollback',
    code: 'HARM_PROVEN',
    to: 0,
  },
  {
    name: 'does not advance while the manifest is paused',
    given: inFlight({ weight: 1, paused: true }),
    kind: 'hold',
    code: 'PAUSED_BY_MANIFEST',
  },
  {
    name: 'holds when a person changed the weight',
    given: inFlight({ weight: 25 }),
    kind: 'hold',
    code: 'WEIGHT_CHANGED_BY_HAND',
  },
  {
    name: 'pauses past the deadline',
    given: inFlight({ weight: 1, deadline: '40h' }, { now: minute(60 * 40 + 1) }),
    kind: 'pause',
    code: 'DEADLINE_PASSED',
  },
  {
    name: 'stays paused past the deadline until the manifest is edited',
    given: inFlight(
      { weight: 1, deadline: '40h' },
      {
        now: minute(60 * 50),
        state: buildState({
          rollout: buildRollout([1, 0]),
          pause: { at: minute(60 * 40), code: 'DEADLINE_PASSED', manifest: MANIFEST },
        }),
      },
    ),
    kind: 'hold',
    code: 'PAUSED_AFTER_DEADLINE',
  },
  {
    name: 'goes on when the deadline was raised',
    given: inFlight(
      { weight: 1, deadline: '80h' },
      {
        now: minute(60 * 50),
        state: buildState({
          rollout: buildRollout([1, 0]),
          pause: { at: minute(60 * 40), code: 'DEADLINE_PASSED', manifest: digestOf('f') },
        }),
      },
    ),
    kind: 'advance',
    code: 'CHECKS_PASS',
    to: 5,
  },
  {
    name: 'rolls back although stable was changed under the rollout',
    given: inFlight({ weight: 1, stable: OTHER }, { assessment: buildAssessment({ errors: 'fail' }) }),
    kind: 'rollback',
    code: 'HARM_PROVEN',
    to: 0,
  },
  {
    name: 'rolls back although a person changed the weight',
    given: inFlight({ weight: 25 }, { assessment: buildAssessment({ errors: 'fail' }) }),
    kind: 'rollback',
    code: 'HARM_PROVEN',
    to: 0,
  },
  {
    name: 'holds when stable was changed under a rollout',
    given: inFlight({ weight: 1, stable: OTHER }),
    kind: 'hold',
    code: 'STABLE_CHANGED_BY_HAND',
  },
];

describe('a clock that is far behind the newest record', () => {
  const behind = (verdict: Verdict) =>
    decide(
      inFlight(
        { weight: 1 },
        {
          state: buildState({ sequence: 2, newest: minute(60), rollout: buildRollout([1, 0]) }),
          assessment: buildAssessment({ errors: verdict }),
        },
      ),
    );

  it('writes nothing', () => {
    const { kind, reasons } = behind('pass');
    expect([kind, reasons.map(({ code }) => code)]).toEqual(['hold', ['CLOCK_SKEW']]);
    expect(reasons[0].text).toMatch(/29m behind the newest record/);
  });

  it('is said before what a hold would say, which it may well be the reason of', () => {
    const { kind, reasons } = behind('no-data');
    expect([kind, reasons.map(({ code }) => code)]).toEqual(['hold', ['CLOCK_SKEW', 'CHECK_NO_DATA']]);
  });

  it('keeps nobody from going back', () => {
    expect(behind('fail').kind).toBe('rollback');
  });
});

describe('decide', () => {
  it.each(CASES)('$name', ({ given, kind, code, to }) => {
    const decision = decide(given);
    expect({ kind: decision.kind, code: decision.reasons[0].code }).toEqual({ kind, code });
    expect(decision.to).toBe(to ?? given.release.spec.rollout.weight);
  });

  const verdict = fc.constantFrom<Verdict>('pass', 'fail', 'inconclusive', 'no-data', 'error');
  const moment = fc.integer({ min: 0, max: 60 * 100 }).map(minute);

  it('never raises the weight without a pass of every gating check', () => {
    fc.assert(
      fc.property(fc.array(verdict, { minLength: 1, maxLength: 5 }), moment, (verdicts, now) => {
        const assessment = buildAssessment(
          Object.fromEntries(verdicts.map((value, index) => [`c${index}`, value])),
        );
        const decision = decide(inFlight({ weight: 1 }, { assessment, now }));
        if (verdicts.some((value) => value !== 'pass')) expect(decision.to).toBeLessThanOrEqual(1);
        if (!verdicts.includes('fail')) expect(decision.kind).not.toBe('rollback');
      }),
    );
  });

  it('never goes up by more than one declared step', () => {
    const steps = [1, 5, 25, 100];
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), moment, (index, now) => {
        const rollout = buildRollout(...steps.slice(0, index + 1).map((weight, at) => [weight, at] as const));
        const decision = decide(inFlight({ weight: steps[index]! }, { state: buildState({ rollout }), now }));
        expect([0, steps[index], steps[index + 1]]).toContain(decision.to as number);
      }),
    );
  });

  it('says the same of the same input', () => {
    fc.assert(
      fc.property(verdict, moment, (value, now) => {
        const given = inFlight({ weight: 1 }, { assessment: buildAssessment({ errors: value }), now });
        expect(decide(given)).toEqual(decide(structuredClone(given)));
      }),
    );
  });

  it('knows stable by content, not by its backend', () => {
    const moved = { ...STABLE, backend: 'scorer-z' };
    expect(decide(settled({ release: buildRelease({ stable: moved }) })).kind).toBe('nothing');
    expect(decide(settled()).from).toBe(percent(0));
  });
});
