import { formatInstant, formatPercent } from '../core/units.ts';
import { formatDiff } from './diff.ts';
import { describeReceipt } from './receipt.ts';
import type { ReleaseReport, RunReport } from './run-report.ts';
import { describeCost, listProblems, versionLine } from './summary.ts';

/** A run as text for a terminal. */
export function printRun(report: RunReport, { diff }: { readonly diff: boolean }): string {
  const lines = [
    ...report.releases.flatMap((release) => printRelease(release, { diff })),
    ...listProblems([...report.problems, ...report.releases.flatMap((release) => release.problems)]),
    ...(report.releases.length === 0 ? ['no release manifest was found'] : []),
    `${report.dryRun ? 'dry run: ' : ''}decided at ${formatInstant(report.at)} on ${report.head.slice(0, 7)}. ${describeCost(report)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function printRelease(release: ReleaseReport, { diff }: { readonly diff: boolean }): readonly string[] {
  const { decision, assessment } = release;
  const weight =
    decision.from === decision.to
      ? `at ${formatPercent(decision.from)}`
      : `${formatPercent(decision.from)} → ${formatPercent(decision.to)}`;
  const receipt = describeReceipt(release.receipt);
  const patch = diff ? formatDiff(release.edits) : '';
  return [
    `${release.name} ${versionLine(release)}: ${decision.kind} ${weight}`,
    ...decision.reasons.map((reason) => `  - ${reason.text}`),
    ...(assessment?.checks ?? [])
      .filter((check) => !decision.reasons.some((reason) => reason.text === check.sentence))
      .map((check) => `  - [${check.verdict}] ${check.sentence}`),
    ...(receipt === '' ? [] : [`  = ${receipt}`]),
    ...(patch === '' ? [] : patch.split('\n').map((line) => `  ${line}`)),
  ];
}
