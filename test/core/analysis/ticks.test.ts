import { describe, expect, it } from 'vitest';
import {
  absent,
  checkNamed,
  counts,
  errors,
  evidenceOf,
  judge,
  minute,
  type Source,
  type Story,
  type World,
} from './scenario.ts';

/** Ten ticks at 5 %. */
const story: Story = { now: 51 };
const healthy = counts('errors', [10, 1_000, 90, 9_000]);

/** `usual` everywhere but in the third tick. */
function third<T extends number>(usual: T, odd: number | 'missing' | 'not-a-number' | 'infinite'): Source {
  return ({ tick }) => (tick === 3 ? odd : usual);
}

describe('a tick is not used, with its exposure, and the reason is told', () => {
  it.each<{ name: string; world: World; reason: string }>([
    {
      name: 'no candidate total',
      world: { 'errors/total/candidate': third(1_000, 'missing') },
      reason: 'candidate total: no sample',
    },
    {
      name: 'candidate bad is NaN',
      world: { 'errors/bad/candidate': third(10, 'not-a-number') },
      reason: 'candidate bad: not a number',
    },
    {
      name: 'stable total is infinite',
      world: { 'errors/total/stable': third(9_000, 'infinite') },
      reason: 'stable total: infinite',
    },
    {
      name: 'no stable bad',
      world: { 'errors/bad/stable': third(90, 'missing') },
      reason: 'stable bad: no sample',
    },
    {
      name: 'a negative count',
      world: { 'errors/bad/candidate': third(10, -1) },
      reason: 'candidate: -1 bad of 1000 in all, as after a counter reset',
    },
    {
      name: 'more bad events than events',
      world: { 'errors/total/candidate': third(1_000, 5) },
      reason: 'candidate: 10 bad of 5 in all, as after a counter reset',
    },
    {
      name: 'bad events without any event',
      world: { 'errors/total/stable': third(9_000, 0) },
      reason: 'stable: 90 bad of 0 in all, as after a counter reset',
    },
  ])('$name', ({ world, reason }) => {
    const evidence = evidenceOf(judge(story, { ...healthy, ...world }));
    expect(evidence.dropped).toEqual([{ at: minute(15), reason }]);
    expect(evidence.ticksUsed).toBe(9);
    expect(evidence.totals!.candidate).toEqual({ events: 90, exposure: 9_000 });
    expect(evidence.totals!.stable).toEqual({ events: 810, exposure: 81_000 });
  });

  it('the weight changed within it', () => {
    const evidence = evidenceOf(
      judge(
        {
          now: 51,
          weights: [
            [5, 0],
            [25, 22],
          ],
        },
        healthy,
      ),
    );
    expect(evidence.dropped).toEqual([{ at: minute(25), reason: 'weight changed' }]);
  });

  it('but not when the weight changed exactly between two ticks', () => {
    const evidence = evidenceOf(
      judge(
        {
          now: 51,
          weights: [
            [5, 0],
            [25, 20],
          ],
        },
        healthy,
      ),
    );
    expect(evidence.dropped).toEqual([]);
  });

  it('an arm without any series drops all of them', () => {
    const assessment = judge(story, { ...healthy, 'errors/total/candidate': absent('empty') });
    const { dropped, ticksUsed, totals, interval } = evidenceOf(assessment);
    expect(dropped.map(({ reason }) => reason)).toEqual(Array(10).fill('candidate total: no series'));
    expect({ ticksUsed, candidate: totals!.candidate, interval }).toEqual({
      ticksUsed: 0,
      candidate: { events: 0, exposure: 0 },
      interval: undefined,
    });
  });
});

describe('an arm without traffic', () => {
  it('makes its ticks wait for the next with traffic, and nothing is lost', () => {
    const world = counts('errors', [
      1,
      100,
      ({ tick }) => (tick <= 4 ? 0 : 9),
      ({ tick }) => (tick <= 4 ? 0 : 900),
    ]);
    const evidence = evidenceOf(judge(story, world));
    expect(evidence.dropped).toEqual([]);
    expect(evidence.ticksUsed).toBe(10);
    expect(evidence.totals!.candidate).toEqual({ events: 10, exposure: 1_000 });
  });

  it.each([
    { silent: 'the candidate', world: counts('errors', [0, ({ tick }) => (tick <= 8 ? 100 : 0), 9, 900]) },
    { silent: 'stable', world: counts('errors', [1, 100, 0, ({ tick }) => (tick <= 8 ? 900 : 0)]) },
    {
      silent: 'either arm',
      world: counts('errors', [
        0,
        ({ tick }) => (tick <= 8 ? 100 : 0),
        0,
        ({ tick }) => (tick <= 8 ? 900 : 0),
      ]),
    },
  ])('leaves its last ticks waiting, and says for whom: $silent', ({ silent, world }) => {
    const assessment = judge(story, world);
    const { dropped, totals } = evidenceOf(assessment);
    expect(dropped).toEqual([45, 50].map((at) => ({ at: minute(at), reason: `no traffic on ${silent}` })));
    expect(totals!.candidate.exposure).toBe(800);
    expect(checkNamed(assessment, 'errors').lastSeen).toBe(minute(40));
  });

  it('does not carry a wait over into the next weight', () => {
    const world = counts('errors', [1, 100, 9, ({ minute: at }) => (at > 10 && at <= 20 ? 0 : 900)]);
    const stableBad: Source = ({ minute: at }) => (at > 10 && at <= 20 ? 0 : 9);
    const evidence = evidenceOf(
      judge(
        {
          now: 51,
          weights: [
            [5, 0],
            [25, 20],
          ],
        },
        { ...world, 'errors/bad/stable': stableBad },
      ),
    );
    expect(evidence.dropped).toEqual(
      [15, 20].map((at) => ({ at: minute(at), reason: 'no traffic on stable' })),
    );
    expect(evidence.totals!.candidate.exposure).toBe(800);
  });
});

describe('bad events that are absent while there is traffic', () => {
  const checks = [{ ...errors, absentIsZero: true }];
  const world = (source: Source): World => ({ ...healthy, 'errors/bad/candidate': source });

  it.each<{ name: string; source: Source }>([
    { name: 'no series', source: absent('empty') },
    { name: 'no sample in any tick', source: 'missing' },
  ])('are none where the manifest says so: $name', ({ source }) => {
    const evidence = evidenceOf(judge({ ...story, checks }, world(source)));
    expect(evidence.totals!.candidate).toEqual({ events: 0, exposure: 10_000 });
    expect(evidence.dropped).toEqual([]);
  });

  it.each<{ name: string; source: Source }>([
    { name: 'NaN', source: 'not-a-number' },
    { name: 'stale', source: absent('stale') },
    { name: 'infinite', source: 'infinite' },
  ])('are never none when the answer is something else: $name', ({ source }) => {
    expect(evidenceOf(judge({ ...story, checks }, world(source))).dropped).toHaveLength(10);
  });

  it('are unknown where the manifest does not say so', () => {
    expect(evidenceOf(judge(story, world(absent('empty')))).dropped).toHaveLength(10);
  });

  it('are unknown when the total is absent as well', () => {
    const blind = { ...world(absent('empty')), 'errors/total/candidate': absent('empty') };
    expect(evidenceOf(judge({ ...story, checks }, blind)).dropped).toHaveLength(10);
  });
});

describe('fractions of increase()', () => {
  it('let a candidate be seen that fails all its requests, though the counts differ in the last digits', () => {
    const world = counts('errors', [10.526315789473685, 10.526315789473683, 9.4, 947.36]);
    const assessment = judge(story, world);
    expect(evidenceOf(assessment).dropped).toEqual([]);
    expect(assessment.overall).toBe('fail');
  });

  it('never make more evidence of harm than the whole events they stand for', () => {
    const whole = evidenceOf(judge(story, counts('errors', [3, 100, 9, 900]))).logHarm;
    const more = evidenceOf(judge(story, counts('errors', [3.09, 100, 9, 900]))).logHarm;
    expect(more).toBe(whole);
    const fewer = evidenceOf(judge(story, counts('errors', [3, 100, 8.91, 900]))).logHarm;
    expect(fewer).toBeLessThanOrEqual(whole + 1e-12);
  });

  it('are rounded against the claim at the limit as well', () => {
    const limited = [{ ...errors, limit: 0.02 }];
    const harm = (bad: number) =>
      evidenceOf(judge({ ...story, checks: limited }, counts('errors', [bad, 100, 20, 900]))).members[1]!
        .logHarm;
    expect(harm(4.09)).toBe(harm(4));
    const weights = [[100, 0]] as const;
    const safe = (bad: number) =>
      evidenceOf(judge({ ...story, weights, checks: limited }, counts('errors', [bad, 1_000, 0, 0])))
        .logSafe!;
    expect(safe(4.01)).toBeLessThan(safe(4));
    expect(safe(4.01)).toBe(safe(4.1));
  });
});
