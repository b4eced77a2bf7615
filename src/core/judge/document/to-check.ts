import { assertNever } from '../../errors.ts';
import { millis } from '../../units.ts';
import type { Counts, EvidenceCheck, EvidenceTick, Seen } from '../evidence.ts';
import { describeBadRate } from '../kinds/rate.ts';
import type { WrittenCheck } from './check-schemas.ts';

interface WrittenTick<Arm> {
  readonly candidate: Arm | null;
  readonly stable?: Arm | null | undefined;
}

/** A check of the document as evidence: one period, below 100 %. */
export function toCheck(written: WrittenCheck): EvidenceCheck {
  switch (written.kind) {
    case 'proportion': {
      const { critical, safe, limit, ticks, ...rest } = written;
      return { ...rest, safe: safe ?? rest.harm, limit, ticks: toTicks(ticks, readCounts) };
    }
    case 'limit': {
      const { critical, maxExcess, alerts, ticks, ...rest } = written;
      return {
        ...rest,
        maxExcess,
        alerts: alerts && { ...alerts, period: millis(alerts.period) },
        ticks: toTicks(ticks, readCounts),
      };
    }
    case 'rate': {
      const { critical, safe, limit, ticks, ...rest } = written;
      return { ...rest, safe: safe ?? rest.harm, limit, ticks: toTicks(ticks, readRate) };
    }
    default:
      return assertNever(written);
  }
}

function toTicks<W, A>(
  ticks: readonly WrittenTick<W>[],
  read: (arm: W) => A | string,
): readonly EvidenceTick<A>[] {
  const seen = (arm: 'candidate' | 'stable', written: W | null | undefined): Seen<A> => {
    if (written === null || written === undefined) return { kind: 'unusable', reason: `${arm}: no data` };
    const value = read(written);
    return typeof value === 'string'
      ? { kind: 'unusable', reason: `${arm}: ${value}` }
      : { kind: 'seen', value };
  };
  return ticks.map(({ candidate, stable }) => ({
    period: 0,
    candidate: seen('candidate', candidate),
    stable: seen('stable', stable),
  }));
}

function readRate({ events, exposure }: Counts): Counts | string {
  return describeBadRate({ events, exposure }) ?? { events, exposure };
}

function readCounts({ events, exposure }: Counts): Counts | string {
  if (events < 0 || exposure < 0 || events > exposure)
    return `${events} events of ${exposure}, as after a counter reset`;
  return { events, exposure };
}
