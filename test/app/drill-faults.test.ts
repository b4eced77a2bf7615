import { describe, expect, it } from 'vitest';
import { judgeVariant } from '../../src/app/drill-faults.ts';
import { DRILL_VARIANTS } from '../../src/core/record/drill-schema.ts';
import { percent } from '../../src/core/units.ts';
import type { Receipt, ReleaseReport } from '../../src/report/run-report.ts';

/** What an order to roll back came to. */
function ordered(receipt: Receipt): ReleaseReport {
  const reasons = [{ code: 'ASKED_BY_PERSON', text: 'a person: DRILL' }] as const;
  return {
    name: 'scorer',
    path: 'releases/scorer.yaml',
    stable: '3.4.1',
    candidate: '3.5.0',
    weight: percent(5),
    standing: undefined,
    decision: { kind: 'rollback', from: percent(5), to: percent(0), reasons },
    assessment: undefined,
    problems: [],
    edits: [],
    receipt,
  };
}

const judge = (variant: (typeof DRILL_VARIANTS)[number], receipt: Receipt) =>
  judgeVariant(variant, { ordered: ordered(receipt), looked: undefined, owners: ['@acme/risk-ml'] });

describe('a rollback that something else keeps away than the variant', () => {
  it.each(DRILL_VARIANTS)('is told in its own words, and not as a fault of Belay: %s', (variant) => {
    const message = 'GitHub Actions may not open pull requests; allow it under Settings > Actions';
    const receipt: Receipt = {
      kind: 'blocked',
      code: 'PULL_REQUESTS_NOT_ALLOWED',
      pull: undefined,
      message,
    };
    expect(judge(variant, receipt)).toEqual([{ code: 'PULL_REQUESTS_NOT_ALLOWED', text: message }]);
  });
});

describe('a rollback that came through although it should not', () => {
  it.each(['auto-merge-off', 'permission-lost', 'target-missing'] as const)(
    'is a fault of Belay: %s',
    (variant) => {
      const pull = { number: 1, url: 'https://forge.example/pull/1' };
      const [finding] = judge(variant, { kind: 'merged', pull, commit: 'c'.repeat(40) as never });
      expect(finding).toMatchObject({
        code: 'NOT_TOLD',
        text: expect.stringContaining('got merged; please report it'),
      });
    },
  );
});
