import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../../src/core/analysis/assessment.ts';
import { decide } from '../../../src/core/decision/decide.ts';
import { type Decision, needsPerson } from '../../../src/core/decision/decision.ts';
import type { ReleaseState } from '../../../src/core/record/release-state.ts';
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
/** Deadline of the rollouts below: 72 h. */
const LATE = 73 * 60;

function look(
  at: number,
  release: ReleaseInput,
  {
    assessment = buildAssessment({ errors: 'inconclusive' }),
    ...state
  }: Partial<ReleaseState> & { readonly assessment?: Assessment } = {},
): Decision {
  return decide({
    release: buildRelease({ candidate: CANDIDATE, weight: 1, ...release }),
    manifest: MANIFEST,
    state: buildState({ rollout: buildRollout([1, 0]), ...state }),
    assessment,
    now: minute(at),
  });
}

const codes = ({ reasons }: Decision) => reasons.map(({ code }) => code);

describe('a hold that only a person ends', () => {
  const OTHER = { ...STABLE, version: '3.4.9', digit: 'f' };

  it.each([
    { name: 'a weight that was changed by hand', release: { weight: 5 }, code: 'WEIGHT_CHANGED_BY_HAND' },
    {
      name: 'a stable version that was changed by hand',
      release: { stable: OTHER },
      code: 'STABLE_CHANGED_BY_HAND',
    },
  ])('says so and, past the deadline, that as well: $name', ({ release, code }) => {
    const early = look(20, release);
    expect([early.kind, ...codes(early)]).toEqual(['hold', code]);
    expect(needsPerson(early)).toBe(true);
    const late = look(LATE, release);
    expect([late.kind, ...codes(late)]).toEqual(['hold', code, 'DEADLINE_PASSED']);
  });

  it('says as well what stable suffers from at the same time', () => {
    const { checks, ...rest } = buildAssessment({ errors: 'inconclusive' });
    const assessment = { ...rest, checks: checks.map((check) => ({ ...check, stableFails: true as const })) };
    const held = look(20, { weight: 5 }, { assessment });
    expect(codes(held)).toEqual(['WEIGHT_CHANGED_BY_HAND', 'STABLE_FAILING_TOO']);
    const paused = look(20, { paused: true }, { assessment });
    expect(codes(paused)).toEqual(['PAUSED_BY_MANIFEST', 'STABLE_FAILING_TOO']);
    expect(needsPerson(paused)).toBe(true);
    const late = look(LATE, {}, { assessment });
    expect([late.kind, ...codes(late)]).toEqual(['pause', 'DEADLINE_PASSED', 'STABLE_FAILING_TOO']);
  });

  it('is not what a candidate waits for that is not proven yet', () => {
    expect(needsPerson(look(20, {}))).toBe(false);
  });

  it('is not what a person asked for', () => {
    const paused = look(20, { paused: true });
    expect(codes(paused)).toEqual(['PAUSED_BY_MANIFEST']);
    expect(needsPerson(paused)).toBe(false);
  });

  it('is a candidate that may not come again', () => {
    const state = { rollout: undefined, quarantined: [{ ref: refOf(CANDIDATE), record: 4 }] };
    const decision = look(20, { weight: 0 }, state);
    expect(codes(decision)).toEqual(['CANDIDATE_QUARANTINED']);
    expect(needsPerson(decision)).toBe(true);
  });
});

describe('a pause that a person asked for and forgot', () => {
  it('ends in the pause of the deadline, which is told once', () => {
    const decision = look(LATE, { paused: true });
    expect([decision.kind, ...codes(decision)]).toEqual(['pause', 'DEADLINE_PASSED']);
    expect(needsPerson(decision)).toBe(true);
    const pause = { at: minute(LATE), code: 'DEADLINE_PASSED', manifest: MANIFEST };
    const next = look(LATE + 5, { paused: true }, { pause });
    expect([next.kind, ...codes(next)]).toEqual(['hold', 'PAUSED_AFTER_DEADLINE']);
    expect(needsPerson(next)).toBe(false);
  });
});
