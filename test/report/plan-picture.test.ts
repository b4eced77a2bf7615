import { describe, expect, it } from 'vitest';
import { millis } from '../../src/core/units.ts';
import { drawPlan, type PlannedRollout } from '../../src/report/plan-picture.ts';
import { minute, START } from '../builders/release.ts';

const HOUR = 3_600_000;
const PLAN: PlannedRollout = {
  steps: [
    { step: { weight: 5, hold: millis(HOUR) }, earliest: millis(0) },
    { step: { weight: 25, hold: millis(2 * HOUR), approval: 'required' }, earliest: millis(HOUR) },
    { step: { weight: 100, hold: millis(5 * HOUR) }, earliest: millis(3 * HOUR) },
  ],
  total: millis(8 * HOUR),
  deadline: millis(72 * HOUR),
  standing: undefined,
};

describe('a plan as a picture', () => {
  it('shows steps, holds, who is waited for and the earliest finish', () => {
    expect(drawPlan(PLAN, { now: START, zone: 'UTC' }).split('\n')).toEqual([
      '           from, earliest       ────────────────────────────────────────  holds',
      '      5%   Sat 2026-11-21 08:00 █████                                     1h',
      '     25% ◆ Sat 2026-11-21 09:00      ██████████                           2h',
      '    100%   Sat 2026-11-21 11:00                █████████████████████████  5h (bake)',
      'finished Sat 2026-11-21 16:00 UTC at the earliest, if it starts now; paused after 3d',
      '◆ a person approves this step: by a review of its pull request, or with /belay approve',
    ]);
  });

  it('counts from the end of the hold that a rollout under way is in', () => {
    const standing = { index: 1, holdUntil: minute(180) };
    const lines = drawPlan({ ...PLAN, standing }, { now: minute(70), zone: 'UTC' }).split('\n');
    expect(lines[1]).toMatch(/^ {6}5% {3}done /);
    expect(lines[2]).toContain('>    25% ◆ Sat 2026-11-21 09:00');
    expect(lines[3]).toContain('Sat 2026-11-21 11:00');
    expect(lines[4]).toContain('finished Sat 2026-11-21 16:00 UTC at the earliest; paused');
  });

  it('counts from now when that hold is over', () => {
    const standing = { index: 1, holdUntil: minute(180) };
    const text = drawPlan({ ...PLAN, standing }, { now: minute(240), zone: 'UTC' });
    expect(text).toContain('finished Sat 2026-11-21 17:00 UTC');
  });

  it('writes moments by the clocks of a zone, whose summer time it knows', () => {
    const draw = (now: number) => drawPlan(PLAN, { now: now as typeof START, zone: 'Europe/Berlin' });
    expect(draw(START)).toContain('finished Sat 2026-11-21 17:00 Europe/Berlin');
    // the night in which clocks go from 02:00 to 03:00
    expect(draw(Date.UTC(2026, 2, 28, 22))).toContain('finished Sun 2026-03-29 08:00 Europe/Berlin');
  });

  it('gives every step a column, however short', () => {
    const steps = [
      { step: { weight: 1, hold: millis(1_000) }, earliest: millis(0) },
      { step: { weight: 100, hold: millis(100 * HOUR) }, earliest: millis(1_000) },
    ];
    const [, first] = drawPlan(
      { ...PLAN, steps, total: millis(100 * HOUR + 1_000) },
      { now: START, zone: 'UTC' },
    ).split('\n');
    expect(first).toContain('█');
  });
});
