import { parseBound } from '../../judge/bucket-bound.ts';
import type { CumulativeBuckets, Seen } from '../../judge/evidence.ts';
import { type Bucket, readBuckets } from '../../judge/read-buckets.ts';
import { settleBuckets } from '../../judge/settle-buckets.ts';
import type { LatencySpec } from '../../manifest/release-schema.ts';
import { describeGap } from '../reading.ts';
import { type Arm, baseOf, type Collector, type Readings, readingOf, unusable } from './collector.ts';
import { marginsOf } from './counts.ts';

/** The buckets of both arms. */
export const latency: Collector<LatencySpec, CumulativeBuckets> = {
  roles: ({ buckets }) => [{ name: 'buckets', query: buckets, by: 'le' }],
  compares: () => true,
  read: (_, readings, arm) => readHistogram(readings, arm),
  check: (spec, ticks, evaluation) => ({
    ...baseOf(spec),
    ...readingOf(spec),
    ...marginsOf(spec, evaluation),
    kind: 'latency',
    bound: spec.bound,
    quantile: spec.quantile,
    limit: spec.limit,
    ticks: settleBuckets(ticks, spec.bound),
  }),
};

/** A bucket without a sample at this tick is left out; whether the others are enough is known when all ticks are. */
function readHistogram(readings: Readings, arm: Arm): Seen<CumulativeBuckets> {
  const groups = readings.groups('buckets');
  if (typeof groups === 'string') return unusable(`${arm} buckets: ${describeGap(groups)}`);
  const buckets: Bucket[] = [];
  for (const { value, reading } of groups) {
    if (reading === 'missing') continue;
    const bound = parseBound(value);
    if (bound === undefined) return unusable(`${arm} buckets: a bound that is no number`);
    if (typeof reading !== 'number')
      return unusable(`${arm} buckets: the one up to ${value}: ${describeGap(reading)}`);
    if (reading > Number.MAX_SAFE_INTEGER) return unusable(`${arm}: ${reading} is more than can be counted`);
    buckets.push({ bound, count: reading });
  }
  if (buckets.length === 0) return unusable(`${arm} buckets: ${describeGap('missing')}`);
  const histogram = readBuckets(buckets);
  return typeof histogram === 'string'
    ? unusable(`${arm} buckets: ${histogram}`)
    : { kind: 'seen', value: histogram };
}
