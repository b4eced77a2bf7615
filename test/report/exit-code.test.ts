import { describe, expect, it } from 'vitest';
import type { ReasonCode } from '../../src/core/decision/decision.ts';
import type { Problem, ToolErrorCode } from '../../src/core/errors.ts';
import { percent, sha } from '../../src/core/units.ts';
import { exitCodeOf, exitCodeOfFault } from '../../src/report/exit-code.ts';
import { describeReceipt } from '../../src/report/receipt.ts';
import type { Receipt, ReleaseReport, RunReport } from '../../src/report/run-report.ts';
import { minute } from '../builders/release.ts';

const pull = { number: 7, url: 'https://forge.example/pull/7' };
const commit = sha('1'.repeat(40));

function releaseOf(
  kind: ReleaseReport['decision']['kind'],
  receipt: Receipt,
  problems: readonly Problem[] = [],
): ReleaseReport {
  return {
    name: 'scorer',
    path: 'releases/scorer.yaml',
    stable: '3.4.1',
    candidate: '3.5.0',
    weight: percent(5),
    standing: undefined,
    decision: {
      kind,
      from: percent(5),
      to: percent(5),
      reasons: [{ code: 'CHECKS_PASS', text: 'because' }],
    },
    assessment: undefined,
    problems,
    edits: [],
    receipt,
  };
}

function runOf(releases: readonly ReleaseReport[], more: Partial<RunReport> = {}): RunReport {
  return {
    command: 'advance',
    at: minute(0),
    branch: 'main',
    head: commit,
    dryRun: false,
    releases,
    problems: [],
    requests: 0,
    roundTrips: 0,
    ...more,
  };
}

function problem(severity: Problem['severity']): Problem {
  return { code: 'X', severity, at: { file: 'a', line: 1, column: 1 }, path: '', message: 'm' };
}

const RECEIPTS: readonly (readonly [receipt: Receipt, advance: number, rollback: number, line: string])[] = [
  [{ kind: 'none' }, 0, 0, ''],
  [{ kind: 'dry-run' }, 0, 0, 'dry run: nothing was written'],
  [{ kind: 'committed', commit }, 0, 0, 'committed as 1111111'],
  [{ kind: 'merged', pull, commit }, 0, 0, 'pull request #7 merged as 1111111'],
  [
    { kind: 'armed', pull, message: 'check "ci" is expected.', isOverdue: false },
    0,
    0,
    'not merged yet: pull request #7 waits for a requirement and then merges by itself: check "ci" is expected.',
  ],
  [
    { kind: 'armed', pull, message: 'check "ci" failed.', isOverdue: true },
    2,
    2,
    'not merged yet: pull request #7 waits for a requirement and then merges by itself: check "ci" failed.',
  ],
  [
    { kind: 'awaiting-approval', pull, head: commit },
    0,
    0,
    'pull request #7 waits for a person to approve or merge it',
  ],
  [{ kind: 'blocked', code: 'CONFLICT', pull, message: 'why' }, 1, 1, 'not done (pull request #7): why'],
  [{ kind: 'blocked', code: 'NOT_COMPUTED', pull: undefined, message: 'why' }, 1, 1, 'not done: why'],
  [
    { kind: 'waiting', pull, message: 'check "ci" is expected.' },
    2,
    0,
    'not merged yet: pull request #7 waits for a requirement, and the next run that decides the same merges it: check "ci" is expected.',
  ],
  [
    { kind: 'suppressed', pull, message: 'reopen it to go on' },
    2,
    1,
    'not done: a person closed pull request #7, which is respected: reopen it to go on',
  ],
  [
    { kind: 'head-moved' },
    0,
    1,
    'not done: the default branch kept moving, so nothing was written; the next run decides again',
  ],
  [{ kind: 'failed', code: 'FORGE_UNAVAILABLE', message: 'no answer' }, 3, 3, 'not done: no answer'],
  [{ kind: 'failed', code: 'FORGE_REFUSED', message: 'no' }, 1, 1, 'not done: no'],
];

describe('what became of a decision', () => {
  it.each(RECEIPTS)(
    '%j ends advance with %i and rollback with %i, and is told',
    (receipt, advance, rollback, line) => {
      const releases = [releaseOf('rollback', receipt)];
      expect(exitCodeOf(runOf(releases))).toBe(advance);
      expect(exitCodeOf(runOf(releases, { command: 'rollback' }))).toBe(rollback);
      expect(describeReceipt(receipt)).toBe(line);
    },
  );
});

const GONE: Problem = { ...problem('warning'), code: 'MANIFEST_GONE' };

function holdFor(code: ReasonCode): ReleaseReport {
  const report = releaseOf('hold', { kind: 'none' });
  return { ...report, decision: { ...report.decision, reasons: [{ code, text: 'because' }] } };
}

describe('the exit code of a run', () => {
  it.each([
    ['has no release at all', runOf([]), 0],
    ['pauses a release', runOf([releaseOf('pause', { kind: 'committed', commit })]), 2],
    [
      'would pause a release, had the branch not moved',
      runOf([releaseOf('pause', { kind: 'head-moved' })]),
      0,
    ],
    [
      'warns',
      runOf([releaseOf('hold', { kind: 'none' }, [problem('warning')])], { problems: [problem('warning')] }),
      0,
    ],
    ['misses a manifest under a rollout', runOf([], { problems: [GONE] }), 2],
    ['rolls back for want of a manifest', runOf([], { command: 'rollback', problems: [GONE] }), 0],
    ['holds for a person', runOf([holdFor('WEIGHT_CHANGED_BY_HAND')]), 2],
    ['holds for evidence', runOf([holdFor('CHECK_INCONCLUSIVE')]), 0],
    ['was asked to look, and holds', runOf([holdFor('WEIGHT_CHANGED_BY_HAND')], { command: 'rollback' }), 0],
    ['has an error in a manifest', runOf([releaseOf('hold', { kind: 'none' }, [problem('error')])]), 1],
    ['has an error in the config', runOf([], { problems: [problem('error')] }), 1],
    [
      'pauses one release and cannot read another',
      runOf([
        releaseOf('pause', { kind: 'committed', commit }),
        releaseOf('hold', { kind: 'none' }, [problem('error')]),
      ]),
      1,
    ],
    [
      'cannot read one release and breaks over another',
      runOf([
        releaseOf('hold', { kind: 'none' }, [problem('error')]),
        releaseOf('hold', { kind: 'failed', code: 'BUG', message: 'm' }, [problem('error')]),
      ]),
      3,
    ],
  ] as const)('that %s', (_, report, code) => {
    expect(exitCodeOf(report)).toBe(code);
  });

  it.each<[ToolErrorCode, number]>([
    ['HEAD_MOVED', 0],
    ['REFUSED', 1],
    ['TARGET_MISMATCH', 1],
    ['FORGE_REFUSED', 1],
    ['RATE_LIMITED', 2],
    ['UNAUTHORISED', 3],
    ['FORGE_UNAVAILABLE', 3],
    ['UNSETTLED', 3],
    ['CORRUPT', 3],
    ['BUG', 3],
  ])('that ended early by %s is %i', (code, expected) => {
    expect(exitCodeOfFault(code)).toBe(expected);
  });
});
