import type { Measured, Seen } from '../../judge/evidence.ts';
import { isMeasurable } from '../../judge/measurable.ts';
import { gaugeMargins, healthSettings } from '../../manifest/defaults.ts';
import type { GaugeSpec } from '../../manifest/release-schema.ts';
import { describeGap } from '../reading.ts';
import { type Arm, baseOf, type Collector, type Readings, unusable } from './collector.ts';

/** Ticks are averaged over at least this long before they are compared, ms: what is next to each other is alike. */
const SHORTEST_BATCH = 5 * 60_000;

/** One number of both arms. */
export const gauge: Collector<GaugeSpec, Measured> = {
  roles: ({ value }) => [{ name: 'value', query: value }],
  compares: () => true,
  read: readMeasured,
  check: (spec, ticks, { release }) => ({
    ...baseOf(spec),
    ...gaugeMargins(spec),
    kind: 'gauge',
    worse: spec.worse,
    batch: Math.max(1, Math.ceil(SHORTEST_BATCH / healthSettings(release).tick)),
    ticks,
  }),
};

function readMeasured(_: GaugeSpec, readings: Readings, arm: Arm): Seen<Measured> {
  const value = readings.one('value');
  if (typeof value !== 'number') return unusable(`${arm} value: ${describeGap(value)}`);
  if (!isMeasurable(value)) return unusable(`${arm} value: ${value} is too large to be compared`);
  return { kind: 'seen', value: { value } };
}
