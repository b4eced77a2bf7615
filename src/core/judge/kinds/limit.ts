import { sumCounts } from '../../stats/counts.ts';
import { oneSampleLogE } from '../../stats/one-sample.ts';
import type { Stretch } from '../divide.ts';
import type { Counts, LimitCheck } from '../evidence.ts';
import type { Breach, Method } from '../method.ts';
import { changesIn, wholeCounts } from '../whole-ticks.ts';
import { countTotals, writeArm } from '../words/counts.ts';
import { termsOf } from '../words/terms.ts';
import { writeCount, writeShare } from '../write-numbers.ts';
import { burnBreach } from './burn.ts';

/**
 * The candidate alone against a share that it must not exceed: an agreed limit, or the burn rate of an error budget,
 * b × (1 − objective). Stable is looked at only for `maxExcess`.
 */
export const limit: Method<LimitCheck, Counts> = {
  looking: () => ({ exposure: ({ exposure }) => exposure, alone: true, oneArm: true }),
  members: () => ['limit'],
  harm: ({ max, dispersion, trim }, stretches, _, course) => {
    const changes = changesIn(stretches.map(({ alone }) => alone.length));
    const reading = { ...course, side: 'harm', dispersion, trim, changes } as const;
    return oneSampleLogE(wholeCounts(stretches, 'harm'), { ...reading, limit: max });
  },
  safe: ({ max, dispersion, trim }, now) =>
    oneSampleLogE(wholeCounts([now], 'safe'), { side: 'safe', limit: max, dispersion, trim }),
  bounds: ({ max, alerts }) => {
    const counts = (arm: Counts): Counts => arm;
    return {
      members: { limit: { max, counts } },
      ...(alerts ? { breach: { max: 1 - alerts.objective, counts } } : {}),
    };
  },
  breach: (check, stretches, tick) => excessBreach(check, stretches) ?? burnBreach(check, tick),
  tests: ({ max, dispersion, trim }) => {
    const test = { kind: 'limit', limit: max } as const;
    return { unit: 'share', dispersion, trim, harm: { limit: test }, safe: test };
  },
  totals: (_, stretches) => countTotals(stretches),
  interval: () => undefined,
  words: ({ max, question }, stretches) => {
    const seen = writeArm(countTotals(stretches).alone, { unit: 'share', terms: termsOf(question) });
    return {
      seen,
      harm: { limit: `${seen}; above the limit of ${writeShare(max)}` },
      safe: `${seen}; within the limit of ${writeShare(max)}`,
      doubt: `${seen}; not proven within the limit of ${writeShare(max)}`,
      margins: {
        harm: `above the limit of ${writeShare(max)}`,
        safe: `within the limit of ${writeShare(max)}`,
      },
    };
  },
};

/** More bad events than stable's share explains, by more than is granted. */
function excessBreach({ maxExcess }: LimitCheck, stretches: readonly Stretch<Counts>[]): Breach | undefined {
  if (maxExcess === undefined) return undefined;
  const pairs = stretches.flatMap((stretch) => stretch.pairs);
  const candidate = sumCounts(pairs.map((pair) => pair.candidate));
  const stable = sumCounts(pairs.map((pair) => pair.stable));
  if (stable.exposure === 0) return undefined;
  const expected = (candidate.exposure * stable.events) / stable.exposure;
  const excess = candidate.events - expected;
  if (excess <= maxExcess) return undefined;
  return {
    text: `${writeCount(candidate.events)} bad events where stable's share explains ${writeCount(expected)}; more than ${writeCount(maxExcess)} too many; a fixed rule, which the false rollback rate does not cover`,
  };
}
