import { formatInstant, formatPercent } from '../core/units.ts';
import { formatDiff } from './diff.ts';
import { plainLine, showInvisible } from './plain-text.ts';
import { describeReceipt } from './receipt.ts';
import type { Receipt, ReleaseReport, RunReport } from './run-report.ts';
import { describeCost, listProblems, versionLine } from './summary.ts';

/** A run as text for a terminal. */
export function printRun(report: RunReport, { diff }: { readonly diff: boolean }): string {
  const lines = [
    ...report.releases.flatMap((release) => printRelease(release, { diff })),
    ...listProblems([...report.problems, ...report.releases.flatMap((release) => release.problems)]),
    ...(report.releases.length === 0 ? ['no release manifest was found'] : []),
    `${report.dryRun ? 'dry run: ' : ''}decided at ${formatInstant(report.at)} on ${report.head.slice(0, 7)} of ${plainLine(report.branch)}. ${describeCost(report)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** What a decision that is not on the default branch yet is headed with, or it would read as done. */
const LANDING: Readonly<Record<Receipt['kind'], string>> = {
  none: '',
  'dry-run': '',
  committed: '',
  merged: '',
  armed: ', not merged yet',
  waiting: ', not merged yet',
  'awaiting-approval': ', waits for approval',
  blocked: ', not done',
  failed: ', not done',
  suppressed: ', not done',
  'head-moved': ', not done',
};

function printRelease(release: ReleaseReport, { diff }: { readonly diff: boolean }): readonly string[] {
  const { decision, assessment } = release;
  const receipt = describeReceipt(release.receipt);
  const patch = diff ? formatDiff(release.edits) : '';
  return [
    `${[plainLine(release.name), versionLine(release)].join(' ').trim()}: ${decision.kind}${weightOf(release)}${LANDING[release.receipt.kind]}`,
    ...decision.reasons.map((reason) => `  - ${plainLine(reason.text)}`),
    ...(assessment?.checks ?? [])
      .filter((check) => !decision.reasons.some((reason) => reason.text === check.sentence))
      .map((check) => `  - [${check.verdict}] ${plainLine(check.sentence)}`),
    ...(receipt === '' ? [] : [`  = ${plainLine(receipt)}`]),
    ...(release.lift === undefined ? [] : [`  = ${plainLine(release.lift.replaceAll('`', ''))}`]),
    ...(patch === '' ? [] : patch.split('\n').map((line) => `  ${showInvisible(line)}`)),
  ];
}

/** ` at 5%` or ` 5% → 25%`; nothing for a release that is settled, or whose manifest does not tell. */
function weightOf({ weight, candidate, decision: { from, to } }: ReleaseReport): string {
  if (weight === undefined || candidate === undefined) return '';
  return from === to ? ` at ${formatPercent(from)}` : ` ${formatPercent(from)} → ${formatPercent(to)}`;
}
