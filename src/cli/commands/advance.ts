import '../interpret-schemas.ts';

import { advance } from '../../app/advance.ts';
import { type CommandContext, type CommandInput, type CommandResult, hasFlag, listFlag } from '../command.ts';
import { openWorld } from '../open-world.ts';
import { runResult } from '../run-result.ts';

/** One tick. */
export async function runAdvance(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const world = await openWorld(flags, context);
  const only = [...positionals, ...listFlag(flags, 'release')];
  const report = await advance(world, { only, dryRun: hasFlag(flags, 'dry-run') });
  return runResult(report);
}
