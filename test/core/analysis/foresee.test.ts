import { describe, expect, it } from 'vitest';
import {
  type Foresight,
  foresee,
  planTraffic,
  type TrafficQuestion,
} from '../../../src/core/analysis/foresee.ts';
import type { Observation } from '../../../src/core/analysis/observation.ts';
import { gridPoint, gridPoints } from '../../../src/core/analysis/query-grid.ts';
import type {
  CheckSpec,
  LatencySpec,
  LimitSpec,
  RateSpec,
} from '../../../src/core/manifest/release-schema.ts';
import type { Rollout } from '../../../src/core/plan/rollout.ts';
import { instant, percent } from '../../../src/core/units.ts';
import { absent, errors, latency, MINUTE, minutes, releaseOf, START, type Story } from './scenario.ts';

const NOW = START;
const capped = { ...errors, limit: 0.02 };

interface Asked {
  readonly story?: Partial<Story>;
  readonly rollout?: Rollout;
  readonly carried?: number;
}

function questionOf({ story = {}, rollout, carried }: Asked): TrafficQuestion {
  const release = releaseOf({ checks: [capped], ...story, now: 0 });
  return { release, rollout, now: NOW, ...(carried === undefined ? {} : { carried }) };
}

/** What stable counts in a tick, by role and minutes before now; undefined: no sample. */
type Counter = (role: string, ago: number) => number | undefined;

/** 2,500 in a tick, 12.5 of them bad: 500 a minute with 0.5 %. */
const steady: Counter = (role) => (role === 'bad' ? 12.5 : 2_500);

function look(asked: Asked, counter: Counter | undefined = steady): Foresight {
  const question = questionOf(asked);
  const observations = planTraffic(question).map(({ id, provider, request }) => {
    if (request.kind === 'instant') throw new Error('a grid was expected');
    const role = id.split('/')[1]!;
    const outcome: Observation['outcome'] = counter
      ? {
          kind: 'series',
          values: Array.from(
            { length: gridPoints(request.grid) },
            (_, index) => counter(role, (NOW - gridPoint(request.grid, index)) / MINUTE) ?? 'missing',
          ),
        }
      : absent('unreachable');
    return [id, { provider, request, fetchedAt: NOW, outcome }] as const;
  });
  return foresee(question, new Map(observations));
}

const check = (foresight: Foresight, step = 0, name = 'errors') => {
  const found = foresight.steps[step]!.checks.find((one) => one.name === name);
  if (!found) throw new Error(`nothing is foreseen of "${name}"`);
  return found;
};
const effect = (foresight: Foresight, times: number, step = 0) =>
  check(foresight, step).effects.find((one) => one.effect === times)!;

describe('what is asked', () => {
  it('is about stable alone, over the last day, each question once, and of checks that count', () => {
    const question = questionOf({ story: { checks: [errors, { ...errors, name: 'again' }, latency] } });
    const queries = planTraffic(question);
    expect(queries.map(({ id }) => id)).toEqual(['errors/bad/stable', 'errors/total/stable']);
    const { request } = queries[0]!;
    if (request.kind !== 'range') throw new Error(request.kind);
    expect(request.query).toContain('v="3.4.1"');
    expect(gridPoints(request.grid)).toBe(288);
    expect(request.grid.last).toBe(NOW - MINUTE);
  });

  it('is also what checks learn from its past, in the same question where it is the same', () => {
    const learned = { ...capped, dispersion: 'history' } as const;
    const question = questionOf({ story: { checks: [learned] } });
    expect(planTraffic(question).map(({ id }) => id)).toEqual(['errors/bad/stable', 'errors/total/stable']);
    // every other tick twice as many: more scatter than single events have
    const scattered: Counter = (role, ago) =>
      role === 'bad' && Math.floor(ago / 5) % 2 === 0 ? 25 : steady(role, ago);
    const plain = effect(look({}, scattered), 2).median!;
    expect(effect(look({ story: { checks: [learned] } }, scattered), 2).median!).toBeGreaterThan(1.5 * plain);
  });

  it('stays within what a provider gives, however narrow or wide a tick is', () => {
    const points = (tick: number) => {
      const question = questionOf({ story: { health: { tick: minutes(tick) } } });
      const { request } = planTraffic(question)[0]!;
      return request.kind === 'range' ? gridPoints(request.grid) : 0;
    };
    expect(points(0.25)).toBe(1_000);
    expect(points(24 * 60)).toBe(12);
  });
});

describe('the traffic', () => {
  it('is counted in the ticks that have numbers, and the others are told', () => {
    const foresight = look({}, (role, ago) => (ago < 61 ? steady(role, ago) : undefined));
    expect(foresight.traffic).toEqual([
      { name: 'errors', kind: 'seen', exposure: 500, rate: 0.005, unit: 'share', ticks: 12, asked: 288 },
    ]);
  });

  it('is everybody’s, also where a candidate has part of it', () => {
    const transitions = [
      { weight: percent(20), at: instant(NOW - 181 * MINUTE) },
      { weight: percent(100), at: instant(NOW - 61 * MINUTE) },
    ] as const;
    const rollout: Rollout = { startedAt: transitions[0].at, transitions };
    const foresight = look({ rollout }, (role, ago) => {
      const share = ago < 61 ? 0 : ago < 181 ? 0.8 : 1;
      return share * (steady(role, ago) ?? 0);
    });
    // the hour at 100 % says nothing of stable
    expect(foresight.traffic).toMatchObject([{ exposure: expect.closeTo(500, 6), ticks: 288 - 12 }]);
  });

  it.each([
    ['no sample', (): undefined => undefined, 'nothing was seen of stable: stable total: no sample'],
    ['nobody asks', () => 0, 'stable had no traffic'],
  ])('that is not there is said and not guessed: %s', (_, counter, reason) => {
    const foresight = look({}, counter);
    expect(foresight.traffic).toEqual([{ name: 'errors', kind: 'unknown', reason }]);
    expect(foresight.steps.map(({ checks }) => checks)).toEqual([[], [], []]);
    expect(foresight).toMatchObject({ total: undefined, remarks: [] });
  });

  it('that could not be asked for is said with its reason', () => {
    const question = questionOf({});
    const observations = planTraffic(question).map(
      ({ id, provider, request }) =>
        [id, { provider, request, fetchedAt: NOW, outcome: absent('unreachable') }] as const,
    );
    expect(foresee(question, new Map(observations)).traffic).toEqual([
      {
        name: 'errors',
        kind: 'unknown',
        reason:
          'could not be asked: query "errors/bad/stable": unreachable: the unreachable of a test, and 1 more',
      },
    ]);
  });
});

describe('a step', () => {
  it('takes longer with less traffic, and shows a large effect sooner than a small one', () => {
    const foresight = look({});
    const medians = check(foresight).effects.map(({ median }) => median!);
    expect(medians.toSorted((a, b) => b - a)).toEqual(medians);
    expect(effect(foresight, 2).ninety!).toBeGreaterThan(effect(foresight, 2).median!);
    expect(effect(foresight, 2, 1).median!).toBeLessThan(effect(foresight, 2).median!);
    expect(check(foresight, 1).safe.median!).toBeLessThan(check(foresight, 0).safe.median!);
    const busy = look({}, (role, ago) => 10 * steady(role, ago)!);
    expect(effect(busy, 2).median!).toBeLessThan(effect(foresight, 2).median! / 5);
  });

  it('that is not the first takes longer to show what begins with it', () => {
    const twice = look({ story: { steps: [5, 5.0001, 100] } });
    expect(effect(twice, 2, 1).median!).toBeGreaterThan(effect(twice, 2, 0).median!);
    expect(check(twice, 1).safe).toEqual(check(twice, 0).safe);
  });

  it('at 100 % has the limit alone: what stays below it is never taken back', () => {
    const foresight = look({});
    expect(effect(foresight, 2, 2).median).toBeUndefined();
    expect(effect(foresight, 5, 2).median).toBeGreaterThan(0);
    expect(look({ story: { checks: [errors] } }).steps[2]).toMatchObject({ checks: [], stay: 24 * 60 });
  });

  it('needs more evidence where the promise is shared, spread over more steps, or spent before', () => {
    const alone = effect(look({}), 2).median!;
    const shared = look({ story: { checks: [capped, { ...capped, name: 'more', weight: 9 }] } });
    expect(effect(shared, 2).median!).toBeGreaterThan(alone);
    expect(effect(look({ carried: 0 }), 2).median!).toBe(alone);
    expect(effect(look({ carried: -3 }), 2).median!).toBeGreaterThan(alone);
    const one = look({ story: { steps: [5, 100] } });
    const many = look({ story: { steps: [5, 6, 7, 8, 9, 10, 100] } });
    expect(check(one).safe.median!).toBeLessThan(check(many).safe.median!);
  });

  it('is told to be too short for a doubling, or to outlast its hold', () => {
    const [first, second] = look({}).steps;
    const { safe } = check(look({}));
    expect(first!.remarks).toEqual([
      { kind: 'double-unseen-in-hold', check: 'errors', minutes: effect(look({}), 2).ninety },
      { kind: 'safe-after-hold', check: 'errors', minutes: safe.median },
    ]);
    expect(first!.stay).toBe(safe.median);
    expect(second!.stay).toBe(Math.max(60, check(look({}), 1).safe.median!));
    expect(look({}, (role, ago) => 100 * steady(role, ago)!).steps.flatMap(({ remarks }) => remarks)).toEqual(
      [],
    );
  });

  it('that waits for nobody ends with its hold', () => {
    const free = look({ story: { checks: [{ ...capped, required: false }] } });
    expect(free.steps[0]).toMatchObject({ stay: 60, remarks: [{ kind: 'double-unseen-in-hold' }] });
  });

  it('is for ever where nothing can be proven safe', () => {
    const none = look({ story: { checks: [{ ...capped, safe: { relative: 0.5 } }] } }, (role) =>
      role === 'bad' ? 0 : 2_500,
    );
    expect(none.steps[0]).toMatchObject({ stay: undefined });
    expect(none.steps[0]!.remarks).toContainEqual({ kind: 'safe-never', check: 'errors' });
    expect(none.total).toBeUndefined();
  });

  it('knows limits, of which stable is asked here although it is not asked on the way', () => {
    const budget: LimitSpec = { ...errors, name: 'budget', kind: 'limit', max: 0.02 };
    const foresight = look({ story: { checks: [budget satisfies CheckSpec] } });
    const { effects, safe } = check(foresight, 0, 'budget');
    expect(effects.map(({ median }) => median === undefined)).toEqual([true, true, true, false]);
    expect(safe.median).toBeGreaterThan(0);
  });
});

describe('other kinds that count', () => {
  it('rates are foreseen as rates', () => {
    const crashes: RateSpec = {
      name: 'crashes',
      kind: 'rate',
      provider: 'prod',
      events: 'events{v="{{version}}"}',
      exposure: 'exposure{v="{{version}}"}',
      limit: 6,
    };
    const foresight = look({ story: { checks: [crashes] } }, (role) => (role === 'events' ? 200 : 100));
    expect(foresight.traffic).toMatchObject([{ kind: 'seen', exposure: 20, rate: 2, unit: 'rate' }]);
    expect(check(foresight, 0, 'crashes').effects[3]!.median).toBeGreaterThan(0);
    expect(check(foresight, 2, 'crashes').safe.median).toBeGreaterThan(0);
  });

  it('latencies by their tail, and not by a quantile', () => {
    const slow: LatencySpec = {
      name: 'slow',
      kind: 'latency',
      provider: 'prod',
      buckets: 'buckets{v="{{version}}"}',
      bound: 0.4,
    };
    const { bound, ...rest } = slow;
    const quantile: LatencySpec = { ...rest, name: 'p99', quantile: 0.99 };
    const question = questionOf({ story: { checks: [slow, quantile] } });
    const [query, ...others] = planTraffic(question);
    if (others.length > 0 || query?.request.kind !== 'grouped') throw new Error('one histogram was expected');
    const { provider, request } = query;
    const each = (value: number) => Array.from({ length: gridPoints(request.grid) }, () => value);
    const groups = [
      { value: '0.1', values: each(1_000) },
      { value: '0.4', values: each(2_475) },
      { value: '+Inf', values: each(2_500) },
    ];
    const outcome = { kind: 'grouped', groups } as const;
    const foresight = foresee(
      question,
      new Map([[query.id, { provider, request, fetchedAt: NOW, outcome }]]),
    );
    expect(foresight.traffic).toMatchObject([
      { name: 'slow', kind: 'seen', exposure: 500, rate: 0.01 },
      { name: 'p99', kind: 'unknown', reason: 'how long a latency check takes cannot be foreseen' },
    ]);
    expect(check(foresight, 0, 'slow').effects[2]!.median).toBeGreaterThan(0);
    expect(bound).toBe(0.4);
    expect(foresight.total).toBeUndefined();
  });
});

describe('the whole rollout', () => {
  it('is the sum of its steps, and is held against the deadline', () => {
    const foresight = look({});
    expect(foresight.total).toBe(foresight.steps.reduce((sum, { stay }) => sum + stay!, 0));
    expect(foresight.remarks).toEqual([]);
    const slow = look({}, (role, ago) => steady(role, ago)! / 50);
    expect(slow.remarks).toEqual([{ kind: 'beyond-deadline', minutes: slow.total }]);
  });

  it('survives JSON, and has no number that is none', () => {
    const foresight = look({});
    const text = JSON.stringify(foresight);
    expect(text).not.toContain('null');
    expect(JSON.parse(text)).toEqual(foresight);
  });

  it('tells multiples of what is tolerated: half more is tolerated, so twice that is a doubling', () => {
    const half = { ...errors, tolerate: { relative: 0.5, absolute: 0 }, limit: 0.5 };
    const { effects, regressions } = check(look({ story: { checks: [half] } }));
    expect(regressions.map(({ times }) => times)).toEqual([1, 2, 5]);
    const [border, twice, fivefold] = regressions;
    expect(border).toMatchObject({ rate: 0.0075, median: undefined, ninety: undefined });
    const double = effects.find(({ effect }) => effect === 2);
    expect(double?.ninety).toBeGreaterThan(0);
    expect(twice!.rate).toBeCloseTo(0.01, 10);
    expect(twice).toMatchObject({ median: double?.median, ninety: double?.ninety });
    expect(fivefold!.ninety!).toBeLessThan(twice!.ninety!);
  });

  it('takes the nearest border where a limit is narrower than what is tolerated', () => {
    const wide = { ...errors, tolerate: { relative: 0, absolute: 0.1 }, limit: 0.02 };
    const [border] = check(look({ story: { checks: [wide] } })).regressions;
    expect(border?.rate).toBeCloseTo(0.02, 10);
  });
});
