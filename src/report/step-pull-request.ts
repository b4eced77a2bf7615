import type { FileEdit } from '../core/change/change.ts';
import { writeOrder } from '../core/record/order-schema.ts';
import type { WrittenRecord } from '../core/record/record-schema.ts';
import { formatPercent } from '../core/units.ts';
import { formatDiff } from './diff.ts';
import { codeBlock, codeSpan, escapeText, joinBlocks, table } from './markdown.ts';
import { MAX_BODY, TOO_LONG } from './rollback-pull-request.ts';

/** Body of the pull request of one step. */
export function describeStep(input: {
  readonly record: WrittenRecord;
  readonly edits: readonly FileEdit[];
  readonly needsApproval: boolean;
}): string {
  const { record, edits } = input;
  const { kind, from, to } = record.decision;
  const move = from === to ? formatPercent(from) : `${formatPercent(from)} → ${formatPercent(to)}`;
  const version = record.candidate?.version ?? record.stable?.version ?? '';
  const approve = `approve ${record.release} ${version} --to ${formatPercent(to)}`;
  const asked =
    record.trigger.kind === 'command-line'
      ? `\`${writeOrder('terminal', approve)}\``
      : `a review, or comment \`${writeOrder('comment', approve)}\`, as somebody with the role \`approve\``;
  const how = input.needsApproval
    ? `This step asks for a person: **approve this pull request** by ${asked}. The next look then decides again, takes the step and writes down who approved. Merging it by hand takes the step as well.`
    : 'Belay merges this itself, in a run that decides it and where the rules of the repository let it. It never arms auto-merge on a step: armed, it could land when the evidence has turned.';
  const checks = record.evidence?.checks ?? [];
  const rows = checks.map((check) => [
    escapeText(check.name),
    `**${check.verdict}**`,
    escapeText(check.sentence),
  ]);
  const seen = new Set(checks.map((check) => check.sentence));
  const reasons = record.decision.reasons
    .filter((reason) => !seen.has(reason.text))
    .map((reason) => `- ${escapeText(reason.text)}`);
  const diff = formatDiff(edits);
  const blocks = [
    `**${escapeText(record.release)}: ${kind} ${codeSpan(version)}, ${move}** (${record.at}).\n\n${how}`,
    ['### Why', ...reasons].join('\n'),
    ...(rows.length > 0 ? [table([`Check, ${record.at}`, 'Verdict', 'Seen'], rows)] : []),
    ...(diff === '' ? [] : [`### The change\n${codeBlock(diff, 'diff')}`]),
    'The hold of the step begins when it is on the default branch. To stay where the release is, close this pull request.',
    `<!-- belay:step op=${record.operation} -->`,
  ];
  return joinBlocks(blocks, { limit: MAX_BODY, note: TOO_LONG });
}
