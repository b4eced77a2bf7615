import type { Problem } from '../core/errors.ts';
import { elapsed, formatDuration, formatInstant, type Instant, type Millis, millis } from '../core/units.ts';
import type { Clock } from '../ports/clock.ts';
import type { WorkflowRun, WorkflowStep, Workflows, WorkflowView } from '../ports/workflows.ts';

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
  /** When it looked last; undefined when it never did. */
  readonly lastRun: Instant | undefined;
  /** One line for people. */
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** A hosted runner ends every job by then; what claims to run longer hangs. Source: GitHub docs, usage limits of Actions. */
const LONGEST_RUN = millis(6 * 3_600_000);
/** So many failed runs are asked how far they came: an hour of ticks every five minutes. */
const MOST_ASKED = 12;
/** The step that ticks, where nobody gave it a name of its own. */
const TICK = /\/actions\/advance@/;
/** Steps that GitHub adds to each job. */
const GITHUBS_OWN: ReadonlySet<string> = new Set(['Set up job', 'Complete job']);

/**
 * Says whether the workflow that ticks still runs, and comes to look. A tick cannot say itself that there is none: GitHub drops scheduled
 * runs, stops the schedules of a repository in which nothing happens, and a run that fails before its step never comes so far.
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
  const blind = await findBlind(workflows, view, { at, maxAge });
  const lastRun = findLastRun(view, blind, at);
  const asleep = describeStop(workflow, view);
  if (asleep) return { ...about, ...lost('stopped', asleep, workflow), lastRun };
  const age = elapsed(lastRun ?? view.since, at);
  if (age > maxAge)
    return {
      ...about,
      ...lost('late', describeDelay(workflow, view, { lastRun, blind, at, maxAge }), workflow),
      lastRun,
    };
  const text =
    lastRun === undefined
      ? `${workflow} is new and has not ${blind.length > 0 ? 'looked' : 'run'} yet`
      : `${workflow} ran ${inMinutes(age)} ago`;
  const [newest] = blind;
  const more = newest ? `. ${describeBlind(newest)}` : '';
  return { ...about, ticks: 'running', lastRun, text: `${text}${more}`, problems: [] };
}

/** A run that failed before it looked. */
interface BlindRun {
  readonly run: WorkflowRun;
  /** The step that failed; undefined when none began. */
  readonly step: string | undefined;
}

/**
 * The newest runs that failed before they looked at anything, newest first: a token that has run out, an action that cannot be loaded.
 * A run that failed over what it saw has looked, and tells that itself. Asks nothing unless the newest run failed.
 */
async function findBlind(
  workflows: Workflows,
  { runs }: WorkflowView,
  { at, maxAge }: { readonly at: Instant; readonly maxAge: Millis },
): Promise<readonly BlindRun[]> {
  const blind: BlindRun[] = [];
  if (runs.some((run) => isAlive(run, at))) return blind;
  for (const run of runs.filter(({ state }) => state === 'ended')) {
    if (!run.hasFailed || blind.length === MOST_ASKED || elapsed(run.changedAt, at) > maxAge) break;
    const steps = await workflows.steps(run);
    if (hasLooked(steps)) break;
    blind.push({ run, step: steps.find(({ end }) => end === 'failed')?.name });
  }
  return blind;
}

/** Whether the step that ticks ran; where it has another name, whether any step of the workflow did. */
function hasLooked(steps: readonly WorkflowStep[]): boolean {
  const named = steps.filter(({ name }) => TICK.test(name));
  const own = named.length > 0 ? named : steps.filter(({ name }) => !GITHUBS_OWN.has(name));
  return own.some(({ end }) => end !== 'not-run');
}

function describeBlind({ run, step }: BlindRun): string {
  const where = step === undefined ? 'before any step of it began' : `at the step "${step}"`;
  return `Its newest run failed ${where}, before it looked at anything: ${run.url}`;
}

function isAlive({ state, startedAt }: WorkflowRun, now: Instant): boolean {
  return state === 'running' && elapsed(startedAt, now) <= LONGEST_RUN;
}

/** A run that is under way runs now, as long as one can; one that ended ran until then. */
function findLastRun({ runs }: WorkflowView, blind: readonly BlindRun[], now: Instant): Instant | undefined {
  const looked = runs.filter((run) => !blind.some((one) => one.run === run));
  const moments = looked.flatMap((run) => {
    if (run.state === 'ended') return [run.changedAt];
    if (run.state !== 'running') return [];
    return [isAlive(run, now) ? now : run.startedAt];
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
    blind: [blind],
    at,
    maxAge,
  }: {
    readonly lastRun: Instant | undefined;
    readonly blind: readonly BlindRun[];
    readonly at: Instant;
    readonly maxAge: Millis;
  },
): string {
  const what = blind ? 'looked' : 'run';
  const ran =
    lastRun === undefined
      ? `has never ${what} since it is there (${formatInstant(since)})`
      : `has not ${what} for ${inMinutes(elapsed(lastRun, at))}, since ${formatInstant(lastRun)}`;
  const waiting = runs.findLast(({ state }) => state === 'waiting');
  const cause = blind
    ? describeBlind(blind)
    : waiting
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
