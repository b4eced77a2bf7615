import { describe, expect, it } from 'vitest';
import type { EvidenceTick, LimitCheck, ProportionCheck } from '../../../src/core/judge/evidence.ts';
import { spareShared } from '../../../src/core/judge/shared-fault.ts';
import { BASE, counts, judgeOne, seen, ticksOf, unusable } from './judged.ts';

const GOOD = counts(5, 1_000);
const BAD = counts(60, 1_000);

type Ticks = readonly EvidenceTick<ReturnType<typeof counts>>[];

const limit = (ticks: Ticks): LimitCheck => ({
  ...BASE,
  name: 'errors',
  kind: 'limit',
  max: 0.02,
  maxExcess: undefined,
  alerts: undefined,
  ticks,
});

const comparison = (ticks: Ticks): ProportionCheck => ({
  ...BASE,
  name: 'errors',
  kind: 'proportion',
  harm: { ratio: 1.25, difference: 0.005 },
  safe: { ratio: 1.25, difference: 0.01 },
  limit: 0.02,
  ticks,
});

describe('a fixed bound that is broken', () => {
  it.each([
    ['by the candidate alone', ticksOf(10, BAD, GOOD), 'fail', false],
    ['by both', ticksOf(10, BAD, BAD), 'inconclusive', true],
    [
      'by the candidate, with nothing seen of stable',
      ticksOf(10, BAD, GOOD).map((tick) => ({ ...tick, stable: unusable('not asked') })),
      'fail',
      false,
    ],
    [
      'by both, and then by the candidate alone',
      [...ticksOf(10, BAD, BAD), ...ticksOf(10, BAD, GOOD)],
      'fail',
      false,
    ],
    [
      'by the candidate alone, and then by both',
      [...ticksOf(10, BAD, GOOD), ...ticksOf(10, BAD, BAD)],
      'fail',
      false,
    ],
  ] as const)('%s', (_, ticks, verdict, shared) => {
    for (const check of [limit(ticks), comparison(ticks)]) {
      if (check.kind === 'proportion' && ticks.some(({ stable }) => stable.kind === 'unusable')) continue;
      expect(judgeOne(check)).toMatchObject({ verdict, shared });
    }
  });

  it('is said with its numbers and whose fault it is not', () => {
    expect(judgeOne(limit(ticksOf(10, BAD, BAD))).text).toMatch(
      /600 of 10,000 \(6%\); above the limit of 2%.*stable is beyond the same bound at the same time, so the candidate is not the cause/,
    );
  });

  it('is forgotten when both have come back: a comparison passes again', () => {
    const ticks = [...ticksOf(6, BAD, BAD), ...ticksOf(30, GOOD, GOOD)];
    expect(judgeOne(comparison(ticks))).toMatchObject({ verdict: 'pass', shared: false });
  });

  it('adds nothing to the evidence against the candidate while it is shared', () => {
    expect(judgeOne(limit(ticksOf(10, BAD, BAD))).logShare).toBeLessThanOrEqual(0);
  });
});

describe('ticks that are left out', () => {
  const bound = { max: 0.02, counts: (arm: ReturnType<typeof counts>) => arm };
  const sparedOf = (stable: readonly ReturnType<typeof counts>[]) =>
    spareShared(
      stable.map((one) => ({ period: 0, candidate: seen(BAD), stable: seen(one) })),
      bound,
    ).map(({ candidate }) => candidate.kind === 'unusable');

  it('are those in which stable is beyond the bound', () => {
    expect(sparedOf([GOOD, counts(21, 1_000), GOOD])).toEqual([false, true, false]);
  });

  it('are those in whose last five stable is, when one of few requests happens to be within', () => {
    expect(sparedOf([counts(1, 20), counts(1, 20), counts(0, 20)])).toEqual([true, true, true]);
  });

  it('are none at the bound itself, and none where stable had no traffic', () => {
    expect(sparedOf([counts(20, 1_000), counts(0, 0)])).toEqual([false, false]);
  });
});
