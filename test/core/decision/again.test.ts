import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/core/decision/decide.ts';
import type { ReleaseState } from '../../../src/core/record/release-state.ts';
import {
  buildAssessment,
  buildRelease,
  buildRollout,
  buildState,
  CANDIDATE,
  digestOf,
  minute,
  refOf,
  STABLE,
} from '../../builders/release.ts';

const MANIFEST = digestOf('e');

describe('a candidate that was taken out of the manifest by hand', () => {
  const settle = (state: Partial<ReleaseState>, stable = STABLE) =>
    decide({
      release: buildRelease({ stable }),
      manifest: MANIFEST,
      state: buildState({ unfinished: refOf(CANDIDATE), ...state }),
      assessment: undefined,
      now: minute(0),
    });

  it('ends its rollout in the records', () => {
    expect(settle({})).toMatchObject({
      kind: 'adopt',
      from: 0,
      to: 0,
      reasons: [{ code: 'CANDIDATE_WITHDRAWN', text: expect.stringContaining('3.5.0 was taken out') }],
    });
  });

  it('ends it once', () => {
    expect(settle({ unfinished: undefined }).kind).toBe('nothing');
  });

  it('is the new stable version when a person made it that', () => {
    expect(settle({}, CANDIDATE)).toMatchObject({
      kind: 'adopt',
      reasons: [{ code: 'STABLE_CHANGED_BY_HAND' }],
    });
  });
});

describe('evidence that is missing again', () => {
  const look = (lastSeen: number | undefined, now: number) =>
    decide({
      release: buildRelease({ candidate: CANDIDATE, weight: 1 }),
      manifest: MANIFEST,
      state: buildState({
        rollout: buildRollout([1, 0]),
        pause: { at: minute(71), code: 'EVIDENCE_MISSING', manifest: MANIFEST },
      }),
      assessment: buildAssessment(
        { errors: 'no-data' },
        { lastSeen: lastSeen === undefined ? undefined : minute(lastSeen) },
      ),
      now: minute(now),
    }).kind;

  it.each([
    { name: 'since the notice', lastSeen: 10, now: 500, kind: 'hold' },
    { name: 'and when it was seen last is not known', lastSeen: undefined, now: 500, kind: 'hold' },
    { name: 'after it came back, but not for long', lastSeen: 460, now: 500, kind: 'hold' },
    { name: 'after it came back, for too long', lastSeen: 430, now: 500, kind: 'pause' },
  ])('is told of when it is due: $name', ({ lastSeen, now, kind }) => {
    expect(look(lastSeen, now)).toBe(kind);
  });
});
