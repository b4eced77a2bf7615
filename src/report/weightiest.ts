import type { DecisionKind } from '../core/decision/decision.ts';
import type { ReleaseReport, RunReport } from './run-report.ts';

/** Decisions by how much they matter to whoever reads one output. */
const ORDER: readonly DecisionKind[] = [
  'nothing',
  'hold',
  'lift',
  'approve',
  'resume',
  'adopt',
  'start',
  'advance',
  'promote',
  'recover',
  'reduce',
  'pause',
  'rollback',
];

/** The release whose decision matters most; the first of several alike, undefined when there is no release. */
export function weightiest({ releases }: Pick<RunReport, 'releases'>): ReleaseReport | undefined {
  return [...releases].sort((a, b) => weigh(b) - weigh(a))[0];
}

/** How much a run matters beside another: larger is more; -1 for a run without releases. */
export function weighRun(report: Pick<RunReport, 'releases'>): number {
  return Math.max(-1, ...report.releases.map(weigh));
}

/** Whether a run put something on the default branch, or armed it. What a hold finds armed, or arms again, was written before. */
export function hasWritten({ releases }: Pick<RunReport, 'releases'>): boolean {
  return releases.some(
    ({ decision, receipt }) =>
      decision.kind !== 'hold' && ['committed', 'merged', 'armed'].includes(receipt.kind),
  );
}

/** Whether a run left something in the repository, be it as an open pull request. */
export function hasChanged(report: Pick<RunReport, 'releases'>): boolean {
  const isOpen = ({ receipt }: ReleaseReport): boolean =>
    receipt.kind === 'waiting' || receipt.kind === 'awaiting-approval';
  return hasWritten(report) || report.releases.some(isOpen);
}

function weigh({ decision }: ReleaseReport): number {
  return ORDER.indexOf(decision.kind);
}
