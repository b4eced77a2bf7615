import { assertNever } from '../../errors.ts';
import type { Evidence } from '../evidence.ts';
import { judge } from '../judge.ts';
import type { WrittenCheck } from './check-schemas.ts';
import type { ReadCheck } from './read-evidence.ts';
import { toCheck } from './to-check.ts';

/** The running evidence after a tick, for plots. */
export interface CurvePoint {
  /** Ticks looked at. */
  readonly ticks: number;
  readonly logHarm: number | null;
  readonly logSafe: number | null;
}

type Usable = Extract<ReadCheck, { kind: 'usable' }>;

/** More points than this are no better a plot, and fewer are none. */
const MOST_POINTS = 500;
const FEWEST_POINTS = 30;
/** Comparisons of a tick that all points together may cost. */
const MOST_COMPARED = 2_000_000;

/**
 * The evidence of each check after so many ticks, by its name. Every point is a judgement of the whole document cut off there, and so
 * what was decided then: buckets are settled by the ticks that there were, and what stable shared is left out where something was
 * proven at that moment. That takes the square of the ticks, so the longer the document and the more parts its checks have, the
 * fewer points are drawn.
 */
export function drawCurves(
  checks: readonly ReadCheck[],
  evidence: Evidence,
): ReadonlyMap<string, readonly CurvePoint[]> {
  const usable = checks.filter((one): one is Usable => one.kind === 'usable');
  const curves = new Map(usable.map(({ name }): [string, CurvePoint[]] => [name, []]));
  for (const end of endsOf(usable)) {
    const cut = usable.map(({ written }) => toCheck(firstTicks(written, end)));
    const judged = judge({ ...evidence, checks: cut }, cut, () => undefined, 'none');
    for (const [index, { logHarm, logSafe }] of judged.checks.entries()) {
      const one = usable[index];
      if (!one || one.written.ticks.length < end) continue;
      curves.get(one.name)?.push({ ticks: end, logHarm: logHarm ?? null, logSafe: logSafe ?? null });
    }
  }
  return curves;
}

/** After how many ticks points are drawn: evenly, and where a check ends. */
function endsOf(usable: readonly Usable[]): readonly number[] {
  const lengths = usable.map(({ written }) => written.ticks.length);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  // a point weighs half of the ticks on average
  const compared = usable.reduce((sum, { written }) => sum + written.ticks.length * partsOf(written), 0) / 2;
  const points = Math.min(MOST_POINTS, Math.max(FEWEST_POINTS, MOST_COMPARED / Math.max(1, compared)));
  const stride = Math.max(1, Math.ceil(longest / points));
  const ends = new Set(lengths.filter((length) => length > 0));
  for (let end = stride; end <= longest; end += stride) ends.add(end);
  return [...ends].sort((a, b) => a - b);
}

/** How many comparisons a tick of it is. */
function partsOf(written: WrittenCheck): number {
  switch (written.kind) {
    case 'distribution':
      return 2 * (written.ticks.find(({ candidate }) => candidate)?.candidate?.bins.length ?? 1);
    case 'calibration':
      return 2 * written.bins.length;
    case 'fairness':
      return written.groups.length;
    case 'latency':
      if (written.quantile === undefined) return 1;
      return (
        Object.keys(written.ticks.find(({ candidate }) => candidate)?.candidate?.buckets ?? {}).length + 1
      );
    case 'proportion':
    case 'limit':
    case 'rate':
    case 'gauge':
    case 'split':
      return 1;
    default:
      return assertNever(written);
  }
}

function firstTicks(written: WrittenCheck, end: number): WrittenCheck {
  return { ...written, ticks: written.ticks.slice(0, end) } as WrittenCheck;
}
