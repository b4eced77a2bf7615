import { describe, expect, it } from 'vitest';
import type { EvidenceTick, GaugeCheck, Measured } from '../../../src/core/judge/evidence.ts';
import { announceSeed, seededRandom } from '../stats/seeded-random.ts';
import { AT_ALL, AT_FIVE, AT_QUARTER, judgeAlone, numbersIn, tick } from './story.ts';

const calibration: Omit<GaugeCheck, 'ticks'> = {
  name: 'calibration',
  kind: 'gauge',
  weight: 1,
  action: 'rollback',
  required: true,
  worse: 'higher',
  harm: { difference: 0.5, unit: 'sd' },
  safe: { difference: 0.5, unit: 'sd' },
  batch: 1,
};

/** Values between 0 and 1 without memory, the same on every machine. */
const jitter = (index: number): number => ((index * 7919 + 104_729) % 997) / 997;

/** Ticks with values near 0.03 on both arms; the candidate's are higher by `shift`. */
function ticks(count: number, shift: number, period = 0): readonly EvidenceTick<Measured>[] {
  return Array.from({ length: count }, (_, index) =>
    tick(
      { value: 0.03 + shift + 0.002 * jitter(index) },
      { value: 0.03 + 0.002 * jitter(index + 331) },
      period,
    ),
  );
}

const gauge = (given: readonly EvidenceTick<Measured>[], changed: Partial<GaugeCheck> = {}): GaugeCheck => ({
  ...calibration,
  ...changed,
  ticks: given,
});

describe('a gauge', () => {
  it.each<{ name: string; check: GaugeCheck; verdict: string; text: string }>([
    {
      name: 'fails when proven worse than tolerated',
      check: gauge(ticks(60, 0.002)),
      verdict: 'fail',
      text: '0.033 against 0.031 on average over 60 ticks; between 0.00167 and 0.00243 higher; higher than stable by more than the 0.5 standard deviations of stable (0.000306) allowed; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
    {
      name: 'passes when proven within what is safe',
      check: gauge(ticks(200, 0)),
      verdict: 'pass',
      text: '0.031 against 0.031 on average over 200 ticks; between 0.000137 lower and 0.000192 higher; within the 0.5 standard deviations of stable (0.000294) that count as safe; evidence 173,514 to 1, needed 20 to 1',
    },
    {
      name: 'says nothing between the two',
      check: gauge(ticks(60, 0.0003)),
      verdict: 'inconclusive',
      text: '0.0313 against 0.031 on average over 60 ticks; between 0.0000316 lower and 0.000727 higher; neither harm nor safety is proven; harm (higher than stable by more than the 0.5 standard deviations of stable (0.000306) allowed): evidence 0.18 to 1, needed 20 to 1; safety (within the 0.5 standard deviations of stable (0.000306) that count as safe): evidence 0.17 to 1, needed 20 to 1; 0% of the evidence needed to advance',
    },
    {
      name: 'passes when lower is worse and the candidate is higher',
      check: gauge(ticks(60, 0.002), { worse: 'lower' }),
      verdict: 'pass',
      text: '0.033 against 0.031 on average over 60 ticks; between 0.00167 and 0.00243 higher; within the 0.5 standard deviations of stable (0.000306) that count as safe; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
    {
      name: 'holds to a margin in its own unit',
      check: gauge(ticks(60, 0.002), { harm: { difference: 0.001, unit: 'absolute' } }),
      verdict: 'fail',
      text: '0.033 against 0.031 on average over 60 ticks; between 0.00167 and 0.00243 higher; higher than stable by more than the 0.001 allowed; evidence more than 1,000,000 to 1, needed 20 to 1',
    },
  ])('$name', ({ check, verdict, text }) => {
    const judged = judgeAlone(check);
    expect(judged.text).toBe(text);
    expect(judged.verdict).toBe(verdict);
  });

  it.each<{ name: string; check: GaugeCheck; text: string }>([
    {
      name: 'too few ticks',
      check: gauge(ticks(11, 1)),
      text: '1.03 against 0.0311 on average over 11 ticks; too early to judge: 11 ticks in this step, 12 are needed to know how much it varies; 0% of the evidence needed to advance',
    },
    {
      name: 'a difference that wanders',
      check: gauge(
        Array.from({ length: 100 }, (_, index) =>
          tick({ value: 2 + Math.sin(index / 20) }, { value: jitter(index) * 0.01 }),
        ),
      ),
      text: '2.15 against 0.00514 on average over 100 ticks; cannot be judged yet: the difference wanders slowly (neighbouring averages correlate by 0.8), so that 192 ticks in this step are needed and there are 100; 0% of the evidence needed to advance',
    },
    {
      name: 'a series that is stuck',
      check: gauge(Array.from({ length: 100 }, () => tick({ value: 9 }, { value: 1 }))),
      text: '9 against 1 on average over 100 ticks; cannot be judged: the values do not vary over 100 ticks, as when a series is stuck or rounded, and one value read often is one observation; 0% of the evidence needed to advance',
    },
  ])('neither fails nor passes on what it cannot promise: $name', ({ check, text }) => {
    const judged = judgeAlone(check);
    expect(judged.text).toBe(text);
    expect([judged.verdict, judged.logHarm, judged.logSafe]).toEqual(['inconclusive', 0, 0]);
  });

  it('says of a new step that it is too early, whatever the steps before gave', () => {
    const judged = judgeAlone(gauge([...ticks(200, 0), ...ticks(4, 0, 1)]), {
      periods: [AT_FIVE, AT_QUARTER],
      steps: 3,
    });
    expect(judged.verdict).toBe('inconclusive');
    expect(judged.text).toBe(
      '0.031 against 0.031 on average over 204 ticks; between 0.000127 lower and 0.000214 higher; too early to judge: 4 ticks in this step, 12 are needed to know how much it varies; 0% of the evidence needed to advance',
    );
  });

  it('keeps proof of harm when a new step has too few ticks to judge', () => {
    const judged = judgeAlone(gauge([...ticks(200, 0.003), ...ticks(2, 0.003, 1)]), {
      periods: [AT_FIVE, AT_QUARTER],
      steps: 3,
    });
    expect(judged.verdict).toBe('fail');
  });

  it('cannot judge at 100%, where nothing is left to compare with', () => {
    const judged = judgeAlone(gauge([...ticks(200, 0), ...ticks(50, 9, 1)]), { periods: [AT_FIVE, AT_ALL] });
    expect([judged.verdict, judged.weighed.able]).toEqual(['inconclusive', false]);
    expect(judged.text).toBe('cannot judge at 100%: stable has no traffic to compare with');
  });

  it('leaves out ticks that cannot be used and has no data when there is no other', () => {
    const given = ticks(60, 0.002);
    const [clean] = [judgeAlone(gauge(given))];
    const holed = judgeAlone(
      gauge([...given.slice(0, 30), tick<Measured>('no sample', { value: 1 }), ...given.slice(30)]),
    );
    expect(holed.logHarm).toBe(clean!.logHarm);
    expect(holed.weighed.dropped).toEqual([{ index: 30, reason: 'no sample' }]);
    expect(judgeAlone(gauge([tick<Measured>('no sample', 'no sample')])).verdict).toBe('no-data');
    expect(judgeAlone(gauge([])).verdict).toBe('no-data');
  });

  it('never sees less harm when the candidate is worse by more', () => {
    const logs = [0, 0.0005, 0.001, 0.002, 0.004, 0.008].map(
      (shift) => judgeAlone(gauge(ticks(60, shift))).logHarm!,
    );
    expect(logs.toSorted((a, b) => a - b)).toEqual(logs);
  });

  it('gives finite numbers whatever the values are', () => {
    for (const size of [0, 5e-324, 1e-200, 1, 1e100])
      for (const count of [1, 12, 40]) {
        const check = gauge(
          Array.from({ length: count }, (_, index) => tick({ value: size * jitter(index) }, { value: size })),
        );
        const { text, logHarm, logSafe, interval } = judgeAlone(check);
        expect(numbersIn({ logHarm, logSafe, interval }).every(Number.isFinite)).toBe(true);
        expect(text).not.toMatch(/NaN|Infinity|undefined/);
      }
  });

  it('takes back few healthy candidates, looked at for a day every five minutes', () => {
    const seed = announceSeed('gauges of equal versions', 20261121);
    const random = seededRandom(seed);
    const worlds = 60;
    let failed = 0;
    for (let world = 0; world < worlds; world += 1) {
      const day = Array.from({ length: 288 }, () =>
        tick({ value: random.uniform() }, { value: random.uniform() }),
      );
      const check = gauge(day, { harm: { difference: 0, unit: 'absolute' } });
      const looks = Array.from({ length: 24 }, (_, look) => 12 * (look + 1));
      if (looks.some((end) => judgeAlone({ ...check, ticks: day.slice(0, end) }).verdict === 'fail'))
        failed += 1;
    }
    console.log(`gauges: ${failed} of ${worlds} equal versions fail at a rate of 5%, without a margin`);
    expect(failed).toBeLessThanOrEqual(7);
  });
});
