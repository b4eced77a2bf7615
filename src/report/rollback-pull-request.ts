import type { Assessment } from '../core/analysis/assessment.ts';
import type { Answer } from '../core/change/build-change.ts';
import type { FileEdit } from '../core/change/change.ts';
import type { LastGood, SkippedGood } from '../core/decision/last-good.ts';
import type { Problem } from '../core/errors.ts';
import type { WrittenRecord } from '../core/record/record-schema.ts';
import {
  formatDuration,
  formatInstant,
  formatPercent,
  type Instant,
  millis,
  type Sha,
} from '../core/units.ts';
import { formatDiff } from './diff.ts';
import { describeEvidence, describeVerdicts } from './evidence.ts';
import { codeBlock, codeSpan, escapeText, joinBlocks, table } from './markdown.ts';

/** Longest pull request body that GitHub takes, in characters. */
export const MAX_BODY = 65_536;

export interface RollbackDescription {
  readonly record: WrittenRecord;
  readonly edits: readonly FileEdit[];
  readonly restored: LastGood;
  readonly skipped: readonly SkippedGood[];
  /** Commits on the manifest that the restored bytes do not hold, newest first. */
  readonly dropped: readonly {
    readonly commit: Sha;
    readonly at: Instant;
    readonly author: string;
    readonly subject: string;
  }[];
  /** Targets that were put back whole. */
  readonly fallbacks: readonly Problem[];
  readonly answers: readonly Answer[];
  readonly assessment: Assessment | undefined;
  readonly owners: readonly string[];
  readonly runbook: string | undefined;
}

/** Body of the revert pull request: why, what it does, what it drops, the evidence, what to do next. */
export function describeRollback(input: RollbackDescription): string {
  const blocks = [
    headline(input),
    why(input),
    what(input),
    next(input),
    codeDetails('The change', formatDiff(input.edits), 'diff'),
    ...(input.dropped.length > 0 ? [dropped(input)] : []),
    ...describeEvidence(input.answers),
    `<!-- belay:rollback op=${input.record.operation} -->`,
  ];
  return joinBlocks(blocks, {
    limit: MAX_BODY,
    note: '_Cut here: the whole evidence is in the record file of this pull request._',
  });
}

function headline({ record, restored, owners }: RollbackDescription): string {
  const bad = record.quarantine?.version ?? '';
  const at = record.decision.from > 0 ? ` at ${formatPercent(record.decision.from)} of the traffic` : '';
  const started = record.rollout ? `, ${age(record.rollout.startedAt, record.at)} after its start` : '';
  const call = owners.length > 0 ? `\n\ncc ${owners.join(' ')}` : '';
  return `**${escapeText(record.release)}: back from ${codeSpan(bad)}${at} to ${codeSpan(restored.ref.version)}**${started} (${record.at}).${call}`;
}

function age(from: string, to: string): string {
  return formatDuration(millis(Math.max(0, Date.parse(to) - Date.parse(from))));
}

function why({ record, assessment }: RollbackDescription): string {
  const reasons = record.decision.reasons.map((reason) => `- ${escapeText(reason.text)}`).join('\n');
  const verdicts = assessment ? `\n\n${describeVerdicts(assessment)}` : '';
  return `### Why\n${reasons}${verdicts}`;
}

function what({ record, restored, skipped, fallbacks, edits }: RollbackDescription): string {
  const lines = [
    `${codeSpan(record.manifest.path)} is restored to its bytes of ${restored.commit} (${codeSpan(restored.ref.version)} is good by record ${restored.record}).`,
    ...edits
      .slice(1)
      .map((edit) => `${codeSpan(edit.path)} routes all traffic to ${codeSpan(restored.ref.backend)}.`),
    ...fallbacks.map((problem) => `${codeSpan(problem.at.file)}: ${escapeText(problem.message)}.`),
    ...skipped.map(({ ref, reason }) => `Skipped ${codeSpan(ref.version)}: ${escapeText(reason)}.`),
    `${codeSpan(record.quarantine?.version ?? '')} and its digests are quarantined: a pull request that brings them again is refused.`,
  ];
  return `### What this does\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

function next({ record, runbook }: RollbackDescription): string {
  const bad = codeSpan(record.quarantine?.version ?? '');
  const lines = [
    '**If this is open:** merge it. Belay merges it itself where the rules of the repository let it, and never merges commits that it did not make.',
    `**To try again:** bring a new version with new content; ${bad} stays quarantined.`,
    '**If it should not be rolled back:** close this pull request. Belay respects that until the files or the records change.',
    ...(runbook ? [`**Runbook:** ${codeSpan(runbook)}`] : []),
  ];
  return `### What to do next\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

function dropped({ dropped: revisions }: RollbackDescription): string {
  const rows = revisions
    .slice(0, 30)
    .map((revision) => [
      revision.commit,
      formatInstant(revision.at),
      escapeText(revision.author),
      escapeText(revision.subject),
    ]);
  const more = revisions.length > 30 ? `\n\n… and ${revisions.length - 30} older ones.` : '';
  return `### Commits whose changes to the manifest are not in it any more\nNothing is lost: they are in the history, and edits that should stay can be brought again.\n\n${table(['Commit', 'When', 'Who', 'What'], rows)}${more}`;
}

/** A folded block of code. */
function codeDetails(title: string, text: string, language: string): string {
  return `<details><summary>${title}</summary>\n\n${codeBlock(text, language)}\n\n</details>`;
}
