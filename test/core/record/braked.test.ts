import { describe, expect, it } from 'vitest';
import { readBraked } from '../../../src/core/record/braked.ts';
import type { BelayRecord } from '../../../src/core/record/record-schema.ts';
import { digestOf, minute } from '../../builders/release.ts';

/** What of a record a brake is read from; its place in the list is its minute and the digit of its manifest. */
function recordsOf(
  ...steps: readonly (readonly [kind: string, code: string, failing?: readonly string[]])[]
): readonly BelayRecord[] {
  return steps.map(
    ([kind, code, failing = []], index) =>
      ({
        at: minute(index),
        decision: { kind, reasons: [{ code, text: '' }] },
        manifest: { after: digestOf(String(index)) },
        evidence: {
          checks: [...failing.map((name) => ({ name, verdict: 'fail' })), { name: 'well', verdict: 'pass' }],
        },
      }) as unknown as BelayRecord,
  );
}

describe('the brake of a rollout', () => {
  it('is the newest record that braked, whatever was written after it', () => {
    const records = recordsOf(
      ['start', 'CANDIDATE_NEW'],
      ['reduce', 'STEP_DOWN', ['errors']],
      ['pause', 'EVIDENCE_MISSING'],
    );
    expect(readBraked(records)).toEqual({
      code: 'STEP_DOWN',
      at: minute(1),
      manifest: digestOf('1'),
      failedBefore: ['errors'],
    });
  });

  it('keeps what failed at the last step down under another brake', () => {
    const records = recordsOf(
      ['start', 'CANDIDATE_NEW'],
      ['reduce', 'STEP_DOWN', ['errors']],
      ['pause', 'PAUSED_BY_CHECK', ['drift']],
    );
    expect(readBraked(records)).toMatchObject({ code: 'PAUSED_BY_CHECK', failedBefore: ['errors'] });
  });

  it('is off once the rollout went up again', () => {
    const records = recordsOf(
      ['start', 'CANDIDATE_NEW'],
      ['reduce', 'EXPOSURE_REDUCED'],
      ['advance', 'CHECKS_PASS'],
    );
    expect(readBraked(records)).toBeUndefined();
  });

  it('is not any pause', () => {
    expect(readBraked(recordsOf(['start', 'CANDIDATE_NEW'], ['pause', 'DEADLINE_PASSED']))).toBeUndefined();
  });
});
