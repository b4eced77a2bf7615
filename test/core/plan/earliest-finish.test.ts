import { describe, expect, it } from 'vitest';
import { freezeSchema } from '../../../src/core/manifest/freeze-schema.ts';
import { policyFor } from '../../../src/core/manifest/policy.ts';
import { findEarliestFinish } from '../../../src/core/plan/earliest-finish.ts';
import { formatInstant, type Instant } from '../../../src/core/units.ts';
import { buildRelease, buildRollout, CANDIDATE, minute } from '../../builders/release.ts';

/** One hour at 5 %, two at 100 %. Tests begin on a Saturday at 08:00 UTC. */
const release = buildRelease({
  candidate: CANDIDATE,
  steps: [
    { weight: 5, hold: '1h' },
    { weight: 100, hold: '2h' },
  ],
});

function finish(freezes: readonly (readonly [from: string, to: string])[], at: Instant, rollout?: 'running') {
  const list = freezes.map(([from, to], index) =>
    freezeSchema().parse({ name: `freeze-${index}`, from, to }),
  );
  const found = findEarliestFinish(release, rollout && buildRollout([5, 0]), {
    policy: policyFor({ freezes: list }, release),
    now: at,
  });
  return found && formatInstant(found);
}

describe('the earliest finish', () => {
  it('is after all holds, from now on', () => {
    expect(finish([], minute(0))).toBe('2026-11-21T11:00:00Z');
  });

  it('waits for the end of a freeze that is on, and of one that is met on the way', () => {
    expect(finish([['Fri 16:00', 'Mon 08:00']], minute(0))).toBe('2026-11-23T11:00:00Z');
    expect(finish([['Sat 08:30', 'Sat 20:00']], minute(0))).toBe('2026-11-21T22:00:00Z');
    expect(finish([['Sat 10:30', 'Sun 00:00']], minute(0))).toBe('2026-11-22T00:00:00Z');
  });

  it('counts what a rollout under way has held already', () => {
    expect(finish([], minute(40), 'running')).toBe('2026-11-21T11:00:00Z');
    expect(finish([], minute(90), 'running')).toBe('2026-11-21T11:30:00Z');
    expect(finish([['Sat 08:30', 'Sat 20:00']], minute(90), 'running')).toBe('2026-11-21T22:00:00Z');
  });

  it('is never where freezes leave no moment', () => {
    const always = [
      ['Mon 00:00', 'Thu 00:00'],
      ['Thu 00:00', 'Mon 00:00'],
    ] as const;
    expect(finish(always, minute(0))).toBeUndefined();
  });
});
