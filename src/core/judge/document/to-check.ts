import { assertNever } from '../../errors.ts';
import type { Binned, Counts, EvidenceCheck, EvidenceTick, Measured, Seen, Traffic } from '../evidence.ts';
import { isMeasurable } from '../measurable.ts';
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
      const { critical, maxExcess, ticks, ...rest } = written;
      return { ...rest, maxExcess, ticks: toTicks(ticks, readCounts) };
    }
    case 'gauge': {
      const { critical, safe, ticks, ...rest } = written;
      return { ...rest, safe: safe ?? rest.harm, ticks: toTicks(ticks, readMeasured) };
    }
    case 'distribution':
      return toDistribution(written);
    case 'split': {
      const { critical, ticks, ...rest } = written;
      return { ...rest, ticks: toTicks(ticks, readTraffic) };
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

function readCounts({ events, exposure }: Counts): Counts | string {
  if (events < 0 || exposure < 0 || events > exposure)
    return `${events} events of ${exposure}, as after a counter reset`;
  return { events, exposure };
}

function toDistribution(written: Extract<WrittenCheck, { kind: 'distribution' }>): EvidenceCheck {
  const { critical, safe, reference, labels, ticks, ...rest } = written;
  const arms = ticks.flatMap(({ candidate, stable }) => [candidate, stable ?? null]);
  const bins = reference?.length ?? arms.find((arm) => arm !== null)?.bins.length ?? 0;
  return {
    ...rest,
    safe: safe ?? { tolerance: rest.tolerance },
    reference,
    labels,
    // A fixed reference is rejected by the time of day: it tells people and nothing waits for it.
    ...(reference && { action: 'notify', required: false }),
    ticks: toTicks(ticks, (arm) => readBinned(arm, bins)),
  };
}

function readMeasured({ value }: Measured): Measured | string {
  return isMeasurable(value) ? { value } : `${value} is too large to be compared`;
}

function readBinned({ bins }: Binned, expected: number): Binned | string {
  if (bins.length !== expected) return `${bins.length} bins, expected ${expected}`;
  const negative = bins.find((count) => count < 0);
  return negative === undefined ? { bins } : `a bin with ${negative}, as after a counter reset`;
}

function readTraffic({ exposure }: Traffic): Traffic | string {
  return exposure < 0 ? `${exposure} in all, as after a counter reset` : { exposure };
}
