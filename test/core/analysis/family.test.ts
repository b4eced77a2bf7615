import { describe, expect, it } from 'vitest';
import { assess } from '../../../src/core/analysis/assess.ts';
import { probability } from '../../../src/core/units.ts';
import {
  absent,
  checkNamed,
  counts,
  errors,
  evaluationOf,
  evidenceOf,
  judge,
  observe,
  type Source,
  type Story,
  type World,
} from './scenario.ts';

const named = (name: string) => ({ ...errors, name, bad: `${name}{v="{{version}}"}` });
const sources = (bad: Source): readonly [Source, Source, Source, Source] => [bad, 1_000, 90, 9_000];
const together = (worlds: readonly World[]): World => Object.assign({}, ...worlds);

describe('harm over all checks', () => {
  it('is the mean of the evidence of all checks, and that of a check the mean of its members', () => {
    const world = together([counts('a', sources(16)), counts('b', sources(10))]);
    // Both ask for the same totals: the second check shares the questions of the first.
    const alone = (name: string, limit?: number) =>
      judge({ now: 31, checks: [{ ...named(name), ...(limit === undefined ? {} : { limit }) }] }, world);
    const all = judge({ now: 31, checks: [named('a'), { ...named('b'), limit: 0.02 }] }, world);
    const [a, b] = [alone('a'), alone('b', 0.02)].map(({ family }) => Math.exp(family.logHarm));
    expect(all.family.logHarm).toBeCloseTo(Math.log((a! + b!) / 2), 9);
    const shares = ['a', 'b'].map((name) => Math.exp(evidenceOf(all, name).logHarm));
    expect(Math.log(shares[0]! + shares[1]!)).toBeCloseTo(all.family.logHarm, 9);
    const { members, totals } = evidenceOf(all, 'b');
    expect(members.map(({ name }) => name)).toEqual(['comparison', 'limit']);
    expect(Math.log(members.reduce((sum, { logHarm }) => sum + Math.exp(logHarm), 0))).toBeCloseTo(
      evidenceOf(all, 'b').logHarm,
      9,
    );
    expect(totals!.alone).toEqual({ events: 60, exposure: 6_000 });
  });

  it('is spent as the weights of the checks say, a critical check twice', () => {
    const world = together([counts('a', sources(16)), counts('b', sources(10))]);
    const share = (a: object) => {
      const all = judge({ now: 31, checks: [{ ...named('a'), ...a }, named('b')] }, world);
      return Math.exp(evidenceOf(all, 'a').logHarm);
    };
    expect(share({ weight: 3 }) / share({})).toBeCloseTo((3 / 4) * 2, 9);
    expect(share({ critical: true, trim: 0 }) / share({})).toBeCloseTo((2 / 3) * 2, 9);
  });

  it('finds what gets worse late faster than the whole rollout alone would', () => {
    const world = counts(
      'errors',
      sources(({ minute: at }) => (at > 600 ? 22 : 10)),
    );
    const weights = [
      [5, 0],
      [25, 600],
    ] as const;
    const story = (now: number): Story => ({ now, weights });
    const first = [...Array(60).keys()].find(
      (tick) => judge(story(606 + 5 * tick), world).overall === 'fail',
    )!;
    const longFirst = [...Array(60).keys()].find(
      (tick) => judge({ now: 606 + 5 * tick }, world).overall === 'fail',
    )!;
    expect(first).toBeLessThan(longFirst);
  });

  it('keeps what an earlier step has shown', () => {
    const world = counts(
      'errors',
      sources(({ minute: at }) => (at > 60 ? 9 : 30)),
    );
    const weights = [
      [5, 0],
      [25, 60],
    ] as const;
    expect(judge({ now: 121, weights }, world).overall).toBe('fail');
  });

  it('is not proven by a check that would be alone, but is one of many', () => {
    const bad = counts('a', sources(21));
    const others = ['b', 'c', 'd', 'e', 'f'];
    const world = together([bad, ...others.map((name) => counts(name, sources(10)))]);
    const now = 11;
    expect(judge({ now, checks: [named('a')] }, world).overall).toBe('fail');
    const all = judge({ now, checks: [named('a'), ...others.map(named)] }, world);
    expect(all.family.logHarm).toBeLessThan(all.family.threshold);
    expect(all.checks.map(({ verdict }) => verdict)).not.toContain('fail');
  });

  it('is proven by checks together that would not be alone, and the worst is to blame', () => {
    const names = ['a', 'b', 'c', 'd'];
    const bad =
      (name: string): Source =>
      ({ tick }) =>
        name === 'c' && tick <= 2 ? 17 : 14;
    const world = together(names.map((name) => counts(name, sources(bad(name)))));
    const looks = [...Array(60).keys()].map((tick) =>
      judge({ now: 6 + 5 * tick, checks: names.map(named) }, world),
    );
    const first = looks.find(({ overall }) => overall === 'fail')!;
    expect(first.checks.map(({ verdict }) => verdict)).toEqual([
      'inconclusive',
      'inconclusive',
      'fail',
      'inconclusive',
    ]);
    expect(first.family.logHarm).toBeGreaterThanOrEqual(first.family.threshold);
    expect(evidenceOf(first, 'c').logHarm).toBeLessThan(first.family.threshold);
    expect(checkNamed(first, 'c').sentence).toMatch(
      /evidence [\d.]+ to 1, with the other checks [\d.]+ to 1, needed 100 to 1$/,
    );
  });

  it('blames every check that would be proof alone', () => {
    const world = together([counts('a', sources(40)), counts('b', sources(30)), counts('c', sources(10))]);
    const all = judge({ now: 61, checks: ['a', 'b', 'c'].map(named) }, world);
    expect(all.checks.map(({ verdict }) => verdict)).toEqual(['fail', 'fail', 'pass']);
  });

  it('is not invented by a broken check: it keeps its weight and adds nothing', () => {
    const bad = counts('a', sources(16));
    const torn = { ...counts('b', sources(10)), 'b/bad/stable': absent('timeout') };
    const alone = judge({ now: 31, checks: [named('a')] }, bad);
    const both = judge({ now: 31, checks: [named('a'), named('b')] }, together([bad, torn]));
    expect(both.family.logHarm).toBeCloseTo(alone.family.logHarm - Math.log(2), 12);
    expect(both.overall).toBe('error');
  });

  it('is found by the other checks while one is broken', () => {
    const torn = { ...counts('b', sources(10)), 'b/bad/stable': absent('timeout') };
    const world = together([counts('a', sources(40)), torn]);
    expect(judge({ now: 61, checks: [named('a'), named('b')] }, world).overall).toBe('fail');
  });

  it('needs the declared rate', () => {
    const world = counts('errors', sources(18));
    const at = (rate: number) => judge({ now: 21, health: { falseRollbackRate: probability(rate) } }, world);
    expect(at(0.01).family.threshold).toBeCloseTo(Math.log(100), 12);
    expect([at(0.1).overall, at(0.0001).overall]).toEqual(['fail', 'inconclusive']);
  });
});

describe('an earlier trial of the same content', () => {
  it('leaves its evidence, so that the same content does not begin anew', () => {
    const world = counts('errors', sources(17));
    const evaluation = evaluationOf({ now: 31 });
    const observations = observe(evaluation, world);
    const first = assess(evaluation, observations);
    expect(first.overall).not.toBe('fail');
    const again = assess({ ...evaluation, carried: first.family.threshold - 0.75 }, observations);
    expect(again.overall).toBe('fail');
    expect(again.family.threshold).toBeCloseTo(0.75, 12);
    const proven = assess({ ...evaluation, carried: 100 }, observe(evaluation, {}));
    expect(proven.family.threshold).toBe(Math.LN2);
    expect(proven.overall).not.toBe('fail');
  });
});
