import { describe, expect, it } from 'vitest';
import type { CheckAssessment } from '../../../src/core/analysis/assessment.ts';
import { decide } from '../../../src/core/decision/decide.ts';
import { millis } from '../../../src/core/units.ts';
import {
  buildAssessment,
  buildRelease,
  buildRollout,
  buildState,
  CANDIDATE,
  digestOf,
  minute,
} from '../../builders/release.ts';

/** What is decided so many minutes into a step in which accuracy has seen no label and errors was seen last at `errors`. */
function look(now: number, { errors, labelDelay }: { errors: number; labelDelay?: number }) {
  const assessment = buildAssessment({ accuracy: 'no-data', errors: 'inconclusive' });
  const checks = assessment.checks.map((check): CheckAssessment => {
    if (check.name === 'errors') return { ...check, lastSeen: minute(errors) };
    return {
      ...check,
      lastSeen: undefined,
      ...(labelDelay === undefined ? {} : { labelDelay: millis(labelDelay * 60_000) }),
    };
  });
  return decide({
    release: buildRelease({ candidate: CANDIDATE, weight: 1 }),
    manifest: digestOf('e'),
    state: buildState({ rollout: buildRollout([1, 0]) }),
    assessment: { ...assessment, lastSeen: undefined, checks },
    now: minute(now),
  }).kind;
}

describe('a check that waits for labels', () => {
  it('is not missed before its labels can have come', () => {
    expect(look(61, { errors: 60 })).toBe('pause');
    expect(look(61, { errors: 60, labelDelay: 360 })).toBe('hold');
    expect(look(420, { errors: 419, labelDelay: 360 })).toBe('hold');
    expect(look(421, { errors: 420, labelDelay: 360 })).toBe('pause');
  });

  it('gives no other check more time', () => {
    expect(look(121, { errors: 61, labelDelay: 360 })).toBe('hold');
    expect(look(122, { errors: 61, labelDelay: 360 })).toBe('pause');
  });
});
