import '../prepare-libraries.ts';

import type { WatchOptions } from '../../app/watch.ts';
import { ToolError } from '../../core/errors.ts';
import { millis } from '../../core/units.ts';
import {
  type CommandContext,
  type CommandInput,
  type CommandResult,
  type Flags,
  hasFlag,
  listFlag,
} from '../command.ts';
import { durationFlag } from '../duration-flag.ts';
import { openPlace, type Place, withUnsent } from '../open-world.ts';
import { runResult } from '../run-result.ts';
import { listenForStop } from '../stop-signal.ts';

/** The shortest pause between two looks: a fetch each, from a server that others use, too. */
const SHORTEST_PAUSE = 10_000;
const DEFAULT_PAUSE = 30_000;
/** A hosted runner ends every job after six hours. Source: GitHub docs, usage limits of Actions. */
const LONGEST_WATCH = 6 * 3_600_000;

/** One tick, or ticks for as long as is asked for. */
export async function runAdvance(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const named = listFlag(flags, 'release');
  // a workflow that joins two empty inputs by a comma means nobody, and not everybody
  if (named.length === 0 && [flags.release ?? ''].flat().some((text) => text !== ''))
    throw refused('--release: expected names of releases, got none; leave it out for all of them');
  const options = { only: [...positionals, ...named], dryRun: hasFlag(flags, 'dry-run') };
  const times = readTimes(flags);
  const place = await openPlace(flags, context);
  const stop = listenForStop();
  try {
    if (times) return await watchAndTell(place, { ...options, ...times, stop: stop.signal });
    // loaded while git starts
    const { advance } = await import('../../app/advance.ts');
    return await withUnsent(runResult(await advance(place.world, options)), place);
  } finally {
    stop.close();
  }
}

async function watchAndTell(place: Place, options: WatchOptions): Promise<CommandResult> {
  const { watch } = await import('../../app/watch.ts');
  const { watchResult } = await import('../watch-result.ts');
  return withUnsent(watchResult(await watch(place.world, options)), place);
}

function readTimes(flags: Flags) {
  const length = durationFlag(flags, 'watch-for', { least: 0, most: LONGEST_WATCH });
  const every = durationFlag(flags, 'every', { least: SHORTEST_PAUSE, most: LONGEST_WATCH });
  if (length === undefined && every !== undefined)
    throw refused('--every: expected --watch-for with it, got it alone; one tick has no pauses');
  return length === undefined ? undefined : { length, every: every ?? millis(DEFAULT_PAUSE) };
}

function refused(message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message: `advance: ${message}` });
}
