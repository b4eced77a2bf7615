import type { Tick } from '../../../src/core/stats/counts.ts';
import { drawsFrom } from './random.ts';
import { ALPHA, type Rule } from './rules.ts';

/**
 * The rules of other systems, written anew from their published behaviour: Argo Rollouts (analysis: failureLimit), Flagger
 * (analysis.threshold), a z-test that is looked at again and again, Pocock's group-sequential test, and the normal mixture that
 * mSPRT and GAVI vendors describe (Robbins 1970; Johari et al., "Always valid inference", 2015).
 */

/** A metric must stay below this share of errors: twice the usual rate, a plausible choice. */
const THRESHOLD = 0.01;

/** Measurements never reset: more than `limit` failed ones in the whole run fail it. No traffic: no measurement. */
export function argo(limit: number): Rule {
  return {
    name: `Argo <1 %, failureLimit ${limit}`,
    firesAt: (ticks) => countFailures(ticks, limit + 1, { noTraffic: 'skip' }),
  };
}

/** `threshold` failed checks in the whole run fail it, and a check without values has failed. */
export function flagger(threshold: number): Rule {
  return {
    name: `Flagger <1 %, threshold ${threshold}`,
    firesAt: (ticks) => countFailures(ticks, threshold, { noTraffic: 'fail' }),
  };
}

function countFailures(
  ticks: readonly Tick[],
  enough: number,
  { noTraffic }: { readonly noTraffic: 'skip' | 'fail' },
): number | undefined {
  let failures = 0;
  for (const [index, { candidate }] of ticks.entries()) {
    const failed =
      candidate.exposure === 0 ? noTraffic === 'fail' : candidate.events / candidate.exposure >= THRESHOLD;
    if (failed) failures += 1;
    if (failures >= enough) return index;
  }
  return undefined;
}

/** Cumulative two-proportion test with a pooled variance, one-sided, against a fixed line. */
export function zTest(name: string, critical: number): Rule {
  return {
    name,
    firesAt: (ticks) => {
      const index = zValues(ticks).findIndex((z) => z > critical);
      return index === -1 ? undefined : index;
    },
  };
}

/** The test's z after every tick, from all ticks until then; 0 as long as nothing failed. */
export function zValues(ticks: readonly Tick[]): readonly number[] {
  return cumulate(ticks).map(({ x, n, y, m }) => {
    const pooled = (x + y) / (n + m);
    const spread = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    return spread > 0 ? (x / n - y / m) / spread : 0;
  });
}

/** D > √(V(n + ρ)/n · ln((n + ρ)/(ρα²))), V the variance of the difference, tuned for 10,000 canary requests. */
export const normalMixture: Rule = {
  name: 'normal mixture (GAVI)',
  firesAt: (ticks) => {
    const width = -2 * Math.log(ALPHA) + Math.log(-2 * Math.log(ALPHA) + 1);
    const rho = 10_000 / width;
    const index = cumulate(ticks).findIndex(({ x, n, y, m }) => {
      const pooled = (x + y) / (n + m);
      const variance = pooled * (1 - pooled) * (1 / n + 1 / m);
      const bound = Math.sqrt(((variance * (n + rho)) / n) * Math.log((n + rho) / (rho * ALPHA ** 2)));
      return variance > 0 && x / n - y / m > bound;
    });
    return index === -1 ? undefined : index;
  },
};

interface Totals {
  /** Events and requests of the candidate, then of stable. */
  readonly x: number;
  readonly n: number;
  readonly y: number;
  readonly m: number;
}

function cumulate(ticks: readonly Tick[]): readonly Totals[] {
  let [x, n, y, m] = [0, 0, 0, 0];
  return ticks.map(({ candidate, stable }) => {
    x += candidate.events;
    n += candidate.exposure;
    y += stable.events;
    m += stable.exposure;
    return { x, n, y, m };
  });
}

/** The line that the largest of `looks` equally spaced z-values crosses with probability α: by simulation of a random walk. */
export function pocockLine(looks: number, seed: number, walks = 4_000): number {
  const draws = drawsFrom(seed);
  const largest = Array.from({ length: walks }, () => {
    let sum = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let look = 1; look <= looks; look += 1) {
      sum += draws.normal();
      most = Math.max(most, sum / Math.sqrt(look));
    }
    return most;
  }).sort((a, b) => a - b);
  return largest[Math.floor((1 - ALPHA) * walks)] ?? 0;
}
