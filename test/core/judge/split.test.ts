import { describe, expect, it } from 'vitest';
import type { EvidenceTick, SplitCheck, Traffic } from '../../../src/core/judge/evidence.ts';
import { announceSeed, seededRandom } from '../stats/seeded-random.ts';
import { AT_ALL, AT_FIVE, AT_QUARTER, judgeAlone, numbersIn, tick } from './story.ts';

const split: Omit<SplitCheck, 'ticks'> = {
  name: 'split',
  kind: 'split',
  weight: 1,
  action: 'hold',
  required: true,
  share: undefined,
  tolerance: 0.1,
  dispersion: 1,
  trim: 0,
};
const traffic = (candidate: number, stable: number, period = 0): EvidenceTick<Traffic> =>
  tick({ exposure: candidate }, { exposure: stable }, period);
const times = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);
const check = (ticks: readonly EvidenceTick<Traffic>[], changed: Partial<SplitCheck> = {}): SplitCheck => ({
  ...split,
  ...changed,
  ticks,
});

describe('a split', () => {
  it.each<{ name: string; check: SplitCheck; verdict: string; text: string }>([
    {
      name: 'passes as long as nothing speaks against it',
      check: check([traffic(49, 951)]),
      verdict: 'pass',
      text: 'traffic is split as declared, as far as can be told: 4.9% observed, 5% declared (49 of 1,000)',
    },
    {
      name: 'fails when the candidate gets too much',
      check: check(times(10, traffic(70, 930))),
      verdict: 'fail',
      text: "traffic is not split as declared: 7% observed, 5% declared (700 of 10,000); between 6.01% and 7.98%; off by more than 10% of the declared share; this is no verdict on the candidate's health: Belay holds, and comparisons of the versions are not to be trusted until it is; evidence more than 1,000,000 to 1, needed 20 to 1",
    },
    {
      name: 'fails when the candidate gets nothing at all',
      check: check(times(3, traffic(0, 1_000))),
      verdict: 'fail',
      text: "traffic is not split as declared: 0% observed, 5% declared (0 of 3,000); between 0% and 0.152%; off by more than 10% of the declared share; this is no verdict on the candidate's health: Belay holds, and comparisons of the versions are not to be trusted until it is; evidence more than 1,000,000 to 1, needed 20 to 1",
    },
    {
      name: 'has no data while the candidate has no traffic and that may be chance',
      check: check([traffic(0, 10)]),
      verdict: 'no-data',
      text: 'no usable tick',
    },
    {
      name: 'has no data when nobody sends anything',
      check: check([traffic(0, 0)]),
      verdict: 'no-data',
      text: 'no usable tick',
    },
    {
      name: 'has no data when the newest tick cannot be used and no other could',
      check: check([tick<Traffic>('candidate total: no series', { exposure: 10 })]),
      verdict: 'no-data',
      text: 'candidate total: no series',
    },
    {
      name: 'takes a share of its own before that of the period',
      check: check(times(10, traffic(500, 500)), { share: 0.5 }),
      verdict: 'pass',
      text: 'traffic is split as declared, as far as can be told: 50% observed, 50% declared (5,000 of 10,000)',
    },
  ])('$name', ({ check: given, verdict, text }) => {
    const judged = judgeAlone(given);
    expect(judged.text).toBe(text);
    expect(judged.verdict).toBe(verdict);
  });

  it('holds every weight to its own share and shows that of now', () => {
    const judged = judgeAlone(check([...times(10, traffic(50, 950)), ...times(10, traffic(250, 750, 1))]), {
      periods: [AT_FIVE, AT_QUARTER],
      steps: 3,
    });
    expect(judged.verdict).toBe('pass');
    expect(judged.text).toBe(
      'traffic is split as declared, as far as can be told: 25% observed, 25% declared (2,500 of 10,000)',
    );
    const late = judgeAlone(check([...times(10, traffic(50, 950)), ...times(10, traffic(50, 950, 1))]), {
      periods: [AT_FIVE, AT_QUARTER],
      steps: 3,
    });
    expect(late.verdict).toBe('fail');
    expect(late.text).toContain('at 25%, traffic is not split as declared: 5% observed, 25% declared');
  });

  it('needs no proof that traffic is split as declared', () => {
    const judged = judgeAlone(check([traffic(1, 9)]));
    expect([judged.verdict, judged.logSafe]).toEqual(['pass', undefined]);
  });

  it('is not asked for at 100%', () => {
    const judged = judgeAlone(check([...times(5, traffic(50, 950)), traffic(1_000, 0, 1)]), {
      periods: [AT_FIVE, AT_ALL],
    });
    expect([judged.verdict, judged.weighed.able]).toEqual(['inconclusive', false]);
  });

  it('clears when traffic is split as declared again for long enough', () => {
    const wrong = times(3, traffic(0, 1_000));
    const verdicts = [0, 500].map(
      (ticks) => judgeAlone(check([...wrong, ...times(ticks, traffic(50, 950))])).verdict,
    );
    expect(verdicts).toEqual(['fail', 'pass']);
  });

  it('never sees less wrong when more of the traffic is on the wrong arm', () => {
    const logs = [55, 60, 70, 100, 500, 1_000].map(
      (candidate) => judgeAlone(check(times(20, traffic(candidate, 1_000 - candidate)))).logHarm!,
    );
    expect(logs.toSorted((a, b) => a - b)).toEqual(logs);
  });

  it('gives finite numbers whatever the counts are', () => {
    for (const [candidate, stable] of [
      [0, 0],
      [1e15, 0],
      [0, 1e15],
      [0.3, 0.1],
    ] as const) {
      const { text, logHarm, interval } = judgeAlone(check([traffic(candidate, stable), traffic(1, 19)]));
      expect(numbersIn({ logHarm, interval }).every(Number.isFinite)).toBe(true);
      expect(text).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  it('is not rejected by a router that draws every request, nor by sessions whose size is declared', () => {
    const seed = announceSeed('splits as declared', 20261121);
    const random = seededRandom(seed);
    const worlds = 40;
    const count = (session: number, dispersion: number): number => {
      let failed = 0;
      for (let world = 0; world < worlds; world += 1) {
        const ticks = Array.from({ length: 288 }, () => {
          const candidate = session * random.binomial(500 / session, 0.05);
          return traffic(candidate, 500 - candidate);
        });
        const looks = Array.from({ length: 6 }, (_, look) => 48 * (look + 1));
        if (looks.some((end) => judgeAlone(check(ticks.slice(0, end), { dispersion })).verdict === 'fail'))
          failed += 1;
      }
      return failed;
    };
    const found = { requests: count(1, 1), sessions: count(10, 10) };
    console.log(
      `splits: of ${worlds} as declared fail ${found.requests}, in sessions of ten ${found.sessions}`,
    );
    expect(Math.max(found.requests, found.sessions)).toBeLessThanOrEqual(4);
  });
});
