import type { ToolErrorCode } from '../core/errors.ts';
import { formatDuration, formatInstant, formatPercent, type Instant, type Millis } from '../core/units.ts';
import { escapeText, table } from './markdown.ts';
import { plainLine } from './plain-text.ts';
import { describeReceipt } from './receipt.ts';
import type { ReleaseReport, RunReport } from './run-report.ts';

/** Why a watch was over. */
export type WatchEnd =
  /** Its time. */
  | 'time'
  /** No release is in flight. */
  | 'idle'
  /** Something came up that a person must hear of, and the end of the job is how they hear. */
  | 'person'
  /** It was asked to stop: the job was cancelled. */
  | 'stopped'
  /** A look broke in a way that the next one would meet again. */
  | 'broken';

/** Something that a look found otherwise than the one before. */
export interface WatchEvent {
  readonly at: Instant;
  /** Name of the release; empty when a whole look broke. */
  readonly release: string;
  /** One line. */
  readonly text: string;
}

/** What a watch has seen, look by look. */
export interface Watch {
  readonly startedAt: Instant;
  readonly length: Millis;
  readonly end: WatchEnd;
  readonly looks: number;
  /** How many of the looks broke off. */
  readonly broken: number;
  /** The first ones; `untold` says how many more there were. */
  readonly events: readonly WatchEvent[];
  readonly untold: number;
}

/** A watch: its last look that came to an end, the one that decided the weightiest thing, and what happened meanwhile. */
export interface WatchReport {
  readonly last: RunReport;
  readonly weightiest: RunReport;
  /** Whether any look put something on the default branch, or armed it. */
  readonly changed: boolean;
  readonly watch: Watch;
  /** How the very last look broke off; undefined when it came to an end. */
  readonly fault: { readonly code: ToolErrorCode; readonly message: string } | undefined;
}

const ENDS: Readonly<Record<WatchEnd, string>> = {
  time: 'its time was over',
  idle: 'no release is in flight',
  person: 'a person must see to something',
  stopped: 'it was asked to stop',
  broken: 'a look broke',
};

/** What a release is at, in one line: the decision, its first reason, and what became of it. */
export function describeMoment({ decision, receipt }: ReleaseReport): string {
  const { kind, from, to, reasons } = decision;
  const weight = from === to ? '' : ` ${formatPercent(from)} → ${formatPercent(to)}`;
  const parts = [`${kind}${weight}: ${reasons[0].text}`, describeReceipt(receipt)];
  return plainLine(parts.filter((part) => part !== '').join('; ')).slice(0, 300);
}

/** An event as a line of a log. */
export function describeEvent({ at, release, text }: WatchEvent): string {
  return `${formatInstant(at)} ${release === '' ? '' : `${plainLine(release)}: `}${text}`;
}

/** A watch in one line. */
export function describeWatch({ watch, fault }: Pick<WatchReport, 'watch' | 'fault'>): string {
  const { startedAt, length, looks, broken, end } = watch;
  const failed = broken > 0 ? `, ${broken} of which broke off` : '';
  const reason = fault ? `; the last look broke off: ${plainLine(fault.message)}` : '';
  return `watched since ${formatInstant(startedAt)} for ${formatDuration(length)}: ${looks === 1 ? '1 look' : `${looks} looks`}${failed}; ended since ${ENDS[end]}${reason}`;
}

/** What happened during a watch, for the job summary; the last look's own summary follows it. */
export function summariseWatch(report: WatchReport): string {
  const { events, untold } = report.watch;
  const rows = events.map(({ at, release, text }) => [
    formatInstant(at),
    escapeText(release),
    escapeText(text),
  ]);
  const more = untold > 0 ? `\n\n… and ${untold} more.` : '';
  const list = rows.length > 0 ? `\n\n${table(['When', 'Release', 'What'], rows)}${more}` : '';
  return `## Belay watch\n${escapeText(describeWatch(report))}${list}\n\n`;
}
