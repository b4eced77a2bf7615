import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../src/core/analysis/assessment.ts';
import { type AbsenceReason, BROKEN } from '../../../src/core/analysis/observation.ts';
import {
  absent,
  checkNamed,
  judge,
  latency,
  minute,
  minutes,
  type Source,
  type Story,
  thresholdOf,
  type World,
} from './scenario.ts';

/** Three points of 5 minutes. */
const long = { ...latency, for: minutes(15) };
const counted = { ...long, samples: 'n[{{window}}]', minSamples: 100 };
const value = (source: Source): World => ({ 'latency/value/candidate': source });
/** Values of the three points at 50, 55 and 60 minutes. */
const lastThree = (...values: readonly (number | 'missing' | 'not-a-number')[]) =>
  value(({ tick }) => values[tick - 10] ?? 0.1);

const judged = (world: World, story: Partial<Story> = {}) => {
  const assessment = judge({ now: 61, checks: [long], ...story }, world);
  const { verdict, sentence, lastSeen } = checkNamed(assessment, 'latency');
  return { verdict, sentence, lastSeen, overall: assessment.overall };
};

describe('a threshold check', () => {
  it.each<{ name: string; world: World; verdict: Verdict; says: string }>([
    {
      name: 'every value beyond',
      world: value(0.5),
      verdict: 'fail',
      says: 'latency: 0.5, allowed is at most 0.4; beyond it at all 3 points of 15m; a fixed bound, which the false rollback rate does not cover',
    },
    {
      name: 'every value within',
      world: value(0.3),
      verdict: 'pass',
      says: 'latency: 0.3, allowed is at most 0.4; within it at all 3 points of 15m',
    },
    {
      name: 'exactly at the bound',
      world: value(0.4),
      verdict: 'pass',
      says: 'latency: 0.4, allowed is at most 0.4; within it at all 3 points of 15m',
    },
    {
      name: 'one value within among beyond',
      world: lastThree(0.5, 0.3, 0.6),
      verdict: 'inconclusive',
      says: 'latency: 0.6, allowed is at most 0.4; in the last 15m 1 points within, 2 beyond, 0 without a value',
    },
    {
      name: 'a gap among values beyond',
      world: lastThree(0.5, 'missing', 0.6),
      verdict: 'inconclusive',
      says: 'latency: 0.6, allowed is at most 0.4; in the last 15m 0 points within, 2 beyond, 1 without a value',
    },
    {
      name: 'a gap among values within',
      world: lastThree(0.1, 0.1, 'not-a-number'),
      verdict: 'inconclusive',
      says: 'latency: 0.1, allowed is at most 0.4; in the last 15m 2 points within, 0 beyond, 1 without a value',
    },
    {
      name: 'only gaps',
      world: lastThree('missing', 'not-a-number', 'missing'),
      verdict: 'no-data',
      says: 'latency: no value in the last 15m',
    },
    {
      name: 'no series',
      world: value(absent('empty')),
      verdict: 'no-data',
      says: 'latency: no value in the last 15m',
    },
    {
      name: 'a provider that timed out',
      world: value(absent('timeout')),
      verdict: 'error',
      says: 'latency: could not be asked: query "latency/value/candidate": timeout: the timeout of a test',
    },
  ])('is judged by $name', ({ world, verdict, says }) => {
    expect(judged(world)).toMatchObject({ verdict, sentence: says, overall: verdict });
  });

  it.each([...BROKEN])('is error when the value or the samples broke: %s', (reason: AbsenceReason) => {
    const ok = { 'latency/value/candidate': 0.5, 'latency/samples/candidate': 500 };
    for (const id of Object.keys(ok))
      expect(judged({ ...ok, [id]: absent(reason) }, { checks: [counted] }).verdict).toBe('error');
  });

  it.each<{ bound: { max?: number; min?: number }; given: number; verdict: Verdict; says: string }>([
    { bound: { min: 0.9 }, given: 0.8, verdict: 'fail', says: 'at least 0.9' },
    { bound: { min: 0.9 }, given: 0.9, verdict: 'pass', says: 'at least 0.9' },
    { bound: { min: 0.9, max: 1.1 }, given: 1.2, verdict: 'fail', says: '0.9 to 1.1' },
    { bound: { min: 0.9, max: 1.1 }, given: 0.5, verdict: 'fail', says: '0.9 to 1.1' },
    { bound: { min: 0.9, max: 1.1 }, given: 1, verdict: 'pass', says: '0.9 to 1.1' },
  ])('knows a lower, an upper and both bounds: $bound, $given', ({ bound, given, verdict, says }) => {
    const { max: _, ...bare } = long;
    const result = judged(value(given), { checks: [{ ...bare, ...bound }] });
    expect(result.verdict).toBe(verdict);
    expect(result.sentence).toContain(`allowed is ${says}`);
  });

  it('judges a window of one tick at three moments, so that no single reading rolls back', () => {
    expect(judged(value(0.5), { checks: [latency] }).sentence).toContain('beyond it at all 3 points of 5m');
  });

  it('counts the points of its window and not those before', () => {
    const world = value(({ tick }) => (tick >= 10 ? 0.3 : 0.9));
    expect(judged(world).verdict).toBe('pass');
    expect(thresholdOf(judge({ now: 61, checks: [long] }, world))).toEqual({
      kind: 'threshold',
      value: 0.3,
      max: 0.4,
      min: undefined,
      within: 3,
      beyond: 0,
      missing: 0,
      samples: undefined,
      minSamples: undefined,
    });
  });
});

describe('a window that is older than what is judged', () => {
  it('does not fail a rollout that has only begun', () => {
    expect(judged(value(0.5), { now: 15 }).verdict).toBe('inconclusive');
    expect(judged(value(0.5), { now: 16 }).verdict).toBe('fail');
  });

  it('does not pass a step that has only begun, but may fail it', () => {
    const weights = [
      [5, 0],
      [25, 50],
    ] as const;
    expect(judged(value(0.3), { now: 65, weights })).toMatchObject({
      verdict: 'inconclusive',
      sentence: 'latency: 0.3, allowed is at most 0.4; not yet 15m of it since this step began',
    });
    expect(judged(value(0.3), { now: 66, weights }).verdict).toBe('pass');
    expect(judged(value(0.5), { now: 52, weights }).verdict).toBe('fail');
  });
});

describe('samples', () => {
  const world = (samples: Source, given = 0.5): World => ({
    ...value(given),
    'latency/samples/candidate': samples,
  });
  it.each<{ samples: Source; verdict: Verdict; says: string }>([
    { samples: 100, verdict: 'fail', says: 'beyond it' },
    { samples: 99.4, verdict: 'inconclusive', says: 'it rests on 99 samples, needed 100' },
    { samples: 0, verdict: 'inconclusive', says: 'it rests on 0 samples, needed 100' },
    {
      samples: absent('empty'),
      verdict: 'no-data',
      says: 'how many samples it rests on is unknown: no series',
    },
    { samples: absent('stale'), verdict: 'no-data', says: 'how many samples it rests on is unknown: stale' },
  ])('are needed before a value counts: $says', ({ samples, verdict, says }) => {
    const result = judged(world(samples), { checks: [counted] });
    expect(result.verdict).toBe(verdict);
    expect(result.sentence).toContain(says);
  });

  it('are needed to pass as well', () => {
    expect(judged(world(99, 0.1), { checks: [counted] }).verdict).toBe('inconclusive');
    expect(judged(world(100, 0.1), { checks: [counted] }).verdict).toBe('pass');
  });
});

describe('when a value was last seen', () => {
  it.each<{ name: string; last: number; weights: Story['weights']; seen: number | undefined }>([
    { name: 'now', last: 12, weights: [[5, 0]], seen: 60 },
    {
      name: 'before the window, as far back as evidence may be missing',
      last: 3,
      weights: [[5, 0]],
      seen: 15,
    },
    {
      name: 'in this step',
      last: 8,
      weights: [
        [5, 0],
        [25, 32],
      ],
      seen: 40,
    },
    {
      name: 'not after the very moment this step began',
      last: 10,
      weights: [
        [5, 0],
        [25, 50],
      ],
      seen: undefined,
    },
    {
      name: 'not since this step began',
      last: 8,
      weights: [
        [5, 0],
        [25, 40],
      ],
      seen: undefined,
    },
  ])('is told: $name', ({ last, weights, seen }) => {
    const world = value(({ tick }) => (tick <= last ? 0.1 : 'missing'));
    expect(judged(world, { ...(weights && { weights }) }).lastSeen).toBe(
      seen === undefined ? undefined : minute(seen),
    );
  });
});
