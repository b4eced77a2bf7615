import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findStanding, recordedWeight } from '../../../src/core/plan/rollout.ts';
import { buildRelease, buildRollout, CANDIDATE, minute } from '../../builders/release.ts';

const HOURS = 60;
const release = (steps: readonly (readonly [weight: number, hold: string])[]) =>
  buildRelease({ candidate: CANDIDATE, steps: steps.map(([weight, hold]) => ({ weight, hold })) });
const STEPS = release([
  [1, '30m'],
  [5, '1h'],
  [25, '2h'],
  [100, '24h'],
]);

describe('where a rollout stands', () => {
  it.each([
    { name: 'just started', rollout: buildRollout([1, 0]), index: 0, next: 5, until: 30 },
    {
      name: 'two steps on',
      rollout: buildRollout([1, 0], [5, 40], [25, 110]),
      index: 2,
      next: 100,
      until: 110 + 2 * HOURS,
    },
    {
      name: 'in the bake',
      rollout: buildRollout([1, 0], [5, 40], [25, 110], [100, 300]),
      index: 3,
      next: undefined,
      until: 300 + 24 * HOURS,
    },
  ])('is the step of the weight that was written last: $name', ({ rollout, index, next, until }) => {
    const standing = findStanding(STEPS, rollout);
    expect(standing).toMatchObject({
      index,
      step: { weight: recordedWeight(rollout).weight },
      enteredAt: recordedWeight(rollout).at,
      holdUntil: minute(until),
    });
    expect(standing.next?.weight).toBe(next);
  });

  it('follows steps that people changed under way: the highest that is not above what was written', () => {
    const changed = release([
      [2, '30m'],
      [10, '45m'],
      [50, '1h'],
      [100, '24h'],
    ]);
    const standing = findStanding(changed, buildRollout([1, 0], [25, 10]));
    expect(standing).toMatchObject({
      index: 1,
      step: { weight: 10 },
      next: { weight: 50 },
      holdUntil: minute(55),
    });
    expect(findStanding(changed, buildRollout([1, 0])).index).toBe(0);
  });

  it('never has a next step that is not above what was written', () => {
    const weights = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 100 }), (list, written) => {
        const steps = [...list.sort((a, b) => a - b), 100].map((weight) => [weight, '1h'] as const);
        const { next, enteredAt, holdUntil } = findStanding(release(steps), buildRollout([written, 0]));
        if (next) expect(next.weight).toBeGreaterThan(written);
        expect(holdUntil - enteredAt).toBe(3_600_000);
      }),
    );
  });
});
