import type { Decision } from '../core/decision/decision.ts';
import { formatInstant, formatPercent, type Instant, type Percent } from '../core/units.ts';
import { escapeText, table } from './markdown.ts';
import { plainLine } from './plain-text.ts';

/** One look of a replay. */
export interface Look {
  readonly at: Instant;
  readonly weight: Percent;
  readonly decision: Decision;
}

/** A rollout over a stretch of history. */
export interface ReplayReport {
  readonly name: string;
  readonly stable: string;
  readonly candidate: string;
  readonly looks: readonly Look[];
  /** Whether a check had an answer at any look. */
  readonly isSeen: boolean;
  readonly end: 'promoted' | 'rolled-back' | 'under-way';
}

const ENDS = {
  promoted: 'it would have been promoted',
  'rolled-back': 'it would have been rolled back',
  'under-way': 'it would still be under way',
} as const;

/** Every look on one line, and how it ended. */
export function printReplay(replay: ReplayReport): string {
  const lines = replay.looks.map(({ at, weight, decision }) =>
    plainLine(`${formatInstant(at)}  ${formatPercent(weight).padStart(5)}  ${describe(decision)}`),
  );
  return [...lines, plainLine(headline(replay)), ''].join('\n');
}

/** The looks that changed something, for a job summary. */
export function summariseReplay(replay: ReplayReport): string {
  const changes = replay.looks.filter(
    ({ decision }, index) =>
      decision.kind !== replay.looks[index - 1]?.decision.kind || decision.kind !== 'hold',
  );
  const rows = changes.map(({ at, weight, decision }) => [
    formatInstant(at),
    formatPercent(weight),
    escapeText(describe(decision)),
  ]);
  return `## Belay replay\n\n${escapeText(headline(replay))}.\n\n${table(['At', 'Weight', 'Decision'], rows)}\n`;
}

function headline({ name, stable, candidate, looks, isSeen, end }: ReplayReport): string {
  const how = isSeen || looks.length === 0 ? ENDS[end] : UNSEEN;
  return `${name}: ${candidate} against ${stable}, ${looks.length} looks: ${how}`;
}

/** Where there were no numbers at all, it must not look as if the candidate had been judged. */
const UNSEEN =
  'no check ever had an answer, so this says nothing; name versions and backends as the metrics do (--candidate, --stable), and a stretch in which both had traffic (--from, --to)';

function describe({ kind, from, to, reasons }: Decision): string {
  const move =
    kind === 'advance' || kind === 'reduce' ? ` ${formatPercent(from)} → ${formatPercent(to)}` : '';
  return `${kind}${move}: ${reasons[0].text}`;
}
