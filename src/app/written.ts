import type { ReleaseReport } from '../report/run-report.ts';

/** Whether nothing was written because the branch is not what was decided on: to be read and decided again. */
export function isUndecided({ receipt }: Pick<ReleaseReport, 'receipt'>): boolean {
  return receipt.kind === 'head-moved' || (receipt.kind === 'blocked' && receipt.code === 'CONFLICT');
}

/** Whether it is on the default branch now. */
export function isWritten({ receipt }: Pick<ReleaseReport, 'receipt'>): boolean {
  return receipt.kind === 'merged' || receipt.kind === 'committed';
}
