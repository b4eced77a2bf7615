import type { ToolErrorCode } from '../core/errors.ts';
import { assertNever } from '../core/errors.ts';
import type { RunReport } from './run-report.ts';

/** 0 done or nothing to do · 1 refused, the user can fix it · 2 held, evidence missing past its deadline · 3 internal or infrastructure. */
export type ExitCode = 0 | 1 | 2 | 3;

/** The exit code of a run: what a person must fix comes before what a person must know. */
export function exitCodeOf(report: RunReport): ExitCode {
  const problems = [...report.problems, ...report.releases.flatMap((release) => release.problems)];
  const blocked = report.releases.some((release) => release.receipt.kind === 'blocked');
  if (blocked || problems.some((problem) => problem.severity === 'error')) return 1;
  const paused = report.releases.some(
    (release) => release.decision.kind === 'pause' && release.receipt.kind !== 'head-moved',
  );
  return paused ? 2 : 0;
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
    case 'UNAUTHORISED':
    case 'FORGE_UNAVAILABLE':
    case 'CORRUPT':
    case 'BUG':
      return 3;
    default:
      return assertNever(code);
  }
}
