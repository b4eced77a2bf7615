import { assertNever } from '../../errors.ts';
import { millis } from '../../units.ts';
import { parseBound } from '../bucket-bound.ts';
import type {
  Binned,
  ClaimedBins,
  Counts,
  CumulativeBuckets,
  EvidenceCheck,
  EvidenceTick,
  GroupedCounts,
  Measured,
  Seen,
  Traffic,
} from '../evidence.ts';
import { describeBadRate } from '../kinds/rate.ts';
import { isMeasurable } from '../measurable.ts';
import { type Bucket, readBuckets } from '../read-buckets.ts';
import { settleBuckets } from '../settle-buckets.ts';
import type { WrittenCheck } from './check-schemas.ts';

interface WrittenTick<Arm> {
  readonly candidate: Arm | null;
  readonly stable?: Arm | null | undefined;
}

/** A check of the document as evidence: one period, below 100 %. Nothing waits for what only notifies. */
export function toCheck(written: WrittenCheck): EvidenceCheck {
  const check = read(written);
  return check.action === 'notify' ? { ...check, required: false } : check;
}

function read(written: WrittenCheck): EvidenceCheck {
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
    case 'latency': {
      const { critical, safe, bound, quantile, limit, ticks, ...rest } = written;
      const settled = settleBuckets(toTicks(ticks, readHistogram), bound);
      return { ...rest, safe: safe ?? rest.harm, bound, quantile, limit, ticks: settled };
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
    case 'fairness': {
      const { critical, safe, disparity, ticks, ...rest } = written;
      return { ...rest, safe: safe ?? rest.harm, disparity, ticks: toTicks(ticks, readGroups) };
    }
    case 'calibration': {
      const { critical, safe, ticks, ...rest } = written;
      return {
        ...rest,
        safe: safe ?? { tolerance: rest.tolerance },
        ticks: toTicks(ticks, (arm) => readBins(arm, rest.bins.length)),
      };
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

function readHistogram({
  buckets,
}: {
  readonly buckets: Readonly<Record<string, number>>;
}): CumulativeBuckets | string {
  const read: Bucket[] = [];
  for (const [text, count] of Object.entries(buckets)) {
    const bound = parseBound(text);
    if (bound === undefined) return `a bound that is no number: ${JSON.stringify(text)}`;
    read.push({ bound, count });
  }
  return readBuckets(read);
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
    // A fixed reference is rejected by the time of day: it tells people.
    ...(reference && { action: 'notify' }),
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

function readGroups(arm: GroupedCounts): GroupedCounts | string {
  for (const [name, counts] of Object.entries(arm.groups)) {
    const read = readCounts(counts);
    if (typeof read === 'string') return `group "${name}": ${read}`;
  }
  return arm;
}

function readBins(arm: ClaimedBins, expected: number): ClaimedBins | string {
  if (arm.bins.length !== expected) return `${arm.bins.length} bins, expected ${expected}`;
  for (const [index, counts] of arm.bins.entries()) {
    const read = readCounts(counts);
    if (typeof read === 'string') return `bin ${index}: ${read}`;
  }
  return arm;
}
