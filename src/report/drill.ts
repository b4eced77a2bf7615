import type { DrillFinding, DrillPhase, DrillPlace, DrillVariant } from '../core/record/drill-schema.ts';
import { formatInstant, type Instant, type Millis, type Sha } from '../core/units.ts';
import type { ExitCode } from './exit-code.ts';
import { codeSpan, escapeText, joinBlocks, table } from './markdown.ts';
import { plainLine } from './plain-text.ts';
import { describeReceipt } from './receipt.ts';
import { MAX_BODY, TOO_LONG } from './rollback-pull-request.ts';
import type { Receipt } from './run-report.ts';

/** One part of a drill and how long it took. */
export interface TimedPhase {
  readonly phase: DrillPhase;
  readonly length: Millis;
}

/** What a drill came to. */
export type DrillResult =
  /** A rollback would do what it should. */
  | { readonly kind: 'passed' }
  /** Something must be mended first; the findings say what. */
  | { readonly kind: 'failed' }
  /** It stopped, since there is a real incident. Nothing is recorded. */
  | { readonly kind: 'aborted'; readonly reason: string };

/** One run of drill; every printer prints this value. */
export interface DrillReport {
  readonly command: 'drill';
  readonly release: string;
  readonly path: string;
  readonly variant: DrillVariant;
  readonly place: DrillPlace;
  readonly at: Instant;
  /** The commit that was drilled on. */
  readonly head: Sha;
  readonly result: DrillResult;
  /** The version that was taken back; undefined when none could be put in flight. */
  readonly from: string | undefined;
  /** What must be mended; none when it passed. */
  readonly findings: readonly DrillFinding[];
  /** In order; they add up to the total. */
  readonly phases: readonly TimedPhase[];
  readonly total: Millis;
  /** From the decision until what was restored could be read, where anything was. */
  readonly restore: Millis;
  readonly target: Millis;
  /** What the default branch asks of a pull request; undefined when it could not be seen, or was not looked at. */
  readonly requirements: readonly string[] | undefined;
  /** What became of the record. */
  readonly receipt: Receipt;
}

const BANNER =
  '> **DRILL: this is a rehearsal on a scratch branch.** It changes nothing that is served, is closed by the drill itself, and is not to be merged by hand.';

/** A text of a drill that says so: one line with a mark in front, or the body of a pull request below a banner. */
export function markDrill(text: string, part: 'line' | 'body' = 'line'): string {
  return part === 'line' ? `DRILL: ${text}` : joinBlocks([BANNER, text], { limit: MAX_BODY, note: TOO_LONG });
}

const PHASES: Readonly<Record<DrillPhase, string>> = {
  look: 'look for a real incident',
  prepare: 'put a version in flight',
  start: 'wait for its first traffic',
  detect: 'wait for proof of harm',
  decide: 'decide',
  'pull-request': 'branch and pull request',
  merge: 'merge',
  restored: 'read what was restored',
  verify: 'wait for proof of recovery',
  checks: 'read the rules of the default branch',
  close: 'close and delete',
};

/** A length of time in seconds, to the millisecond, so that rounded parts add up to a rounded whole. */
function seconds(length: number): string {
  return `${(length / 1000).toFixed(3)} s`;
}

/** A drill as text for a terminal. */
export function printDrill(report: DrillReport): string {
  const width = Math.max(...Object.values(PHASES).map((words) => words.length));
  const row = (words: string, length: number) => `  ${words.padEnd(width)}  ${seconds(length).padStart(12)}`;
  const lines = [
    headline(report),
    ...report.findings.map(({ code, text }) => `  - ${code}: ${plainLine(text)}`),
    ...report.phases.map(({ phase, length }) => row(PHASES[phase], length)),
    row('total', report.total),
    ...comparison(report),
    ...receiptLine(report),
    `drilled at ${formatInstant(report.at)} on ${report.head.slice(0, 7)}.`,
  ];
  return `${lines.join('\n')}\n`;
}

/** A drill as Markdown, for the summary of a job. */
export function summariseDrill(report: DrillReport): string {
  const rows = [
    ...report.phases.map(({ phase, length }) => [PHASES[phase], seconds(length)]),
    ['**total**', `**${seconds(report.total)}**`],
  ];
  return [
    `## Belay drill\n${escapeText(headline(report))}`,
    ...(report.findings.length === 0
      ? []
      : [
          `### What to fix\n${report.findings.map(({ code, text }) => `- ${codeSpan(code)}: ${escapeText(text)}`).join('\n')}`,
        ]),
    table(['phase', 'took'], rows),
    [...comparison(report), ...receiptLine(report)].map(escapeText).join('\n'),
    '',
  ].join('\n\n');
}

function headline({ release, variant, place, result, from }: DrillReport): string {
  const what = `DRILL ${plainLine(release)} (${place === 'sandbox' ? 'sandbox, ' : ''}${variant})`;
  if (result.kind === 'aborted') return `${what}: aborted: real incident open: ${plainLine(result.reason)}`;
  const taken = from === undefined ? '' : `, taking back ${plainLine(from)}`;
  return `${what}: ${result.kind}${taken}`;
}

/** Whether the drill came so far that its time to restore is one. */
export function wasRestored({ phases }: Pick<DrillReport, 'phases'>): boolean {
  return phases.some(({ phase }) => phase === 'restored');
}

function comparison(report: DrillReport): readonly string[] {
  const { restore, target, requirements, result } = report;
  if (result.kind === 'aborted') return [];
  const asks =
    requirements === undefined
      ? []
      : [`the default branch asks of a pull request: ${requirements.map(plainLine).join(', ') || 'nothing'}`];
  // a drill that did not get there was quick for nothing
  if (!wasRestored(report))
    return [`nothing was restored, so no time is held against the target of ${seconds(target)}`, ...asks];
  const verdict = restore <= target ? 'within' : 'more than';
  return [`time to restore ${seconds(restore)}, ${verdict} the target of ${seconds(target)}`, ...asks];
}

/** What became of a write of a drill. No later run merges one that waits; `then` says what comes of it instead. */
export function describeDrillReceipt(receipt: Receipt, then: string): string {
  if (receipt.kind !== 'waiting') return describeReceipt(receipt);
  return `pull request #${receipt.pull.number} still waits for a requirement: ${receipt.message}; ${then}`;
}

function receiptLine({ receipt }: DrillReport): readonly string[] {
  const then = 'merge it before the next drill of this release, for no later run does';
  const text = describeDrillReceipt(receipt, then);
  return text === '' ? [] : [`record: ${plainLine(text)}`];
}

/** 0 passed · 1 failed, or its record could not be written · 2 aborted, since there is a real incident. */
export function exitCodeOfDrill({ result, receipt }: DrillReport): ExitCode {
  if (result.kind === 'aborted') return 2;
  const isKept = ['committed', 'merged', 'armed', 'waiting'].includes(receipt.kind);
  return result.kind === 'passed' && isKept ? 0 : 1;
}
