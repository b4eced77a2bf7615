import { describe, expect, it } from 'vitest';
import type { Foresight } from '../../src/core/analysis/foresee.ts';
import { instant, millis } from '../../src/core/units.ts';
import { printForesight, summariseForesight } from '../../src/report/foresight.ts';

const HOUR = 3_600_000;
const DAY = millis(24 * HOUR);
const time = (median: number | undefined, ninety = median) => ({ median, ninety });

const foresight: Foresight = {
  startedAt: instant(Date.UTC(2026, 10, 20, 8)),
  at: instant(Date.UTC(2026, 10, 21, 8)),
  traffic: [
    { name: 'errors', kind: 'seen', exposure: 512.4, rate: 0.005, unit: 'share', ticks: 280, asked: 288 },
    { name: 'crashes', kind: 'seen', exposure: 4.25, rate: 0.001, unit: 'rate', ticks: 1, asked: 288 },
    { name: 'late|y', kind: 'unknown', reason: 'stable had no *traffic*' },
  ],
  steps: [
    {
      weight: 5,
      hold: millis(HOUR),
      checks: [
        {
          name: 'errors',
          effects: [
            { effect: 1.2, ...time(undefined) },
            { effect: 1.5, ...time(90 * 24 * 60) },
            { effect: 2, ...time(90, 185) },
            { effect: 5, ...time(10) },
          ],
          regressions: [],
          safe: time(130, 200),
          required: true,
        },
      ],
      stay: 130,
      remarks: [
        { kind: 'double-unseen-in-hold', check: 'errors', minutes: 185 },
        { kind: 'safe-after-hold', check: 'errors', minutes: 130 },
      ],
    },
    { weight: 100, hold: DAY, checks: [], stay: 24 * 60, remarks: [{ kind: 'safe-never', check: 'errors' }] },
  ],
  total: 26 * 60,
  remarks: [{ kind: 'beyond-deadline', minutes: 26 * 60 }],
};

describe('the printed foresight', () => {
  it('is a table with what a person should know below', () => {
    expect(printForesight(foresight, DAY).split('\n')).toEqual([
      "  stable's traffic from 2026-11-20T08:00:00Z to 2026-11-21T08:00:00Z:",
      '    errors: 512 a minute, 0.5% of them bad (280 of 288 ticks have numbers)',
      '    crashes: 4.3 a minute, 0.001 events in each unit (1 of 288 ticks have numbers)',
      '    late|y: no forecast: stable had no *traffic*',
      expect.stringMatching(/^ {2}time until a candidate so many times as bad is taken back, .*:$/),
      '    Weight  Check   ×1.2   ×1.5  ×2          ×5   Safe',
      '    5%      errors  never  >30d  1h30m / 3h  10m  2h / 3h30m',
      '  ! at 5%: errors: the hold of 1h is too short to see a doubling (3h, nine times out of ten)',
      '  ! at 5%: errors: safe after about 2h, so the step outlasts its hold of 1h',
      '  ! at 100%: errors: not even a candidate as good as stable is ever proven safe; widen "safe"',
      '  ! not within the deadline of 1d: half of all healthy candidates take more than 26h',
    ]);
  });

  it('says when the end is to be expected where that is in time', () => {
    const { remarks, ...rest } = foresight;
    expect(remarks).toHaveLength(1);
    expect(printForesight({ ...rest, total: 500, remarks: [] }, DAY)).toMatch(
      /\n {2}half of all healthy candidates are promoted within about 8h30m; the deadline is 1d$/,
    );
  });

  it('is Markdown in the summary, in which no name is a mark', () => {
    const text = summariseForesight(foresight, DAY);
    expect(text).toContain('| 5% | errors | never | \\>30d | 1h30m / 3h | 10m | 2h / 3h30m |');
    expect(text).toContain('- late\\|y: no forecast: stable had no \\*traffic\\*');
    expect(text).toContain('- ⚠️ at 5%: errors: safe after about 2h');
  });
});
