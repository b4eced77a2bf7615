import {
  type Decision,
  lowers,
  needsPerson,
  type ReasonCode,
  reasonsForPerson,
} from '../core/decision/decision.ts';
import type { ToolErrorCode } from '../core/errors.ts';
import { assertNever } from '../core/errors.ts';
import type { Verdict } from '../core/judge/evidence.ts';
import type { ReleaseReport, RunReport } from './run-report.ts';

/**
 * 0 done or nothing to do · 1 refused, the user can fix it · 2 held, and a person must know: evidence missing past its deadline,
 * a rollback that a person closed while harm is proven, or that waits for its checks for too long, or a forge that asks to wait longer
 * than a run may · 3 internal or infrastructure · 4 and 5 by `judge --exit-code` alone: judged, and it fails; judged, and nothing is proven.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

/** The exit code of `judge --exit-code`: only what passes is 0. A check that cannot be used is a document to be mended. */
export function exitCodeOfVerdict(verdict: Verdict): ExitCode {
  switch (verdict) {
    case 'pass':
      return 0;
    case 'error':
      return 1;
    case 'fail':
      return 4;
    case 'inconclusive':
    case 'no-data':
      return 5;
    default:
      return assertNever(verdict);
  }
}

/** The exit code of a run: what broke comes before what a person must fix, and that before what a person must know. */
export function exitCodeOf(report: RunReport): ExitCode {
  const codes = report.releases.map((release) => exitCodeOfRelease(report.command, release));
  if (codes.includes(3)) return 3;
  const problems = [...report.problems, ...report.releases.flatMap((release) => release.problems)];
  if (codes.includes(1) || problems.some((problem) => problem.severity === 'error')) return 1;
  // a rollback may be what brings it back
  const isGone = report.command === 'advance' && problems.some(({ code }) => code === 'MANIFEST_GONE');
  return isGone || codes.includes(2) ? 2 : 0;
}

/**
 * What a person has to see to after a run, one text each; the same need has the same text in the next run. Faults that may pass
 * are none.
 */
export function findNeeds(report: RunReport): readonly string[] {
  const ofReleases = report.releases.flatMap((release) => {
    const code = exitCodeOfRelease(report.command, release);
    const problems = code === 3 ? [] : needsIn(release.problems);
    return code === 1 || code === 2 ? [...needsOf(release), ...problems] : problems;
  });
  return [...ofReleases, ...needsIn(report.problems)];
}

function needsOf({ name, decision, receipt }: ReleaseReport): readonly string[] {
  switch (receipt.kind) {
    case 'blocked':
    case 'failed':
      return [`${name} ${receipt.code}`];
    case 'suppressed':
      return [`${name} PULL_CLOSED`];
    case 'armed':
      return [`${name} ROLLBACK_WAITS`];
    case 'waiting':
      if (lowers(decision)) return [`${name} STEP_WAITS`];
      return needsOfDecision(name, decision);
    default:
      return needsOfDecision(name, decision);
  }
}

function needsOfDecision(name: string, decision: Decision): readonly string[] {
  return reasonsForPerson(decision).map(({ code }) => `${name} ${code}`);
}

function needsIn(problems: RunReport['problems']): readonly string[] {
  return problems
    .filter(({ code, severity }) => severity === 'error' || code === 'MANIFEST_GONE')
    .map(({ code, at, path }) => [code, at.file, path].join(' '));
}

function exitCodeOfRelease(command: RunReport['command'], { decision, receipt }: ReleaseReport): ExitCode {
  switch (receipt.kind) {
    case 'failed':
      return exitCodeOfFault(receipt.code);
    case 'blocked':
      return 1;
    // what does harm is served until somebody sees to what the revert waits for
    case 'armed':
      return receipt.isOverdue ? 2 : 0;
    case 'suppressed':
      if (command !== 'advance') return 1;
      // A step up that was closed is a step that is not taken. What takes harm away leaves it in service, and a call for help is not heard.
      return lowers(decision) || needsPerson(decision) ? 2 : 0;
    case 'head-moved':
      // The next tick decides again, but nobody repeats a person's order: who gave it must hear that it was not done.
      return command === 'advance' ? 0 : 1;
    default:
      if (command === 'command' && decision.kind === 'hold') return 1;
      if (command !== 'advance' && isUndone(decision)) return 1;
      // a step down that waits is no step down yet
      if (command === 'advance' && receipt.kind === 'waiting' && lowers(decision)) return 2;
      return command === 'advance' && needsPerson(decision) ? 2 : 0;
  }
}

/** What an order came to that is about nothing that is there. One that was done before is no mistake, and not among them. */
const UNDONE: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'NOTHING_TO_ROLL_BACK',
  'NOTHING_TO_APPROVE',
  'APPROVAL_OUTDATED',
  'NOT_QUARANTINED',
  'MANIFEST_INVALID',
]);

/** Whether a person's order did nothing, and what was ordered is not so either. */
export function isUndone({ kind, reasons }: Decision): boolean {
  return kind === 'nothing' && UNDONE.has(reasons[0].code);
}

/** The exit code of a run that ended early. */
export function exitCodeOfFault(code: ToolErrorCode): ExitCode {
  switch (code) {
    case 'HEAD_MOVED':
      return 0;
    case 'REFUSED':
    case 'TARGET_MISMATCH':
    case 'FORGE_REFUSED':
      return 1;
    case 'RATE_LIMITED':
      return 2;
    case 'UNAUTHORISED':
    case 'FORGE_UNAVAILABLE':
    case 'UNSETTLED':
    case 'CORRUPT':
    case 'BUG':
      return 3;
    default:
      return assertNever(code);
  }
}
