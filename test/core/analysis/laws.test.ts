import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/core/analysis/assess.ts';
import type { PointAbsence } from '../../../src/core/analysis/observation.ts';
import { announceSeed } from '../stats/seeded-random.ts';
import {
  absent,
  counts,
  errors,
  evaluationOf,
  evidenceOf,
  judge,
  latency,
  minutes,
  observe,
  type Source,
  type Story,
  type World,
} from './scenario.ts';

const seed = announceSeed('laws of the assessment', 20261121);
const limited = { ...errors, name: 'capped', limit: 0.02 };
const story: Story = {
  now: 151,
  checks: [errors, limited, latency],
  weights: [
    [5, 0],
    [25, 62],
  ],
};

const TICKS = 30;
const point = (largest: number) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: largest }) },
    { weight: 2, arbitrary: fc.double({ min: -1, max: largest, noNaN: true }) },
    { weight: 1, arbitrary: fc.constantFrom<PointAbsence>('missing', 'not-a-number', 'infinite') },
  );
const source = (largest: number): fc.Arbitrary<Source> =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.array(point(largest), { minLength: TICKS, maxLength: TICKS }).map(
        (values): Source =>
          ({ tick }) =>
            values[Math.max(0, Math.ceil(tick) - 1)] ?? 'missing',
      ),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(absent('empty'), absent('timeout'), absent('stale'), absent('not-a-number')),
    },
  );
const world: fc.Arbitrary<World> = fc
  .tuple(source(12), source(900), source(40), source(9_000), source(1))
  .map(([bad, total, stableBad, stableTotal, value]) => ({
    ...counts('errors', [bad, total, stableBad, stableTotal]),
    ...counts('capped', [bad, total, stableBad, stableTotal]),
    'latency/value/candidate': value,
  }));

/** Every number anywhere in a value. */
function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
}

describe('an assessment', () => {
  it('is the same for the same evidence, survives JSON, and holds no NaN and no Infinity', () => {
    fc.assert(
      fc.property(world, (given) => {
        const evaluation = evaluationOf(story);
        const observations = observe(evaluation, given);
        const first = assess(evaluation, observations);
        expect(assess(evaluation, new Map([...observations].reverse()))).toEqual(first);
        expect(numbersIn(first).every(Number.isFinite)).toBe(true);
        expect(JSON.parse(JSON.stringify(first))).toEqual(first);
        for (const { sentence } of first.checks) expect(sentence).not.toMatch(/NaN|Infinity|undefined|\n/);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('fails a proportion check exactly when harm is proven by the family', () => {
    fc.assert(
      fc.property(world, (given) => {
        const { family, checks } = judge(story, given);
        const failing = checks.filter(({ verdict, name }) => verdict === 'fail' && name !== 'latency');
        expect(failing.length > 0).toBe(family.logHarm >= family.threshold);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('never sees less harm when the candidate has one more bad event', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: TICKS }), fc.integer({ min: 0, max: 60 }), (where, base) => {
        const bad =
          (extra: number): Source =>
          ({ tick }) =>
            ((base * tick) % 17) + (tick === where ? extra : 0);
        const harm = (extra: number): number =>
          judge(story, {
            ...counts('errors', [bad(extra), 1_000, 60, 9_000]),
            ...counts('capped', [bad(extra), 1_000, 60, 9_000]),
            'latency/value/candidate': 0.1,
          }).family.logHarm;
        expect(harm(1)).toBeGreaterThanOrEqual(harm(0));
      }),
      { seed, numRuns: 30 },
    );
  });

  it('takes a rollout of three days in ticks of a minute', () => {
    const ticks = 4_320;
    const evaluation = evaluationOf({ ...story, now: ticks + 1, health: { tick: minutes(1) } });
    const given = counts('errors', [({ tick }) => tick % 2, 50, ({ tick }) => tick % 19, 950]);
    const observations = observe(evaluation, { ...given, ...counts('capped', [0, 50, 1, 950]) });
    expect(evidenceOf(assess(evaluation, observations)).ticksUsed).toBeGreaterThan(ticks - 3);
  });
});
