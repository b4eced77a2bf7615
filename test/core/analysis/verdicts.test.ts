import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/core/analysis/assess.ts';
import type { Verdict } from '../../../src/core/analysis/assessment.ts';
import { type AbsenceReason, BROKEN } from '../../../src/core/analysis/observation.ts';
import { ToolError } from '../../../src/core/errors.ts';
import {
  absent,
  checkNamed,
  counts,
  errors,
  evaluationOf,
  evidenceOf,
  judge,
  latency,
  minute,
  minutes,
  observe,
  type Story,
  type World,
} from './scenario.ts';

const healthy = counts('errors', [10, 1_000, 90, 9_000]);
const sick = counts('errors', [30, 1_000, 90, 9_000]);
const sentence = (story: Story, world: World): string => checkNamed(judge(story, world), 'errors').sentence;

describe('a proportion check', () => {
  it.each<{ name: string; story: Story; world: World; verdict: Verdict; says: string }>([
    {
      name: 'three times as many bad events',
      story: { now: 31 },
      world: sick,
      verdict: 'fail',
      says: 'errors: 180 of 6,000 (3%) against 540 of 54,000 (1%); between 2.2 and 4 times as many; more than the 1.1 times allowed; evidence 3,371 to 1, needed 100 to 1',
    },
    {
      name: 'as many as stable, for long',
      story: { now: 61 },
      world: healthy,
      verdict: 'pass',
      says: 'errors: 120 of 12,000 (1%) against 1,080 of 108,000 (1%); between 0.29 points fewer and 0.35 points more; within the 1.25 times plus 0.25 percentage points that count as safe (up to 1.5%); evidence 8,324 to 1, needed 60 to 1',
    },
    {
      name: 'as many as stable, not for long',
      story: { now: 11 },
      world: healthy,
      verdict: 'inconclusive',
      says: 'errors: 20 of 2,000 (1%) against 180 of 18,000 (1%); between 0.42 and 2 times as many; neither harm nor safety is proven; harm (more than the 1.1 times allowed): evidence 0.4 to 1, needed 100 to 1; safety (within the 1.25 times plus 0.25 percentage points that count as safe (up to 1.5%)): evidence 3.3 to 1, needed 60 to 1; 28% of the evidence needed to advance',
    },
    {
      name: 'nothing to see',
      story: { now: 31 },
      world: {},
      verdict: 'no-data',
      says: 'errors: no usable tick since this step began: candidate total: no series',
    },
    {
      name: 'too early to see',
      story: { now: 3 },
      world: healthy,
      verdict: 'no-data',
      says: 'errors: no tick of 5m is complete yet in this step',
    },
    {
      name: 'a provider that cannot be reached',
      story: { now: 31 },
      world: { ...healthy, 'errors/total/stable': absent('unreachable') },
      verdict: 'error',
      says: 'errors: could not be asked: query "errors/total/stable": unreachable: the unreachable of a test',
    },
  ])('is judged by $name', ({ story, world, verdict, says }) => {
    const assessment = judge(story, world);
    expect({ verdict: checkNamed(assessment, 'errors').verdict, overall: assessment.overall }).toEqual({
      verdict,
      overall: verdict,
    });
    expect(sentence(story, world)).toBe(says);
  });

  it.each([...BROKEN])(
    'is error whichever of its queries broke (%s), even on proof of harm by the rest',
    (reason: AbsenceReason) => {
      for (const id of Object.keys(sick)) {
        const assessment = judge({ now: 31 }, { ...sick, [id]: absent(reason) });
        const check = checkNamed(assessment, 'errors');
        expect([assessment.overall, check.verdict, check.lastSeen]).toEqual(['error', 'error', undefined]);
        expect(check.evidence).toEqual({
          kind: 'broken',
          queries: [{ id, reason, detail: `the ${reason} of a test` }],
        });
      }
    },
  );

  it.each<AbsenceReason>(['empty', 'stale', 'not-a-number', 'infinite'])(
    'has no data when an answer is %s',
    (reason) => {
      expect(judge({ now: 31 }, { ...sick, 'errors/bad/candidate': absent(reason) }).overall).toBe('no-data');
    },
  );

  it('says how many more queries broke', () => {
    const down = Object.fromEntries(Object.keys(healthy).map((id) => [id, absent('timeout')]));
    expect(sentence({ now: 31 }, down)).toContain(
      'query "errors/bad/candidate": timeout: the timeout of a test, and 3 more',
    );
  });

  it.each<{ tolerate: (typeof errors)['tolerate']; says: string }>([
    { tolerate: { relative: 0 }, says: 'more than stable;' },
    { tolerate: { relative: 0.1 }, says: 'more than the 1.1 times allowed;' },
    { tolerate: { absolute: 0.005 }, says: 'more than the 0.5 percentage points allowed (up to 1.5%);' },
    {
      tolerate: { relative: 0.5, absolute: 0.001 },
      says: 'more than the 1.5 times plus 0.1 percentage points allowed (up to 1.6%);',
    },
  ])('names the margin that is exceeded: $says', ({ tolerate, says }) => {
    expect(sentence({ now: 61, checks: [{ ...errors, tolerate }] }, sick)).toContain(says);
  });

  it('tolerates what the manifest tolerates', () => {
    const generous = { ...errors, tolerate: { relative: 2.5 } };
    expect(judge({ now: 601, checks: [generous] }, sick).overall).toBe('pass');
    const absolute = { ...errors, tolerate: { absolute: 0.025 } };
    expect(judge({ now: 601, checks: [absolute] }, sick).overall).toBe('pass');
  });

  it('needs a smaller difference to pass where `safe` is narrower than the default', () => {
    const strict = { ...errors, safe: { relative: 0.1 } };
    expect(judge({ now: 121 }, healthy).overall).toBe('pass');
    expect(judge({ now: 121, checks: [strict] }, healthy).overall).toBe('inconclusive');
  });

  it('passes without any bad event on either arm', () => {
    expect(sentence({ now: 61 }, counts('errors', [0, 1_000, 0, 9_000]))).toBe(
      'errors: 0 of 12,000 (0%) against 0 of 108,000 (0%); between 0.0069 points fewer and 0.046 points more; within the 1.25 times plus 0.25 percentage points that count as safe (up to 0.25%); evidence more than 1,000,000 to 1, needed 60 to 1',
    );
  });

  it('gives one bound where the data have only one', () => {
    expect(sentence({ now: 31 }, counts('errors', [5, 1_000, 0, 9_000]))).toContain('; at least ');
    const relative = [{ ...errors, safe: { relative: 0.25 } }];
    expect(sentence({ now: 31, checks: relative }, counts('errors', [0, 1_000, 90, 9_000]))).toContain(
      '; at most ',
    );
  });
});

describe('evidence of safety', () => {
  it('begins anew with each step and needs its share of the rate', () => {
    const weights = [
      [5, 0],
      [25, 60],
    ] as const;
    const late = judge({ now: 71, weights }, healthy);
    expect(late.overall).toBe('inconclusive');
    expect(evidenceOf(late).ticksUsed).toBe(14);
    expect(evidenceOf(late).logSafe).toBe(evidenceOf(judge({ now: 11 }, healthy)).logSafe);
    expect(evidenceOf(late).safeThreshold).toBeCloseTo(Math.log(3 / 0.05), 12);
    expect(judge({ now: 121, weights }, healthy).overall).toBe('pass');
  });

  it('does not vouch for a step once the newest tick has no numbers', () => {
    const gone = (at: { tick: number }) => (at.tick > 11 ? 'missing' : 1_000);
    const assessment = judge({ now: 61 }, { ...healthy, 'errors/total/candidate': gone });
    expect(evidenceOf(assessment).logSafe).toBeGreaterThan(evidenceOf(assessment).safeThreshold);
    expect(assessment.overall).toBe('no-data');
    expect(checkNamed(assessment, 'errors').sentence).toBe(
      'errors: no usable tick since 2026-11-21T08:55:00Z: candidate total: no sample',
    );
  });

  it('outlives a stretch without traffic up to the deadline for missing evidence, and no longer', () => {
    const until = (last: number) => (at: { tick: number }) => (at.tick > last ? 0 : 1_000);
    const world = { ...healthy, 'errors/total/candidate': until(12), 'errors/bad/candidate': 0 };
    expect(judge({ now: 121 }, world).overall).toBe('pass');
    expect(judge({ now: 126 }, world).overall).toBe('no-data');
    expect(judge({ now: 126, health: { noDataDeadline: minutes(120) } }, world).overall).toBe('pass');
  });
});

describe('at 100 %, where stable has no traffic', () => {
  const weights = [
    [5, 0],
    [25, 60],
    [100, 120],
  ] as const;
  const limited = { ...errors, limit: 0.02 };
  const bake = {
    ...healthy,
    ...counts('errors', [
      10,
      1_000,
      ({ minute: at }) => (at > 120 ? 'missing' : 90),
      ({ minute: at }) => (at > 120 ? 'missing' : 9_000),
    ]),
  };

  it('a check with a limit passes by its limit, from the ticks of this step', () => {
    const early = judge({ now: 126, weights, checks: [limited] }, bake);
    expect(early.overall).toBe('inconclusive');
    const late = judge({ now: 181, weights, checks: [limited] }, bake);
    expect(late.overall).toBe('pass');
    expect(late.lastSeen).toBe(minute(180));
    expect(evidenceOf(late).ticksUsed).toBe(36);
    expect(checkNamed(late, 'errors').sentence).toBe(
      'errors: 360 of 36,000 (1%); within the limit of 2%; evidence more than 1,000,000 to 1, needed 60 to 1',
    );
    expect(checkNamed(early, 'errors').sentence).toBe(
      'errors: 250 of 25,000 (1%); not proven within the limit of 2%; harm (above the limit of 2%): evidence 0.25 to 1, needed 100 to 1; safety (within the limit of 2%): evidence 12 to 1, needed 60 to 1; 60% of the evidence needed to advance',
    );
  });

  it('a check without a limit has no vote, and says why', () => {
    const assessment = judge(
      { now: 181, weights, checks: [errors, { ...limited, name: 'capped' }] },
      {
        ...bake,
        ...Object.fromEntries(
          Object.entries(bake).map(([id, source]) => [id.replace('errors', 'capped'), source]),
        ),
      },
    );
    const check = checkNamed(assessment, 'errors');
    expect([check.verdict, check.gating, assessment.overall]).toEqual(['inconclusive', false, 'pass']);
    expect(check.sentence).toBe(
      'errors: cannot judge at 100%: stable has no traffic to compare with, and the check has no limit',
    );
  });

  it('nothing is known when no check has a vote', () => {
    const assessment = judge({ now: 181, weights }, bake);
    expect([assessment.overall, assessment.lastSeen]).toEqual(['inconclusive', undefined]);
  });

  it('the limit still finds harm', () => {
    const world = {
      ...bake,
      'errors/bad/candidate': ({ minute: at }: { minute: number }) => (at > 120 ? 40 : 10),
    };
    const assessment = judge({ now: 181, weights, checks: [limited] }, world);
    expect(assessment.overall).toBe('fail');
    expect(checkNamed(assessment, 'errors').sentence).toMatch(
      /^errors: at 100%, 480 of 12,000 \(4%\); above the limit of 2%; evidence .* to 1, needed 100 to 1$/,
    );
  });

  it('what stable still gets is not compared with: probes are no traffic', () => {
    const probes = counts('errors', [
      20,
      1_000,
      ({ minute: at }) => (at > 120 ? 0 : 180),
      ({ minute: at }) => (at > 120 ? 10 : 9_000),
    ]);
    const before = judge({ now: 121, weights: weights.slice(0, 2) }, probes).family.logHarm;
    expect(judge({ now: 1_201, weights }, probes).family.logHarm).toBeLessThan(before + 0.7);
    expect(judge({ now: 1_201, weights }, probes).overall).toBe('inconclusive');
  });

  it('harm proven in earlier steps has its vote', () => {
    const world = {
      ...bake,
      'errors/bad/candidate': ({ minute: at }: { minute: number }) => (at > 120 ? 10 : 30),
    };
    const assessment = judge({ now: 181, weights }, world);
    expect([assessment.overall, checkNamed(assessment, 'errors').gating]).toEqual(['fail', true]);
  });

  it('a candidate without numbers is not passed by what was', () => {
    const gone = {
      ...bake,
      'errors/total/candidate': ({ minute: at }: { minute: number }) => (at > 175 ? 'missing' : 1_000),
    } as World;
    expect(judge({ now: 181, weights, checks: [limited] }, gone).overall).toBe('no-data');
  });
});

describe('all checks together', () => {
  const bad = { ...latency, name: 'a-bad' };
  const good = { ...latency, name: 'a-good' };
  const blind = { ...latency, name: 'a-blind' };
  const torn = { ...latency, name: 'a-torn' };
  const open = { ...latency, name: 'an-open', for: minutes(15) };
  const world: World = {
    'a-bad/value/candidate': 0.5,
    'a-good/value/candidate': 0.1,
    'a-torn/value/candidate': absent('timeout'),
    'an-open/value/candidate': ({ tick }) => (tick > 11 ? 0.5 : 0.1),
  };
  it.each<{ checks: Story['checks']; overall: Verdict }>([
    { checks: [good, open, blind, torn, bad], overall: 'fail' },
    { checks: [good, open, blind, torn], overall: 'error' },
    { checks: [good, open, blind], overall: 'no-data' },
    { checks: [good, open], overall: 'inconclusive' },
    { checks: [good], overall: 'pass' },
  ])('are as bad as the worst: $overall', ({ checks = [], overall }) => {
    const distinct = checks.map((check) => ({ ...check, query: check.name }) as (typeof checks)[number]);
    expect(judge({ now: 61, checks: distinct }, world).overall).toBe(overall);
    expect(judge({ now: 61, checks: [...distinct].reverse() }, world).overall).toBe(overall);
  });

  it('have last seen what the one saw that is furthest behind', () => {
    const behind = {
      'latency/value/candidate': ({ tick }: { tick: number }) => (tick > 9 ? 'missing' : 0.1),
    } as World;
    const assessment = judge({ now: 61, checks: [errors, latency] }, { ...healthy, ...behind });
    expect(assessment.checks.map(({ lastSeen }) => lastSeen)).toEqual([minute(60), minute(45)]);
    expect(assessment.lastSeen).toBe(minute(45));
  });

  it('have last seen nothing when one of them has not since the step began', () => {
    const world = { ...healthy, 'latency/value/candidate': absent('empty') };
    expect(judge({ now: 61, checks: [errors, latency] }, world).lastSeen).toBeUndefined();
    expect(
      judge(
        {
          now: 64,
          weights: [
            [5, 0],
            [25, 60],
          ],
        },
        healthy,
      ).lastSeen,
    ).toBeUndefined();
  });
});

describe('answers that do not fit their questions', () => {
  const evaluation = evaluationOf({ now: 31 });
  const observations = observe(evaluation, healthy);
  const id = 'errors/bad/candidate';
  const given = observations.get(id)!;

  it.each([
    { name: 'an answer is missing', answer: undefined },
    { name: 'a point is missing', answer: { ...given, outcome: { kind: 'series', values: [1, 2] } } },
    { name: 'one number came for many', answer: { ...given, outcome: { kind: 'sample', value: 1 } } },
  ] as const)('are never judged: $name', ({ answer }) => {
    const broken = new Map(observations);
    broken.delete(id);
    if (answer) broken.set(id, answer);
    expect(() => assess(evaluation, broken)).toThrow(
      expect.objectContaining({ code: 'CORRUPT', message: expect.stringContaining(`"${id}"`) }),
    );
    expect(() => assess(evaluation, broken)).toThrow(ToolError);
  });

  it('count as gaps where they are numbers in name only', () => {
    const values = [Number.NaN, Number.POSITIVE_INFINITY, 10, 10, 10, 10];
    const odd = new Map(observations).set(id, { ...given, outcome: { kind: 'series', values } });
    const { evidence } = assess(evaluation, odd).checks[0]!;
    expect(evidence).toMatchObject({
      dropped: [{ reason: 'candidate bad: not a number' }, { reason: 'candidate bad: infinite' }],
    });
  });
});

describe('a fault that has just begun', () => {
  it('keeps a step from being left, though the step as a whole is proven safe', () => {
    const late = counts('errors', [({ tick }) => (tick > 70 ? 18 : 10), 1_000, 90, 9_000]);
    const story = { now: 72 * 5 + 1 };
    const assessment = judge(story, late);
    expect(evidenceOf(assessment).logSafe).toBeGreaterThan(evidenceOf(assessment).safeThreshold);
    expect(assessment.overall).toBe('inconclusive');
    expect(checkNamed(assessment, 'errors').sentence).toMatch(
      /; safe since the step began, but the newest ticks speak [\d.]+ to 1 for a fault that has just begun; waits for them to clear\. No rollback yet: .* since the rollout began: evidence .*, needed 100 to 1$/,
    );
    const forgiving = judge({ ...story, checks: [{ ...errors, trim: 1 }] }, late);
    expect(checkNamed(forgiving, 'errors').sentence).toMatch(
      /since the rollout began, without the tick that proves most \(trim: 1\): evidence /,
    );
    expect(judge(story, healthy).overall).toBe('pass');
  });
});

describe('a proof by events that come together', () => {
  const clumps = counts('errors', [({ tick }) => (tick % 4 === 0 ? 80 : 0), 1_000, 90, 9_000]);
  it('is to be read with caution, and says so', () => {
    const { verdict, sentence: says } = checkNamed(judge({ now: 121 }, clumps), 'errors');
    expect(verdict).toBe('fail');
    expect(says).toMatch(
      /; events seem to come in clumps of about \d+ where 1 is declared, so this proof is weaker than it says; see dispersion$/,
    );
    const declared = [{ ...errors, dispersion: 60 }];
    expect(checkNamed(judge({ now: 121, checks: declared }, clumps), 'errors').sentence).not.toContain(
      'clumps',
    );
    expect(checkNamed(judge({ now: 121 }, sick), 'errors').sentence).not.toContain('clumps');
    const late = counts('errors', [({ tick }) => (tick > 16 ? 90 : 10), 1_000, 90, 9_000]);
    const found = checkNamed(judge({ now: 111 }, late), 'errors');
    expect(found.verdict).toBe('fail');
    expect(found.sentence).not.toContain('clumps');
  });
});
