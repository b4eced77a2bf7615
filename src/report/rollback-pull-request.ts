import type { Assessment } from '../core/analysis/assessment.ts';
import type { Answer } from '../core/change/build-change.ts';
import type { FileEdit } from '../core/change/change.ts';
import type { LastGood, SkippedGood } from '../core/decision/last-good.ts';
import type { Problem } from '../core/errors.ts';
import { DEPENDENCY_ROLLED_BACK } from '../core/record/following.ts';
import type { WrittenRecord } from '../core/record/record-schema.ts';
import {
  formatDuration,
  formatInstant,
  formatPercent,
  type Instant,
  millis,
  type Percent,
  type Sha,
} from '../core/units.ts';
import { formatDiff } from './diff.ts';
import { describeEvidence, describeVerdicts } from './evidence.ts';
import { codeBlock, codeSpan, details, escapeAroundCode, escapeText, joinBlocks, table } from './markdown.ts';

/** Longest pull request body that GitHub takes, in characters. */
export const MAX_BODY = 65_536;

/** Stands where something did not fit into the body of a pull request. */
export const TOO_LONG =
  '_Something is left out here, since it is too long: the files and the record of this pull request have all of it._';

/** A release that goes back, and what that changes. */
export interface RestoredRelease {
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
  readonly owners: readonly string[];
  readonly runbook: string | undefined;
}

export interface RollbackDescription extends RestoredRelease {
  /** Share of the traffic that the bad version has until this is merged. */
  readonly traffic: Percent;
  /** What was new in the bad version, in the words of its manifest. */
  readonly summary: string | undefined;
  /** What a person should look at: targets that were put back whole, or that may keep their traffic. */
  readonly notes: readonly Problem[];
  readonly answers: readonly Answer[];
  readonly assessment: Assessment | undefined;
  /** How the quarantine is lifted, and by whom; one line. Undefined: there is none. */
  readonly lift?: string | undefined;
  /** Releases that go back in the same pull request, those that depend on others first. */
  readonly along?: readonly RestoredRelease[];
}

/** Body of the revert pull request: what happened, what to do now, why, what changes, what it drops, the evidence. */
export function describeRollback(input: RollbackDescription): string {
  const blocks = [
    headline(input),
    ...attention(input),
    now(input),
    why(input),
    `### What this changes\n${what(input)}`,
    ...(input.dropped.length > 0 ? [`### What the manifest loses\n${dropped(input)}`] : []),
    ...company(input),
    details('The change, line by line', codeBlock(formatDiff(allEdits(input)), 'diff')),
    ...describeEvidence(input.answers),
    `<!-- belay:rollback op=${input.record.operation} -->`,
  ];
  return joinBlocks(blocks, { limit: MAX_BODY, note: TOO_LONG });
}

function allEdits({ edits, along = [] }: RollbackDescription): readonly FileEdit[] {
  return [...edits, ...along.flatMap((one) => one.edits)];
}

/** What is left: quarantined, or only taken back since another release was. */
function badVersion({ quarantine, candidate }: WrittenRecord): string {
  return (quarantine ?? candidate)?.version ?? '';
}

function headline({ record, traffic, summary, restored, owners }: RollbackDescription): string {
  const bad = codeSpan(badVersion(record));
  const started = record.rollout ? `, ${age(record.rollout.startedAt, record.at)} after its start` : '';
  const { kind, actor, dispatch } = record.trigger;
  const asked = dispatch ? [`asked by ${dispatch.source}: ${escapeText(dispatch.reason)}`] : [];
  const by = [kind, ...(actor === null ? [] : [escapeText(actor)]), ...asked].join(', ');
  return [
    `**${escapeText(record.release)} goes back from ${bad} (${formatPercent(traffic)} of the traffic) to ${codeSpan(restored.ref.version)}**${started}.`,
    ...(summary === undefined ? [] : [`What was new in ${bad}: ${escapeText(summary)}`]),
    `Decided at ${record.at} on ${record.base} (${by}).${owners.length > 0 ? ` cc ${owners.join(' ')}` : ''}`,
  ].join('\n');
}

function age(from: string, to: string): string {
  return formatDuration(millis(Math.max(0, Date.parse(to) - Date.parse(from))));
}

/** What the rollback could not do as it should comes before all that it did. */
function attention({ notes }: RollbackDescription): readonly string[] {
  if (notes.length === 0) return [];
  const lines = notes.map((note) => `- ${codeSpan(note.at.file)}: ${escapeText(note.message)}`);
  return [`### Look at this\n${lines.join('\n')}`];
}

function now({ record, traffic, runbook, lift }: RollbackDescription): string {
  const bad = codeSpan(badVersion(record));
  const lines = [
    `**If this is still open, merge it:** until then ${bad} keeps ${formatPercent(traffic)} of the traffic. Belay merges it by itself where the rules of the repository let it, and then at its own commit only. While a requirement is pending it arms auto-merge: from then on GitHub merges what is on this branch once the requirement is met, so look at its commits when somebody else may push to it.`,
    '**If it should not be rolled back:** close this pull request. Belay respects that until the files change or the release moves; as long as the checks prove harm, its runs end with exit code 2 and say so.',
    record.quarantine
      ? `**To try again later:** bring a new version with new content; ${bad} stays quarantined.`
      : `**To try again later:** bring ${bad} again once what it needs is rolled out; nothing is proven against it.`,
    ...(lift === undefined ? [] : [`**If the quarantine is wrong:** ${escapeAroundCode(lift)}`]),
    ...(runbook ? [`**Runbook:** ${codeSpan(runbook)}`] : []),
  ];
  return `### What to do\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

/** What stands in a part of its own: which releases go back with it, and which should and do not. */
const OF_OTHERS: ReadonlySet<string> = new Set([DEPENDENCY_ROLLED_BACK, 'DEPENDENT_LEFT']);

/** The table holds the sentences of the checks; only what is in none of them is said before it. */
function why({ record, assessment }: RollbackDescription): string {
  const seen = new Set((assessment?.checks ?? []).map((check) => check.sentence));
  const reasons = record.decision.reasons.filter(
    ({ code, text }, index) => !seen.has(text) && (index === 0 || !OF_OTHERS.has(code)),
  );
  const parts = [
    ...(reasons.length > 0 ? [reasons.map((reason) => `- ${escapeText(reason.text)}`).join('\n')] : []),
    ...(assessment ? [describeVerdicts(assessment)] : [unasked(record)]),
  ];
  return `### Why\n${parts.join('\n\n')}`;
}

function unasked({ quarantine }: WrittenRecord): string {
  return quarantine
    ? 'No check was asked: this was an order.'
    : 'No check was asked: another release was taken back.';
}

/** Those that go back as well, in the order in which they depend on each other: all at a glance, then one by one. */
function company({ along = [] }: RollbackDescription): readonly string[] {
  if (along.length === 0) return [];
  const rows = along.map(({ record }) => [
    escapeText(record.release),
    codeSpan(badVersion(record)),
    codeSpan(record.restored?.version.version ?? ''),
    escapeText(record.decision.reasons[0]?.text ?? ''),
  ]);
  const text =
    'What they serve or try does not work with what is restored. Nothing is proven against it and it is not quarantined: bring it again once what it needs is rolled out.';
  return [
    `### What goes back with it\n${text}\n\n${table(['Release', 'From', 'To', 'Why'], rows)}`,
    ...along.map(companion),
  ];
}

function companion(one: RestoredRelease): string {
  const { record, owners, runbook } = one;
  return [
    `#### ${escapeText(record.release)}${owners.length > 0 ? ` (cc ${owners.join(' ')})` : ''}`,
    what(one),
    ...(runbook ? [`- **Runbook:** ${codeSpan(runbook)}`] : []),
    ...(one.dropped.length > 0 ? [`\n${dropped(one)}`] : []),
  ].join('\n');
}

function what({ record, restored, skipped, edits }: RestoredRelease): string {
  const bad = codeSpan(badVersion(record));
  const good = codeSpan(restored.ref.version);
  const path = record.manifest.path;
  const lines = [
    `${codeSpan(path)} gets back its bytes of ${restored.commit}: the newest in which it was settled on ${good}, which is good by record ${restored.record}.`,
    ...edits
      .filter((edit) => edit.path !== path)
      .map(
        (edit) => `${codeSpan(edit.path)} sends all traffic to ${good} (${codeSpan(restored.ref.backend)}).`,
      ),
    ...skipped.map(({ version, reason }) => `${codeSpan(version)} was passed over: ${escapeText(reason)}.`),
    ...(record.quarantine
      ? [
          `${bad} and its digests are quarantined by record ${record.sequence}: a pull request that brings them again is refused.`,
        ]
      : []),
  ];
  return lines.map((line) => `- ${line}`).join('\n');
}

function dropped({ dropped: revisions }: RestoredRelease): string {
  const rows = revisions
    .slice(0, 30)
    .map((revision) => [
      revision.commit,
      formatInstant(revision.at),
      escapeText(shorten(revision.author)),
      escapeText(shorten(revision.subject)),
    ]);
  const more = revisions.length > 30 ? `\n\n… and ${revisions.length - 30} older ones.` : '';
  return `The changes of these commits to it. They stay in the history: what should not be lost can be brought again.\n\n${table(['Commit', 'When', 'Who', 'What'], rows)}${more}`;
}

function shorten(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199)}…`;
}
