import { describe, expect, it } from 'vitest';
import { freezeSchema } from '../../../src/core/manifest/freeze-schema.ts';
import { policyFor } from '../../../src/core/manifest/policy.ts';
import { planCalendar } from '../../../src/core/plan/calendar.ts';
import { formatInstant, type Instant, millis } from '../../../src/core/units.ts';
import { buildRelease, buildRollout, CANDIDATE, minute } from '../../builders/release.ts';

/** One hour at 5 %, two at 100 %. Tests begin on a Saturday at 08:00 UTC. */
const release = buildRelease({
  candidate: CANDIDATE,
  steps: [
    { weight: 5, hold: '1h' },
    { weight: 100, hold: '2h' },
  ],
});

interface Override {
  readonly owner: string;
  readonly until: string;
}

function dates(
  freezes: readonly (readonly [from: string, to: string])[],
  at: Instant,
  rollout?: 'running',
  override?: Override,
) {
  const list = freezes.map(([from, to], index) =>
    freezeSchema().parse({ name: `freeze-${index}`, from, to }),
  );
  const waivers = override && [{ rule: 'freeze' as const, reason: 'the fix must go out', ...override }];
  const planned = { ...release, spec: { ...release.spec, ...(waivers && { waivers }) } };
  const { finish: found, starts } = planCalendar(planned, rollout && buildRollout([5, 0]), {
    policy: policyFor({ freezes: list, overrides: { maxDuration: millis(4 * 3_600_000) } }, planned),
    now: at,
  });
  return [...starts, found].map((entry) => entry.at && formatInstant(entry.at).slice(8, 16));
}

describe('the earliest moments of a rollout: its steps, and its promotion', () => {
  it('are each after the hold before, from now on', () => {
    expect(dates([], minute(0))).toEqual(['21T08:00', '21T09:00', '21T11:00']);
  });

  it('wait for the end of a freeze that is on, and of one that is met on the way', () => {
    expect(dates([['Fri 16:00', 'Mon 08:00']], minute(0))).toEqual(['23T08:00', '23T09:00', '23T11:00']);
    expect(dates([['Sat 08:30', 'Sat 20:00']], minute(0))).toEqual(['21T08:00', '21T20:00', '21T22:00']);
    expect(dates([['Sat 10:30', 'Sun 00:00']], minute(0))).toEqual(['21T08:00', '21T09:00', '22T00:00']);
  });

  it('count what a rollout under way has held already', () => {
    expect(dates([], minute(40), 'running')).toEqual(['21T08:00', '21T09:00', '21T11:00']);
    expect(dates([], minute(90), 'running')).toEqual(['21T08:00', '21T09:30', '21T11:30']);
    expect(dates([['Sat 08:30', 'Sat 20:00']], minute(90), 'running')).toEqual([
      '21T08:00',
      '21T20:00',
      '21T22:00',
    ]);
  });

  it('are never where freezes leave no moment', () => {
    const always = [
      ['Mon 00:00', 'Thu 00:00'],
      ['Thu 00:00', 'Mon 00:00'],
    ] as const;
    expect(dates(always, minute(0))).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['in force', '2026-11-21T12:00:00Z', ['21T08:00', '21T09:00', '21T11:00']],
    ['over in the middle', '2026-11-21T09:30:00Z', ['21T08:00', '21T09:00', '23T08:00']],
    ['over', '2026-11-21T08:00:00Z', ['23T08:00', '23T09:00', '23T11:00']],
    // at most four hours before its end
    ['not in force yet', '2026-11-21T20:00:00Z', ['21T16:00', '21T17:00', '21T19:00']],
  ])('pass through a freeze by an override that is %s', (_, until, expected) => {
    const weekend = [['Fri 16:00', 'Mon 08:00']] as const;
    expect(dates(weekend, minute(0), undefined, { owner: '@acme/risk-ml', until })).toEqual(expected);
    expect(dates(weekend, minute(0), undefined, { owner: '@eve', until })[0]).toBe('23T08:00');
  });
});
