import { formatProblem, type Problem, sortProblems, worstFirst } from '../core/errors.ts';
import { formatDuration, formatInstant, formatPercent } from '../core/units.ts';
import { formatDiff } from './diff.ts';
import { describeVerdicts } from './evidence.ts';
import { codeBlock, codeSpan, details, escapeAroundCode, escapeText, joinBlocks, table } from './markdown.ts';
import { describeReceipt } from './receipt.ts';
import type { Receipt, ReleaseReport, RunReport } from './run-report.ts';

/** Largest step summary that GitHub shows is 1 MiB; half of it leaves room for the other steps' characters of several bytes. */
export const MAX_SUMMARY = 500_000;

/** The job summary of a run: one line per release, then the details of each that is under way. */
export function summariseRun(report: RunReport): string {
  const rows = report.releases.map((release) => [
    escapeText(release.name),
    escapeText(versionLine(release)),
    release.weight === undefined || release.candidate === undefined ? '' : formatPercent(release.weight),
    `**${release.decision.kind}**`,
    [escapeText(release.decision.reasons[0].text), linkReceipt(release.receipt)]
      .filter((part) => part !== '')
      .join('; '),
  ]);
  const blocks = [
    `## Belay ${report.command}${report.dryRun ? ' (dry run)' : ''}\nDecided at ${formatInstant(report.at)} on ${report.head}. ${describeCost(report)}`,
    ...(rows.length > 0
      ? [table(['Release', 'Version', 'Weight', 'Decision', 'Why'], rows)]
      : ['No release manifest was found.']),
    ...problemBlocks('Problems', [
      ...report.problems,
      ...report.releases.flatMap((release) => release.problems),
    ]),
    ...report.releases.flatMap(describeRelease),
  ];
  return `${joinBlocks(blocks, { limit: MAX_SUMMARY, note: '_Cut here; run the command in a terminal for the rest._' })}\n`;
}

/** What became of it, with the number of the pull request as a link to it. */
function linkReceipt(receipt: Receipt): string {
  const text = escapeText(describeReceipt(receipt));
  const pull = 'pull' in receipt ? receipt.pull : undefined;
  if (!pull || !/^https:\/\/[^\s()<>]+$/.test(pull.url)) return text;
  return text.replace(escapeText(`#${pull.number}`), `[#${pull.number}](${pull.url})`);
}

/** Requests and round trips, as printed everywhere. */
export function describeCost(report: Pick<RunReport, 'requests' | 'roundTrips'>): string {
  return `API requests: ${report.requests} (${report.roundTrips} in sequence).`;
}

/** `3.4.1 → 3.5.0`, or the one version of a settled release. */
export function versionLine(release: Pick<ReleaseReport, 'stable' | 'candidate'>): string {
  return [release.stable, release.candidate].filter((version) => version !== undefined).join(' → ');
}

function describeRelease(release: ReleaseReport): readonly string[] {
  const { assessment, standing, lift } = release;
  const diff = formatDiff(release.edits);
  const blocks: string[] = [];
  if (standing) {
    const { step, enteredAt, holdUntil, next } = standing;
    const then = next ? `then ${formatPercent(next.weight)}` : 'then promoted';
    blocks.push(
      `### ${escapeText(release.name)}\nAt ${formatPercent(step.weight)} since ${formatInstant(enteredAt)}, holds ${formatDuration(step.hold)} until ${formatInstant(holdUntil)}, ${then}.`,
    );
  }
  if (lift !== undefined) blocks.push(`${escapeText(release.name)}: ${escapeAroundCode(lift)}`);
  if (assessment) blocks.push(describeVerdicts(assessment));
  if (diff !== '') blocks.push(details(`Files of ${release.name}`, codeBlock(diff, 'diff')));
  return blocks;
}

/** Problems as a table, the worst first. */
export function problemBlocks(title: string, problems: readonly Problem[]): readonly string[] {
  if (problems.length === 0) return [];
  const order = worstFirst(problems);
  const rows = order
    .slice(0, 200)
    .map((problem) => [
      problem.severity,
      codeSpan(`${problem.at.file}:${problem.at.line}:${problem.at.column}`),
      codeSpan(problem.code),
      escapeText([problem.path, problem.message].filter((part) => part !== '').join(': ')),
    ]);
  const more = order.length > 200 ? `\n\n… and ${order.length - 200} more, which the log lists.` : '';
  return [`### ${title}\n${table(['', 'Where', 'Code', 'What'], rows)}${more}`];
}

/** Problems as lines for a terminal. */
export function listProblems(problems: readonly Problem[]): readonly string[] {
  return sortProblems(problems).map((problem) =>
    /^(?:SEC|ML)-/.test(problem.code)
      ? formatProblem(problem)
      : `${problem.severity === 'error' ? 'error: ' : ''}${formatProblem(problem)} [${problem.code}]`,
  );
}
