import type { Counts, Seen } from '../../judge/evidence.ts';
import { describeBadRate } from '../../judge/kinds/rate.ts';
import { rateHarmMargin, rateSafeMargin } from '../../manifest/defaults.ts';
import type { RateSpec } from '../../manifest/release-schema.ts';
import { describeGap } from '../reading.ts';
import { type Arm, baseOf, type Collector, type Readings, readingOf, unusable } from './collector.ts';
import { marginOf, nextShareOf, readBad } from './counts.ts';

/** Events and exposure of both arms. */
export const rate: Collector<RateSpec, Counts> = {
  roles: ({ events, exposure }) => [
    { name: 'events', query: events },
    { name: 'exposure', query: exposure },
  ],
  compares: () => true,
  read: readRate,
  check: (spec, ticks, evaluation) => {
    const safe = rateSafeMargin(spec, nextShareOf(evaluation));
    return {
      ...baseOf(spec),
      ...readingOf(spec),
      kind: 'rate',
      harm: marginOf(rateHarmMargin(spec)),
      safe: safe && marginOf(safe),
      limit: spec.limit,
      ticks,
    };
  },
};

function readRate({ absentIsZero = false }: RateSpec, readings: Readings, arm: Arm): Seen<Counts> {
  const exposure = readings.one('exposure');
  if (typeof exposure !== 'number') return unusable(`${arm} exposure: ${describeGap(exposure)}`);
  const events = readBad(readings.one('events'), absentIsZero);
  if (typeof events !== 'number') return unusable(`${arm} events: ${describeGap(events)}`);
  const most = Math.max(events, exposure);
  if (most > Number.MAX_SAFE_INTEGER) return unusable(`${arm}: ${most} is more than can be counted`);
  const wrong = describeBadRate({ events, exposure });
  return wrong === undefined ? { kind: 'seen', value: { events, exposure } } : unusable(`${arm}: ${wrong}`);
}
