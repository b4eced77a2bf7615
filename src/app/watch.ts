import type { ReasonCode } from '../core/decision/decision.ts';
import { ToolError } from '../core/errors.ts';
import { after, type Instant, type Millis, millis } from '../core/units.ts';
import { findNeeds } from '../report/exit-code.ts';
import type { ReleaseReport, RunReport } from '../report/run-report.ts';
import type { WatchEnd, WatchReport } from '../report/watch-report.ts';
import { hasChanged, hasWritten, weighRun } from '../report/weightiest.ts';
import { type AdvanceOptions, advance } from './advance.ts';
import { createAnswerMemory } from './answer-memory.ts';
import { createWatchDiary } from './watch-diary.ts';
import type { World } from './world.ts';

export interface WatchOptions extends Pick<AdvanceOptions, 'only' | 'dryRun'> {
  /** No look begins later than this after the first. */
  readonly length: Millis;
  /** From the end of a look to the next one. */
  readonly every: Millis;
  /** Ends the watch after the look that is under way, or at once between two. */
  readonly stop: AbortSignal;
}

/**
 * A look that asked GitHub for something is followed by so long a pause per request, so that a watch takes at most 360 of the
 * 1,000 requests an hour that GITHUB_TOKEN has. Source: GitHub docs, rate limits for the REST and the GraphQL API.
 */
const PER_REQUEST = millis(10_000);

/** Faults that may be gone by the next look. */
const PASSING: ReadonlySet<ToolError['code']> = new Set(['FORGE_UNAVAILABLE', 'UNSETTLED', 'RATE_LIMITED']);

/**
 * Ticks again and again while a release is in flight. Each look after the first reads the newest commit of the default branch.
 * Ends early when nothing is in flight, and when something comes up that a person must hear of; what was so at the first look
 * does not end it while a version is looked at, for then an earlier run has told it and watching on is what is safe.
 * @throws ToolError when no look came to an end
 */
export async function watch(world: World, options: WatchOptions): Promise<WatchReport> {
  const { clock } = world;
  const startedAt = clock.now();
  const looks = createLooks(world, options);
  for (;;) {
    const before = world.forge.cost().requests;
    const end = await looks.take();
    const spent = world.forge.cost().requests - before;
    const wait = millis(Math.max(options.every, spent * PER_REQUEST));
    if (end) return looks.finish(startedAt, end);
    if (options.stop.aborted) return looks.finish(startedAt, 'stopped');
    if (after(clock.now(), wait) > after(startedAt, options.length)) return looks.finish(startedAt, 'time');
    await clock.sleep(wait, options.stop);
    if (options.stop.aborted) return looks.finish(startedAt, 'stopped');
  }
}

interface Looks {
  /** Looks once. Gives why there is to be no other look; undefined to go on. */
  take(): Promise<WatchEnd | undefined>;
  finish(startedAt: Instant, end: WatchEnd): WatchReport;
}

function createLooks(world: World, { only, dryRun }: WatchOptions): Looks {
  const memory = createAnswerMemory();
  const diary = createWatchDiary(world.log);
  let count = 0;
  let broken = 0;
  let seen: { readonly last: RunReport; readonly weightiest: RunReport } | undefined;
  let known: ReadonlySet<string> | undefined;
  let changed = false;
  let fault: ToolError | undefined;

  return {
    async take() {
      memory.turn();
      count += 1;
      try {
        const from = count === 1 ? 'checkout' : 'newest';
        const last = await advance(world, { only, dryRun, from, memory });
        fault = undefined;
        const weightiest = seen && weighRun(seen.weightiest) > weighRun(last) ? seen.weightiest : last;
        seen = { last, weightiest };
        changed ||= hasChanged(last);
        diary.note(last);
        const needs = findNeeds(last);
        const end = endAfter(last, needs, known);
        known ??= new Set(needs);
        return end;
      } catch (reason) {
        if (!(reason instanceof ToolError)) throw reason;
        fault = reason;
        broken += 1;
        diary.noteFault(world.clock.now(), reason);
        return PASSING.has(reason.code) ? undefined : 'broken';
      }
    },
    finish(startedAt, end) {
      if (!seen) throw fault;
      const length = millis(Math.max(0, world.clock.now() - startedAt));
      return {
        ...seen,
        last: { ...seen.last, ...world.forge.cost() },
        changed,
        watch: { startedAt, length, end, looks: count, broken, ...diary.read() },
        fault: fault && { code: fault.code, message: fault.message },
      };
    },
  };
}

function endAfter(
  report: RunReport,
  needs: readonly string[],
  known: ReadonlySet<string> | undefined,
): WatchEnd | undefined {
  if (!report.releases.some((release) => isInFlight(report, release)))
    return needs.length > 0 ? 'person' : 'idle';
  // a pause is written down, and told, once: by this look
  if (hasWritten({ releases: report.releases.filter(({ decision }) => decision.kind === 'pause') }))
    return 'person';
  return known && needs.some((need) => !known.has(need)) ? 'person' : undefined;
}

/**
 * A version is looked at (it is exposed, or was promoted and is watched, or was restored and is verified), or waits to be started
 * without anybody having to do something for it. One that is frozen waits for an edit, which the next run sees.
 */
function isInFlight(report: RunReport, release: ReleaseReport): boolean {
  if (release.decision.reasons[0].code === 'RELEASE_FROZEN') return false;
  if (release.assessment !== undefined) return true;
  return (
    release.candidate !== undefined &&
    !PAUSED.has(release.decision.reasons[0].code) &&
    findNeeds({ ...report, releases: [release], problems: [] }).length === 0
  );
}

/** A person wants to see to it first; that is no need that is told with every run. */
const PAUSED: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['PAUSED_BY_PERSON', 'PAUSED_BY_MANIFEST']);
