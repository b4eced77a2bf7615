import '../interpret-schemas.ts';

import { systemClock } from '../../adapters/system/clock.ts';
import { sha256 } from '../../adapters/system/sha256.ts';
import { createWorktree } from '../../adapters/system/worktree.ts';
import { type Preview, plan, type TrafficSource } from '../../app/plan.ts';
import { createProviders } from '../../app/providers.ts';
import { ToolError } from '../../core/errors.ts';
import { printOrder, printPreview, summarisePreview } from '../../report/preview.ts';
import { listProblems, problemBlocks } from '../../report/summary.ts';
import {
  type CommandContext,
  type CommandInput,
  type CommandResult,
  type Flags,
  hasFlag,
  textFlag,
} from '../command.ts';
import { findDirectory } from '../directory.ts';
import { nameDurations } from '../name-durations.ts';
import { openMetrics } from '../open-world.ts';

/** Prints the steps of each release. */
export async function runPlan(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const { checkPromql: checkQuery } = await import('../check-promql.ts');
  const files = createWorktree(findDirectory(flags, context));
  const source = openTraffic(flags, context);
  const now = source?.now ?? systemClock.now();
  const options = { sha256, checkQuery, now, only: positionals, ...(source ? { traffic: source } : {}) };
  const { known, order, releases, problems, timeZone: zone } = await plan(files, options);
  requireKnown({ known, problems }, positionals);
  const clock = { now, zone };
  return {
    exitCode: problems.some(({ severity }) => severity === 'error') ? 1 : 0,
    text: `${[...releases.map((release) => printPreview(release, clock)), ...printOrder(order), ...listProblems(problems)].join('\n\n')}\n`,
    json: { releases: releases.map(writeForesight), order, problems },
    summary: [
      ...releases.map((release) => summarisePreview(release, clock)),
      ...printOrder(order),
      ...problemBlocks('Problems', problems),
    ].join('\n\n'),
    problems,
    outputs: {},
  };
}

/** Its durations are named as those of a preflight are. */
function writeForesight({ foresight, ...release }: Preview['releases'][number]): unknown {
  return foresight ? { ...release, foresight: nameDurations(foresight) } : release;
}

/** Whom to ask about the traffic; nobody without `--traffic`. @throws ToolError REFUSED for `--now` without it */
function openTraffic(flags: Flags, context: CommandContext): TrafficSource | undefined {
  if (hasFlag(flags, 'traffic')) {
    const metrics = openMetrics(flags, context);
    return { providers: createProviders(metrics), now: metrics.clock.now() };
  }
  if (textFlag(flags, 'now') === undefined) return undefined;
  throw new ToolError({
    code: 'REFUSED',
    message: '--now: expected with --traffic only; without it no metric is looked at',
  });
}

/** @throws ToolError REFUSED for a name that no manifest bears */
function requireKnown(
  { known, problems }: Pick<Preview, 'known' | 'problems'>,
  names: readonly string[],
): void {
  const missing = names.find((name) => !known.includes(name));
  // a manifest that cannot be read may bear it: then its problems say more
  if (missing === undefined || problems.some(({ severity }) => severity === 'error')) return;
  const expected = known.map((name) => `"${name}"`).join(', ') || 'none (there is no manifest)';
  throw new ToolError({ code: 'REFUSED', message: `release "${missing}": expected one of ${expected}` });
}
