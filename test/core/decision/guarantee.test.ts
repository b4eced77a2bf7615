import { describe, expect, it } from 'vitest';
import { guaranteeOf } from '../../../src/core/analysis/guarantee.ts';
import { decide } from '../../../src/core/decision/decide.ts';
import { probability } from '../../../src/core/units.ts';
import {
  buildAssessment,
  buildRelease,
  buildRollout,
  buildState,
  CANDIDATE,
  digestOf,
  minute,
} from '../../builders/release.ts';

const release = buildRelease({ candidate: CANDIDATE, weight: 1 });
const generous = {
  ...release,
  spec: { ...release.spec, health: { ...release.spec.health, falseRollbackRate: probability(0.2) } },
};
const given = (verdict: 'pass' | 'fail' | 'inconclusive', now = release) =>
  decide({
    release: now,
    manifest: digestOf('e'),
    state: buildState({
      sequence: 2,
      rollout: buildRollout([1, 0]),
      guarantee: JSON.parse(JSON.stringify(guaranteeOf(release, undefined))),
    }),
    assessment: buildAssessment({ errors: verdict }),
    now: minute(31),
  });
const codes = (decision: ReturnType<typeof decide>) => decision.reasons.map(({ code }) => code);

describe('a promise whose grounds were changed under way', () => {
  it.each(['pass', 'fail', 'inconclusive'] as const)(
    'is said to be void with every decision: %s',
    (verdict) => {
      expect(codes(given(verdict))).not.toContain('GUARANTEE_VOID');
      const decision = given(verdict, generous);
      expect(decision.kind).toBe(given(verdict).kind);
      expect(decision.reasons.at(-1)).toEqual({
        code: 'GUARANTEE_VOID',
        text: 'the error rates of this rollout are not promised any more, since what they rest on was changed under way: falseRollbackRate: 0.01 at the start, 0.2 now',
      });
    },
  );

  it('is not claimed where the start did not write it down', () => {
    const state = buildState({ sequence: 2, rollout: buildRollout([1, 0]) });
    const decision = decide({
      release: generous,
      manifest: digestOf('e'),
      state,
      assessment: buildAssessment({ errors: 'pass' }),
      now: minute(31),
    });
    expect(codes(decision)).not.toContain('GUARANTEE_VOID');
  });
});
