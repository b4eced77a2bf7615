import { describe, expect, it } from 'vitest';
import type { Assessment, CheckAssessment } from '../../../src/core/analysis/assessment.ts';
import { type DecisionInput, decide } from '../../../src/core/decision/decide.ts';
import type { Brake } from '../../../src/core/manifest/brake.ts';
import {
  buildAssessment,
  buildRelease,
  buildRollout,
  buildState,
  CANDIDATE,
  digestOf,
  minute,
  type ReleaseInput,
} from '../../builders/release.ts';

const MANIFEST = digestOf('e');
const FALLBACK: ReleaseInput = { rollback: { mode: 'fallback', fallback: '3.3.0' } };

/** Every check named after its brake fails. */
function assessmentOf(...brakes: readonly Brake[]): Assessment {
  const checks = brakes.map((brake): CheckAssessment => {
    const [check] = buildAssessment({ [brake]: 'fail' }).checks;
    const action =
      brake === 'rollback' || brake === 'fallback' || brake === 'step-down' ? 'rollback' : 'hold';
    return { ...check!, brake, action: brake === 'notify' ? 'notify' : action, gating: brake !== 'notify' };
  });
  const proves = checks.some(({ action }) => action === 'rollback');
  return buildAssessment({}, { checks, overall: proves ? 'fail' : 'inconclusive' });
}

/** At 25 %, the third of four steps. */
function at25(
  assessment: Assessment,
  input: Partial<DecisionInput> & { release?: never } = {},
  release: ReleaseInput = FALLBACK,
) {
  return decide({
    release: buildRelease({ candidate: CANDIDATE, weight: 25, ...release }),
    manifest: MANIFEST,
    state: buildState({ sequence: 4, rollout: buildRollout([1, 0], [5, 40], [25, 110]) }),
    assessment,
    now: minute(140),
    ...input,
  });
}

describe('of several failing checks the hardest brakes', () => {
  it.each<[readonly Brake[], string, number, string]>([
    [['notify', 'step-down', 'fallback', 'rollback'], 'rollback', 0, 'HARM_PROVEN'],
    [['reduce', 'step-down', 'fallback'], 'rollback', 0, 'FALLBACK_NAMED'],
    [['pause', 'reduce', 'step-down'], 'reduce', 5, 'STEP_DOWN'],
    [['hold', 'pause', 'reduce'], 'reduce', 1, 'EXPOSURE_REDUCED'],
    [['notify', 'hold', 'pause'], 'pause', 25, 'PAUSED_BY_CHECK'],
    [['notify', 'hold'], 'hold', 25, 'CHECK_INCONCLUSIVE'],
  ])('of %j: %s to %i', (brakes, kind, to, code) => {
    const decision = at25(assessmentOf(...brakes));
    expect(decision).toMatchObject({ kind, to });
    expect(decision.reasons.map((reason) => reason.code)).toContain(code);
  });

  it('names no fallback where another check takes it back harder', () => {
    const codes = at25(assessmentOf('rollback', 'fallback')).reasons.map(({ code }) => code);
    expect(codes).not.toContain('FALLBACK_NAMED');
  });
});

describe('a step down', () => {
  const braked = {
    code: 'STEP_DOWN',
    at: minute(110),
    manifest: MANIFEST,
    failedBefore: ['step-down'],
  } as const;
  const running = { sequence: 5, rollout: buildRollout([1, 0], [25, 40], [5, 110]), braked };
  const at5 = (assessment: Assessment, input: Partial<DecisionInput> = {}) =>
    decide({
      release: buildRelease({ candidate: CANDIDATE, weight: 5 }),
      manifest: MANIFEST,
      state: buildState(running),
      assessment,
      now: minute(125),
      ...input,
    });

  it.each<[string, Assessment, Partial<DecisionInput>, string]>([
    [
      'another check fails than before',
      assessmentOf('step-down'),
      { state: buildState({ ...running, braked: { ...braked, failedBefore: ['latency'] } }) },
      'GOT_WORSE',
    ],
    [
      'harm is proven anew on the lower weight',
      { ...assessmentOf('step-down'), lowered: { logHarm: 4.7, threshold: 4.6 } },
      {},
      'NOT_HELPED',
    ],
    [
      'a person wrote another weight',
      assessmentOf('step-down'),
      { release: buildRelease({ candidate: CANDIDATE, weight: 25 }) },
      'WEIGHT_CHANGED_BY_HAND',
    ],
    [
      'no lower weight can be written',
      assessmentOf('step-down'),
      { unwritable: { code: 'STEP_NOT_WRITABLE', text: 'the route is gone' } },
      'STEP_NOT_WRITABLE',
    ],
  ])('is not waited for when %s', (_, assessment, input, code) => {
    const { kind, reasons } = at5(assessment, input);
    expect(kind).toBe('rollback');
    expect(reasons.at(-1)?.code).toBe(code);
  });

  it('stays on a step for two ticks, or as long as the manifest says', () => {
    const proven = { ...assessmentOf('step-down'), lowered: { logHarm: 4.5, threshold: 4.6 } };
    expect(at5(proven, { now: minute(119) })).toMatchObject({ kind: 'hold', to: 5 });
    expect(at5(proven, { now: minute(120) })).toMatchObject({ kind: 'reduce', to: 1 });
    const release = buildRelease({
      candidate: CANDIDATE,
      weight: 5,
      rollback: { mode: 'step-down', every: '1h' },
    });
    expect(at5(proven, { release, now: minute(169) })).toMatchObject({ kind: 'hold', to: 5 });
    expect(at5(proven, { release, now: minute(170) })).toMatchObject({ kind: 'reduce', to: 1 });
  });

  describe('to the first step', () => {
    const rollout = buildRollout([1, 0], [5, 40], [1, 110]);
    const state = buildState({ ...running, rollout });
    const rollback = { mode: 'step-down', every: '15m' } as const;
    const at1 = (now: number, more: Partial<ReleaseInput> = {}, input: Partial<DecisionInput> = {}) => {
      const release = buildRelease({ candidate: CANDIDATE, weight: 1, rollback, ...more });
      return at5(assessmentOf('step-down'), { state, release, now: minute(now), ...input });
    };

    it('lasts as long as any, and then it is taken back', () => {
      const held = at1(124);
      expect(held).toMatchObject({ kind: 'hold', to: 1 });
      expect(held.reasons[0].text).toContain('then is taken back');
      const back = at1(125);
      expect(back.kind).toBe('rollback');
      expect(back.reasons.at(-1)?.code).toBe('BELOW_FIRST_STEP');
    });

    it('can be stopped there by a person', () => {
      expect(at1(300, { paused: true }, { manifest: digestOf('d') })).toMatchObject({ kind: 'hold', to: 1 });
    });
  });

  it('is not stopped by a pause that came before it, after a check that only pauses', () => {
    const paused = {
      code: 'PAUSED_BY_CHECK',
      at: minute(110),
      manifest: digestOf('d'),
      failedBefore: undefined,
    } as const;
    const release = buildRelease({ candidate: CANDIDATE, weight: 5, paused: true });
    const state = buildState({ ...running, braked: paused });
    expect(at5(assessmentOf('step-down'), { state, release })).toMatchObject({ kind: 'reduce', to: 1 });
  });

  it('goes to the step below a weight that is no step any more', () => {
    const rollout = buildRollout([1, 0], [50, 40]);
    const state = buildState({ sequence: 3, rollout });
    const release = buildRelease({ candidate: CANDIDATE, weight: 50 });
    expect(at5(assessmentOf('step-down'), { release, state })).toMatchObject({ kind: 'reduce', to: 25 });
  });
});

describe('a check that contains', () => {
  const unwritable = { code: 'STEP_NOT_WRITABLE', text: 'the route is gone' } as const;

  it('pauses where no lower weight can be written, and says why', () => {
    const { kind, reasons } = at25(assessmentOf('reduce'), { unwritable });
    expect(kind).toBe('pause');
    expect(reasons.map(({ code }) => code)).toEqual([
      'PAUSED_BY_CHECK',
      'STEP_NOT_WRITABLE',
      'CHECK_INCONCLUSIVE',
    ]);
  });

  it('does nothing where it could not look', () => {
    const assessment = assessmentOf('reduce');
    const checks = assessment.checks.map((check): CheckAssessment => ({ ...check, verdict: 'error' }));
    const blind = { ...assessment, checks, overall: 'error', lastSeen: minute(139) } as const;
    expect(at25(blind)).toMatchObject({ kind: 'hold', to: 25 });
  });
});
