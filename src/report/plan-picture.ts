import { formatInZone } from '../core/manifest/time-zone.ts';
import type { Calendar } from '../core/plan/calendar.ts';
import { formatDuration, formatPercent, type Instant, type Millis } from '../core/units.ts';

/** When a plan is looked at, and by whose clocks. */
export interface PictureClock {
  readonly now: Instant;
  /** IANA name of the time zone that moments are written in. */
  readonly zone: string;
}

/** What is drawn of a plan; nothing in it is anybody's text. */
export interface PlannedRollout {
  readonly steps: readonly {
    readonly step: {
      readonly weight: number;
      readonly hold: Millis;
      readonly approval?: 'required' | undefined;
    };
    /** Time since the start. */
    readonly earliest: Millis;
  }[];
  /** All holds together. */
  readonly total: Millis;
  readonly deadline: Millis;
  /** What keeps it from going up until somebody acts: no moment can be told then. */
  readonly stops?: readonly { readonly text: string }[] | undefined;
  /** The earliest moments where freezes or other releases have a say in them. */
  readonly calendar?: Calendar | undefined;
  /** Where it stands; undefined when it has not been started. */
  readonly standing: { readonly index: number; readonly holdUntil: Instant } | undefined;
}

const APPROVED_BY = '◆ a person approves this step: by a review of its pull request, or with /belay approve';

/** Columns of the time line. */
const COLUMNS = 40;

/**
 * A rollout as a picture of text, one line per step: what it holds, from when to when at the earliest, what is waited for, and a
 * bar on a time line. Below it the earliest finish, or that none can be told. It is drawn in characters, so that a terminal shows what the job summary shows.
 */
export function drawPlan(plan: PlannedRollout, clock: PictureClock): string {
  const { standing, steps, total, deadline } = plan;
  const moments = datesOf(plan, clock.now);
  const isStopped = (plan.stops ?? []).length > 0;
  const say = (moment: number | undefined): string =>
    moment === undefined ? 'never' : formatInZone(moment as Instant, clock.zone);
  const rows = steps.map(({ step, earliest }, index) => {
    const isPast = standing !== undefined && index < standing.index;
    const mark = standing?.index === index ? '>' : ' ';
    const isEntered = standing !== undefined && index <= standing.index;
    const from = isPast ? 'done' : isStopped && !isEntered ? 'stopped' : say(moments.starts[index]);
    const bar = drawBar(earliest, step.hold, total);
    const gate = step.approval === 'required' ? '◆' : ' ';
    return `${mark} ${formatPercent(step.weight).padStart(6)} ${gate} ${from.padEnd(20)} ${bar}  ${describeHold(plan, index)}`;
  });
  const started = standing || plan.calendar?.waits ? '' : ', if it starts now';
  const frozen = plan.calendar?.frozen ? ', freezes counted in' : '';
  const waits = plan.calendar?.waits ? ', after what it depends on' : '';
  const finish = isStopped
    ? 'stopped: no finish can be told'
    : `finished ${say(moments.end)} ${clock.zone} at the earliest${started}${waits}${frozen}`;
  return [
    `         ${'  from, earliest'.padEnd(22)} ${'─'.repeat(COLUMNS)}  holds`,
    ...rows,
    `${finish}; paused after ${formatDuration(deadline)}`,
    ...(steps.some(({ step }) => step.approval === 'required') ? [APPROVED_BY] : []),
  ].join('\n');
}

function describeHold({ steps }: PlannedRollout, index: number): string {
  const hold = formatDuration(steps[index]?.step.hold ?? (0 as Millis));
  return index === steps.length - 1 ? `${hold} (bake)` : hold;
}

/** The earliest moments: from now for a rollout that has not begun, else from the end of the hold that it is in. */
function datesOf(
  { steps, standing, total, calendar }: PlannedRollout,
  now: Instant,
): { readonly starts: readonly (number | undefined)[]; readonly end: number | undefined } {
  if (calendar) return { starts: calendar.starts.map(({ at }) => at), end: calendar.finish.at };
  const [first] = steps.slice(standing ? standing.index + 1 : 0);
  const begin = standing ? Math.max(now, standing.holdUntil) : now;
  const offset = begin - (first?.earliest ?? total);
  const starts = steps.map(({ earliest }, index) =>
    standing?.index === index ? standing.holdUntil - (steps[index]?.step.hold ?? 0) : offset + earliest,
  );
  return { starts, end: offset + total };
}

/** At least one column for each step, however short beside the others. */
function drawBar(earliest: number, hold: number, total: number): string {
  const scale = total > 0 ? COLUMNS / total : 0;
  const from = Math.min(COLUMNS - 1, Math.floor(earliest * scale));
  const to = Math.max(from + 1, Math.min(COLUMNS, Math.round((earliest + hold) * scale)));
  return `${' '.repeat(from)}${'█'.repeat(to - from)}${' '.repeat(COLUMNS - to)}`;
}
