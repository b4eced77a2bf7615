import type { Foresight, Remark, StableTraffic } from '../core/analysis/foresee.ts';
import { EFFECTS, type ExpectedTime } from '../core/judge/forecast.ts';
import { writeAbout } from '../core/judge/words/forecast.ts';
import { writeCount, writeShare, writeValue } from '../core/judge/write-numbers.ts';
import { formatDuration, formatInstant, formatPercent, type Millis } from '../core/units.ts';
import { escapeText, table } from './markdown.ts';
import { plainLine } from './plain-text.ts';

/** Beyond this a forecast says no more than that it is long. */
const MOST_DAYS = 30;

const HEAD = ['Weight', 'Check', ...EFFECTS.map((effect) => `×${effect}`), 'Safe'];

/** How long the steps of a rollout would take, as text for a terminal. */
export function printForesight(foresight: Foresight, deadline: Millis): string {
  const rows = foresightRows(foresight).map((cells) => cells.map(plainLine));
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...rows.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `    ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd();
  return [
    `  stable's traffic from ${formatInstant(foresight.startedAt)} to ${formatInstant(foresight.at)}:`,
    ...foresight.traffic.map(
      ({ name, ...seen }) => `    ${plainLine(name)}: ${plainLine(describeTraffic(seen))}`,
    ),
    ...(rows.length === 0 ? [] : [`  ${CAPTION}:`, line(HEAD), ...rows.map(line)]),
    ...remarksOf(foresight, deadline).map((text) => `  ! ${plainLine(text)}`),
    ...outlook(foresight, deadline).map((text) => `  ${text}`),
  ].join('\n');
}

/** The same for the job summary. */
export function summariseForesight(foresight: Foresight, deadline: Millis): string {
  const rows = foresightRows(foresight).map((cells) => cells.map(escapeText));
  const remarks = remarksOf(foresight, deadline);
  return [
    [
      `Stable's traffic from ${formatInstant(foresight.startedAt)} to ${formatInstant(foresight.at)}:`,
      ...foresight.traffic.map(
        ({ name, ...seen }) => `- ${escapeText(name)}: ${escapeText(describeTraffic(seen))}`,
      ),
    ].join('\n'),
    ...(rows.length === 0 ? [] : [`${upper(CAPTION)}:`, table(HEAD, rows)]),
    ...(remarks.length === 0 ? [] : [remarks.map((text) => `- ⚠️ ${escapeText(text)}`).join('\n')]),
    ...outlook(foresight, deadline).map(upper),
  ].join('\n\n');
}

const CAPTION =
  'time until a candidate so many times as bad is taken back, and until one as good as stable is proven safe (half / nine tenths of them)';

function foresightRows({ steps }: Foresight): readonly (readonly string[])[] {
  return steps.flatMap(({ weight, checks }) =>
    checks.map(({ name, effects, safe }, index) => [
      index === 0 ? formatPercent(weight) : '',
      name,
      ...effects.map(writeTime),
      writeTime(safe),
    ]),
  );
}

function writeTime({ median, ninety }: ExpectedTime): string {
  if (median === undefined) return 'never';
  const [half, most] = [writeMinutes(median), writeMinutes(ninety ?? median)];
  return half === most ? half : `${half} / ${most}`;
}

function writeMinutes(minutes: number): string {
  return minutes > MOST_DAYS * 24 * 60 ? `>${MOST_DAYS}d` : writeAbout(minutes);
}

/** What was counted of stable, or why nothing was. */
export function describeTraffic(seen: StableTraffic): string {
  if (seen.kind === 'unknown') return `no forecast: ${seen.reason}`;
  const { exposure, rate, unit, ticks, asked } = seen;
  const amount = exposure < 10 ? writeValue(Number(exposure.toPrecision(2))) : writeCount(exposure);
  const bad =
    unit === 'share' ? `${writeShare(rate)} of them bad` : `${writeValue(rate)} events in each unit`;
  return `${amount} a minute, ${bad} (${ticks} of ${asked} ticks have numbers)`;
}

/** What is the same on several steps is said once. */
function remarksOf({ steps, remarks }: Foresight, deadline: Millis): readonly string[] {
  const weights = new Map<string, string[]>();
  for (const { weight, hold, remarks: own } of steps)
    for (const remark of own) {
      const text = describeRemark(remark, hold);
      weights.set(text, [...(weights.get(text) ?? []), formatPercent(weight)]);
    }
  return [
    ...[...weights].map(([text, where]) => `at ${where.join(', ')}: ${text}`),
    ...remarks.map((remark) => describeRemark(remark, deadline)),
  ];
}

/** @param limit the hold of the step, or the deadline of the rollout */
function describeRemark(remark: Remark, limit: Millis): string {
  switch (remark.kind) {
    case 'double-unseen-in-hold':
      return remark.minutes === undefined
        ? `${remark.check}: a doubling is never proven harmful at this rate and with this tolerance`
        : `${remark.check}: the hold of ${formatDuration(limit)} is too short to see a doubling (${writeMinutes(remark.minutes)}, nine times out of ten)`;
    case 'safe-after-hold':
      return `${remark.check}: safe after about ${writeMinutes(remark.minutes)}, so the step outlasts its hold of ${formatDuration(limit)}`;
    case 'safe-never':
      return `${remark.check}: not even a candidate as good as stable is ever proven safe; widen "safe"`;
    case 'beyond-deadline':
      return `not within the deadline of ${formatDuration(limit)}: half of all healthy candidates take more than ${writeMinutes(remark.minutes)}`;
  }
}

function outlook({ total, remarks }: Foresight, deadline: Millis): readonly string[] {
  if (total === undefined || remarks.length > 0) return [];
  return [
    `half of all healthy candidates are promoted within about ${writeMinutes(total)}; the deadline is ${formatDuration(deadline)}`,
  ];
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
