import type { Problem } from '../core/errors.ts';
import { elapsed, formatDuration, formatInstant, type Instant, type Millis, millis } from '../core/units.ts';
import type { Clock } from '../ports/clock.ts';
import type { WorkflowRun, Workflows, WorkflowView } from '../ports/workflows.ts';

export interface WatchdogOptions {
  /** Name of the file of the workflow that ticks. */
  readonly workflow: string;
  /** How long ago it may have run. */
  readonly maxAge: Millis;
}

/** Whether somebody looks after the rollouts. */
export interface WatchdogReport {
  readonly workflow: string;
  readonly at: Instant;
  /** `absent`: there is no such workflow yet, so that nothing is amiss. */
  readonly ticks: 'running' | 'late' | 'stopped' | 'absent';
  /** When it ran last; undefined when it never did. */
  readonly lastRun: Instant | undefined;
  /** One line for people. */
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** A hosted runner ends every job by then; what claims to run longer hangs. Source: GitHub docs, usage limits of Actions. */
const LONGEST_RUN = millis(6 * 3_600_000);

/**
 * Says whether the workflow that ticks still runs. A tick cannot say itself that there is none: GitHub drops scheduled runs, and stops
 * the schedules of a repository in which nothing happens.
 */
export async function watchdog(
  { workflows, clock }: { readonly workflows: Workflows; readonly clock: Clock },
  { workflow, maxAge }: WatchdogOptions,
): Promise<WatchdogReport> {
  const view = await workflows.look(workflow);
  const at = clock.now();
  const about = { workflow, at };
  if (!view) {
    const text = `there is no workflow ${workflow} on the default branch; if yours has another name, say so`;
    return { ...about, ticks: 'absent', lastRun: undefined, text, problems: [] };
  }
  const lastRun = findLastRun(view, at);
  const asleep = describeStop(workflow, view);
  if (asleep) return { ...about, ...lost('stopped', asleep, workflow), lastRun };
  const age = elapsed(lastRun ?? view.since, at);
  if (age > maxAge)
    return {
      ...about,
      ...lost('late', describeDelay(workflow, view, { lastRun, at, maxAge }), workflow),
      lastRun,
    };
  const text =
    lastRun === undefined
      ? `${workflow} is new and has not run yet`
      : `${workflow} ran ${inMinutes(age)} ago`;
  return { ...about, ticks: 'running', lastRun, text, problems: [] };
}

/** A run that is under way runs now, as long as one can; one that ended ran until then. */
function findLastRun({ runs }: WorkflowView, now: Instant): Instant | undefined {
  const moments = runs.flatMap(({ state, startedAt, changedAt }: WorkflowRun) => {
    if (state === 'ended') return [changedAt];
    if (state !== 'running') return [];
    return [elapsed(startedAt, now) <= LONGEST_RUN ? now : startedAt];
  });
  return moments.reduce<Instant | undefined>(
    (last, one) => (last === undefined || one > last ? one : last),
    undefined,
  );
}

function describeStop(workflow: string, { state, url }: WorkflowView): string | undefined {
  const again = `Switch it on again with "gh workflow enable ${workflow}", or at ${url}`;
  switch (state) {
    case 'asleep':
      return `${workflow} is switched off by GitHub, which stops the schedules of a public repository in which nothing happened for 60 days: nobody looks at the rollouts. ${again}`;
    case 'disabled':
      return `${workflow} is disabled: nobody looks at the rollouts. ${again}`;
    default:
      return undefined;
  }
}

function describeDelay(
  workflow: string,
  { runs, url, since }: WorkflowView,
  {
    lastRun,
    at,
    maxAge,
  }: { readonly lastRun: Instant | undefined; readonly at: Instant; readonly maxAge: Millis },
): string {
  const ran =
    lastRun === undefined
      ? `has never run since it is there (${formatInstant(since)})`
      : `has not run for ${inMinutes(elapsed(lastRun, at))}, since ${formatInstant(lastRun)}`;
  const waiting = runs.findLast(({ state }) => state === 'waiting');
  const cause = waiting
    ? `A run waits since ${formatInstant(waiting.startedAt)} for a runner or an approval: ${waiting.url}`
    : `GitHub starts scheduled runs late and drops some: start one with "gh workflow run ${workflow}", and look at ${url}`;
  return `${workflow} ${ran}, and ${formatDuration(maxAge)} is the limit: nobody looks at the rollouts. ${cause}`;
}

/** Seconds are of no account here. */
function inMinutes(length: Millis): string {
  return length < 60_000 ? 'less than 1m' : formatDuration(millis(Math.floor(length / 60_000) * 60_000));
}

function lost(
  ticks: 'late' | 'stopped',
  text: string,
  workflow: string,
): Pick<WatchdogReport, 'ticks' | 'text' | 'problems'> {
  const at = { file: `.github/workflows/${workflow}`, line: 1, column: 1 };
  return {
    ticks,
    text,
    problems: [{ code: 'TICKS_MISSING', severity: 'error', at, path: '', message: text }],
  };
}
