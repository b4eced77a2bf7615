import { describe, expect, it } from 'vitest';
import type { Counts, EvidenceCheck, EvidenceTick, Margins } from '../../../src/core/judge/evidence.ts';
import { judge } from '../../../src/core/judge/judge.ts';
import { millis } from '../../../src/core/units.ts';
import { announceSeed, type SeededRandom, seededRandom } from '../stats/seeded-random.ts';

/** Both rates are asked for generously, so that a few hundred rollouts can tell. */
const RATE = 0.2;
const ROLLOUTS = 100;
const GONE = { kind: 'unusable', reason: 'a scrape failed' } as const;

interface Asked {
  readonly kind: 'proportion' | 'rate';
  readonly base: number;
  readonly perTick: number;
  readonly margin: Margins['harm'];
  readonly weight: number;
  readonly trim: number;
}

/** What one rollout came to in which every check stands exactly at both of its margins. */
function rollOut(random: SeededRandom): { readonly isTakenBack: boolean; readonly hasAdvanced: boolean } {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)] as T;
  const steps = 2 + Math.floor(random.uniform() * 3);
  const shares = Array.from({ length: steps }, () => 0.01 + 0.5 * random.uniform()).sort((a, b) => a - b);
  const held = shares.map(() => 4 + Math.floor(random.uniform() * 10));
  const asked = Array.from(
    { length: 1 + Math.floor(random.uniform() * 4) },
    (): Asked => ({
      kind: pick(['proportion', 'rate']),
      base: 10 ** (-3 + 2 * random.uniform()),
      perTick: Math.round(10 ** (1.7 + 2 * random.uniform())),
      margin: { ratio: pick([1, 1.1, 2]), difference: pick([0, 0.002]) },
      weight: 10 ** (2 * random.uniform()),
      trim: pick([0, 1]),
    }),
  );
  const ticks = asked.map((): EvidenceTick<Counts>[] => []);
  let hasAdvanced = false;
  for (const [step, length] of held.entries())
    for (let tick = 0; tick < length; tick += 1) {
      const mood = Math.exp(random.uniform() - 0.5);
      for (const [index, one] of asked.entries())
        ticks[index]!.push(lookAt(one, { random, share: shares[step]!, mood, period: step }));
      if (random.uniform() < 0.2) continue;
      const checks = asked.map((one, index) => toCheck(one, `c${index}`, ticks[index]!));
      const [first, ...others] = shares
        .slice(0, step + 1)
        .map((share, at) => ({ step: at, whole: false, share }));
      if (!first) throw new Error('no step');
      const periods = [first, ...others] as const;
      const { checks: judged } = judge(
        { falseRollbackRate: RATE, falseAdvanceRate: RATE, tick: millis(300_000), steps, checks, periods },
        checks,
        () => undefined,
        'none',
      );
      if (judged.some(({ verdict }) => verdict === 'fail')) return { isTakenBack: true, hasAdvanced };
      hasAdvanced ||= judged.every(({ verdict }) => verdict === 'pass');
    }
  return { isTakenBack: false, hasAdvanced };
}

function lookAt(
  { base, perTick, margin }: Asked,
  {
    random,
    share,
    mood,
    period,
  }: {
    readonly random: SeededRandom;
    readonly share: number;
    readonly mood: number;
    readonly period: number;
  },
): EvidenceTick<Counts> {
  const all = Math.round(perTick * (0.3 + random.uniform()));
  const candidate = random.binomial(all, share);
  const rate = base * mood;
  const events = random.binomial(candidate, margin.ratio * rate + margin.difference);
  const stable = { events: random.binomial(all - candidate, rate), exposure: all - candidate };
  return {
    period,
    candidate: random.uniform() < 0.05 ? GONE : { kind: 'seen', value: { events, exposure: candidate } },
    stable: random.uniform() < 0.05 ? GONE : { kind: 'seen', value: stable },
  };
}

function toCheck(
  { kind, margin, weight, trim }: Asked,
  name: string,
  ticks: readonly EvidenceTick<Counts>[],
): EvidenceCheck {
  const check = {
    name,
    weight,
    trim,
    dispersion: 1,
    action: 'rollback',
    required: true,
    harm: margin,
    safe: margin,
    limit: undefined,
    ticks: [...ticks],
  } as const;
  return kind === 'rate' ? { ...check, kind } : { ...check, kind };
}

describe('the promise over all checks, steps and looks together', () => {
  it('holds for candidates exactly at their margins, in rollouts of random schedules with gaps', () => {
    const random = seededRandom(announceSeed('the promise', 20261130));
    const rollouts = Array.from({ length: ROLLOUTS }, () => rollOut(random));
    const share = (claim: 'isTakenBack' | 'hasAdvanced') =>
      rollouts.filter((one) => one[claim]).length / ROLLOUTS;
    expect(share('isTakenBack')).toBeLessThanOrEqual(RATE);
    expect(share('hasAdvanced')).toBeLessThanOrEqual(RATE);
    // a test that never looks would hold, too
    expect(share('isTakenBack') + share('hasAdvanced')).toBeGreaterThan(0);
  });
});
