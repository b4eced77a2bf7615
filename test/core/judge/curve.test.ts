import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/core/errors.ts';
import { type AssessmentDocument, judgeDocument } from '../../../src/core/judge/document/judge-document.ts';
import { readEvidence } from '../../../src/core/judge/document/read-evidence.ts';

type Check = Readonly<Record<string, unknown>> & { readonly ticks: readonly unknown[] };

function assess(checks: readonly Check[], curve: boolean): AssessmentDocument {
  const reading = readEvidence(
    JSON.stringify({ apiVersion: 'belay.dev/v1', kind: 'Evidence', checks }),
    'evidence.json',
  );
  if (reading.kind !== 'read') throw new Error(reading.problems.map(formatProblem).join('; '));
  return judgeDocument(reading.evidence, { curve });
}

const counts = (events: number, exposure: number) => ({ events, exposure });
const healthy = {
  name: 'errors',
  kind: 'proportion',
  trim: 1,
  ticks: Array.from({ length: 20 }, (_, index) => ({
    candidate: counts(index % 2, 50),
    stable: counts(index % 5, 950),
  })),
};
/** Beyond its limit from the sixth tick on, and so is stable: what was proven by then is not, once it is asked whose fault it is. */
const shared = {
  name: 'agreed',
  kind: 'proportion',
  harm: { ratio: 3 },
  limit: 0.02,
  ticks: Array.from({ length: 20 }, (_, index) => ({
    candidate: counts(index < 5 ? 0 : 5, 50),
    stable: counts(index < 5 ? 1 : 100, 950),
  })),
};
const buckets = (slow: number, all: number, bounds: readonly string[]) => ({
  buckets: { ...Object.fromEntries(bounds.map((bound) => [bound, all - slow])), '+Inf': all },
});
/** The bound that the first ticks are judged by is there no longer in the second half. */
const vanishing = {
  name: 'slow',
  kind: 'latency',
  bound: 0.3,
  ticks: Array.from({ length: 20 }, (_, index) => {
    const bounds = index < 10 ? ['0.3', '0.5'] : ['0.5'];
    return { candidate: buckets(4, 50, bounds), stable: buckets(40, 950, bounds) };
  }),
};
const binned = {
  name: 'scores',
  kind: 'distribution',
  tolerance: 0.02,
  ticks: Array.from({ length: 12 }, () => ({
    candidate: { bins: [8, 12, 30] },
    stable: { bins: [300, 300, 350] },
  })),
};

describe('the curve of a judgement', () => {
  it.each<[string, readonly Check[]]>([
    ['healthy', [healthy]],
    ['with a fault that stable shares', [shared, healthy]],
    ['whose buckets vanish later', [vanishing]],
    ['with a check that ends sooner', [healthy, binned]],
  ])('says of each tick what was decided then, %s', (_, checks) => {
    const { checks: drawn } = assess(checks, true);
    for (const [index, { curve }] of drawn.entries()) {
      expect(curve!.map(({ ticks }) => ticks)).toEqual(checks[index]!.ticks.map((_, tick) => tick + 1));
      for (const { ticks, ...point } of curve!) {
        const cut = assess(
          checks.map((check) => ({ ...check, ticks: check.ticks.slice(0, ticks) })),
          false,
        ).checks[index]!;
        expect(point).toEqual({ logHarm: cut.logHarm, logSafe: cut.logSafe });
      }
    }
  });

  it('ends where the judgement is', () => {
    for (const { curve, logHarm, logSafe } of assess([shared, vanishing, healthy], true).checks)
      expect(curve!.at(-1)).toEqual({ ticks: 20, logHarm, logSafe });
  });

  it('has fewer points the more there is to compare', () => {
    const long = (length: number, bins: number) => ({
      ...binned,
      ticks: Array.from({ length }, () => {
        const arm = { bins: Array.from({ length: bins }, () => 1) };
        return { candidate: arm, stable: arm };
      }),
    });
    const points = (check: Check) => assess([check], true).checks[0]!.curve!.length;
    expect(points(long(100, 3))).toBe(100);
    expect(points(long(100, 500))).toBeLessThan(60);
  });
});
