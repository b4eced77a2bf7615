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

const JUDGED: CheckAssessment['evidence'] = {
  kind: 'judged',
  of: 'proportion',
  parameters: {},
  logHarm: 0,
  members: [],
  totals: undefined,
  exposure: 1,
  logSafe: 9,
  safeThreshold: 3,
  interval: undefined,
  ticksUsed: 6,
  dropped: [],
};

/** A step whose hold is over at minute 31, and whose checks saw traffic last at these minutes. */
function decideSeen(
  seen: readonly Partial<CheckAssessment>[],
  health: { readonly noDataDeadline?: string } = {},
) {
  const assessment = buildAssessment({ errors: 'pass', answers: 'pass' });
  const checks = assessment.checks.map((check, index) => ({
    ...check,
    evidence: JUDGED,
    lastSeen: minute(31),
    ...seen[index],
  }));
  const release = buildRelease({ candidate: CANDIDATE, weight: 1 });
  const noDataDeadline = millis(Number.parseInt(health.noDataDeadline ?? '60', 10) * 60_000);
  return decide({
    release: { ...release, spec: { ...release.spec, health: { ...release.spec.health, noDataDeadline } } },
    manifest: digestOf('e'),
    state: buildState({ sequence: 2, rollout: buildRollout([1, 0]) }),
    assessment: { ...assessment, checks },
    now: minute(32),
  });
}

describe('a step whose checks pass', () => {
  it('goes up on evidence of the last quarter of the time that evidence may be missing', () => {
    expect(decideSeen([{ lastSeen: minute(16) }]).kind).toBe('advance');
  });

  it('holds when one of them saw no traffic since, and says which and since when', () => {
    const { kind, reasons } = decideSeen([{ lastSeen: minute(8) }]);
    expect(kind).toBe('hold');
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatchObject({ code: 'CHECK_NO_DATA' });
    expect(reasons[0].text).toMatch(
      /^errors: passes, but saw no traffic since .*; nothing goes up on evidence older than 15m$/,
    );
  });

  it('waits as long as its deadline gives it, and three ticks at least', () => {
    expect(decideSeen([{ lastSeen: minute(8) }], { noDataDeadline: '120' }).kind).toBe('advance');
    expect(decideSeen([{ lastSeen: minute(18) }], { noDataDeadline: '20' }).kind).toBe('advance');
  });

  it('knows that labels come late, and asks none that has no vote', () => {
    expect(decideSeen([{ lastSeen: minute(8), labelDelay: millis(600_000) }]).kind).toBe('advance');
    expect(decideSeen([{ lastSeen: minute(8), gating: false }]).kind).toBe('advance');
  });

  it('names each of them', () => {
    const old = { lastSeen: minute(8) };
    expect(decideSeen([old, old]).reasons).toHaveLength(2);
  });

  it('is no promotion either without fresh evidence', () => {
    const [errors] = buildAssessment({ errors: 'pass' }).checks;
    const seenAt = (lastSeen: number) =>
      decide({
        release: buildRelease({ candidate: CANDIDATE, weight: 100 }),
        manifest: digestOf('e'),
        state: buildState({ rollout: buildRollout([1, 0], [5, 40], [25, 110], [100, 240]) }),
        assessment: buildAssessment(
          {},
          {
            overall: 'pass',
            checks: [{ ...errors!, evidence: JUDGED, lastSeen: minute(lastSeen) }],
          },
        ),
        now: minute(60 * 30),
      }).kind;
    expect(seenAt(60 * 30 - 10)).toBe('promote');
    expect(seenAt(60 * 30 - 20)).toBe('hold');
  });
});
