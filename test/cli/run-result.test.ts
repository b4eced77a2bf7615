import { describe, expect, it } from 'vitest';
import { runResult } from '../../src/cli/run-result.ts';
import type { DecisionKind, ReasonCode } from '../../src/core/decision/decision.ts';
import { percent, sha } from '../../src/core/units.ts';
import type { Receipt, ReleaseReport, RunReport } from '../../src/report/run-report.ts';
import { minute } from '../builders/release.ts';
import { REASONS } from '../tools/pages/reason-words.ts';

const COMMIT = sha('1'.repeat(40));

function tick(kind: DecisionKind, code: ReasonCode, receipt: Receipt = { kind: 'none' }): RunReport {
  const release: ReleaseReport = {
    ...{ name: 'scorer', path: 'releases/scorer.yaml', stable: '3.4.1', candidate: '3.5.0' },
    ...{ weight: percent(5), standing: undefined, assessment: undefined, problems: [], edits: [], receipt },
    decision: { kind, from: percent(5), to: percent(5), reasons: [{ code, text: 'because' }] },
  };
  return {
    ...{ command: 'advance', at: minute(0), branch: 'main', head: COMMIT, dryRun: false },
    ...{ releases: [release], problems: [], requests: 0, roundTrips: 0 },
  };
}

describe('what a tick says on the manifest', () => {
  it.each(Object.keys(REASONS) as ReasonCode[])('never ends red without a word: hold for %s', (code) => {
    const { exitCode, problems } = runResult(tick('hold', code));
    expect(exitCode === 0 || problems.length > 0).toBe(true);
  });

  it.each(['rollback', 'reduce', 'pause'] as const)('is that traffic was taken away or held: %s', (kind) => {
    const { problems } = runResult(tick(kind, 'HARM_PROVEN', { kind: 'committed', commit: COMMIT }));
    expect(problems).toMatchObject([
      {
        code: 'HARM_PROVEN',
        severity: 'warning',
        message: `${kind}: because`,
        at: { file: 'releases/scorer.yaml' },
      },
    ]);
  });

  it.each([
    ['BUG', 'error'],
    ['RATE_LIMITED', 'warning'],
  ] as const)('is what a write broke on: %s', (code, severity) => {
    const { problems } = runResult(tick('advance', 'CHECKS_PASS', { kind: 'failed', code, message: 'so' }));
    expect(problems).toMatchObject([{ code, severity, message: 'so' }]);
  });
});
