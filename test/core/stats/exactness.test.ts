import { describe, expect, it } from 'vitest';
import type { Side } from '../../../src/core/stats/bets.ts';
import type { Counts } from '../../../src/core/stats/counts.ts';
import { oneSampleLogE } from '../../../src/core/stats/one-sample.ts';
import { type Margin, twinLogE } from '../../../src/core/stats/twin.ts';
import { binomialPmf } from './tables.ts';

const SIZES = [
  { candidate: 1, stable: 1 },
  { candidate: 3, stable: 12 },
  { candidate: 12, stable: 3 },
  { candidate: 8, stable: 40 },
];
const MARGINS: readonly Margin[] = [
  { ratio: 1, difference: 0 },
  { ratio: 1.25, difference: 0 },
  { ratio: 2, difference: 0 },
  { ratio: 1, difference: 0.05 },
  { ratio: 1.25, difference: 0.02 },
];
const RATES = [0.001, 0.01, 0.1, 0.3, 0.45];

/** E[e] of the harm or safe e-value over every possible table of two binomial arms. */
function expectedTwin(
  size: (typeof SIZES)[number],
  rates: { readonly candidate: number; readonly stable: number },
  test: { readonly side: Side; readonly margin: Margin },
): number {
  const candidate = binomialPmf(size.candidate, rates.candidate);
  const stable = binomialPmf(size.stable, rates.stable);
  let expected = 0;
  for (const [x, px] of candidate.entries())
    for (const [y, py] of stable.entries()) {
      const tick = {
        candidate: { events: x, exposure: size.candidate },
        stable: { events: y, exposure: size.stable },
      };
      expected += px * py * Math.exp(twinLogE([tick], test));
    }
  return expected;
}

describe.each(['harm', 'safe'] as const)('%s', (side) => {
  it('has an expectation of at most 1 at the margin and beyond it, over every table of two small arms', () => {
    let largest = 0;
    for (const size of SIZES)
      for (const margin of MARGINS)
        for (const stable of RATES) {
          const border = margin.ratio * stable + margin.difference;
          for (const factor of side === 'harm' ? [1, 0.7, 0] : [1, 1.5])
            largest = Math.max(
              largest,
              expectedTwin(size, { candidate: Math.min(1, border * factor), stable }, { side, margin }),
            );
        }
    console.log(`two arms, ${side}: largest E[e] ${largest}`);
    expect(largest).toBeGreaterThan(0.99);
    expect(largest).toBeLessThanOrEqual(1 + 1e-12);
  });

  it('has an expectation of at most 1 at the limit and beyond it, over every count of one arm', () => {
    let largest = 0;
    for (const limit of [0, 0.001, 0.02, 0.3, 0.9, 1])
      for (const rate of side === 'harm' ? [limit, limit / 2] : [limit, (1 + limit) / 2])
        for (const exposure of [1, 7, 40]) {
          let expected = 0;
          for (const [events, probability] of binomialPmf(exposure, rate).entries()) {
            const counts: Counts = { events, exposure };
            expected += probability * Math.exp(oneSampleLogE([counts], { side, limit }));
          }
          largest = Math.max(largest, expected);
        }
    expect(largest).toBeGreaterThan(0.99);
    expect(largest).toBeLessThanOrEqual(1 + 1e-12);
  });

  it('still has an expectation of at most 1 when the rate and the split change from tick to tick', () => {
    const margin = { ratio: 1.25, difference: 0.01 };
    const worlds = [
      { candidate: 2, stable: 5, rate: 0.02 },
      { candidate: 4, stable: 3, rate: 0.4 },
    ];
    const tables = worlds.map(({ candidate, stable, rate }) => ({
      sizes: { candidate, stable },
      candidate: binomialPmf(candidate, Math.min(1, margin.ratio * rate + margin.difference)),
      stable: binomialPmf(stable, rate),
    }));
    const [first, second] = tables;
    let expected = 0;
    for (const [a, pa] of first!.candidate.entries())
      for (const [b, pb] of first!.stable.entries())
        for (const [c, pc] of second!.candidate.entries())
          for (const [d, pd] of second!.stable.entries()) {
            const evidence = [
              { candidate: { events: a, exposure: 2 }, stable: { events: b, exposure: 5 } },
              { candidate: { events: c, exposure: 4 }, stable: { events: d, exposure: 3 } },
            ];
            expected += pa * pb * pc * pd * Math.exp(twinLogE(evidence, { side, margin }));
          }
    expect(expected).toBeLessThanOrEqual(1 + 1e-12);
  });
});
