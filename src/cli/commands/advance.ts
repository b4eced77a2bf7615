import '../interpret-schemas.ts';

import { type CommandContext, type CommandInput, type CommandResult, hasFlag, listFlag } from '../command.ts';
import { openWorld } from '../open-world.ts';
import { runResult } from '../run-result.ts';

/** One tick. */
export async function runAdvance(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const world = await openWorld(flags, context);
  // loaded while git starts
  const { advance } = await import('../../app/advance.ts');
  const only = [...positionals, ...listFlag(flags, 'release')];
  const report = await advance(world, { only, dryRun: hasFlag(flags, 'dry-run') });
  return runResult(report);
}
