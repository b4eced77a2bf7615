import '../interpret-schemas.ts';

import { ToolError } from '../../core/errors.ts';
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
  const named = listFlag(flags, 'release');
  // a workflow that joins two empty inputs by a comma means nobody, and not everybody
  if (named.length === 0 && [flags.release ?? ''].flat().some((text) => text !== ''))
    throw new ToolError({
      code: 'REFUSED',
      message: 'advance: --release: expected names of releases, got none; leave it out for all of them',
    });
  const only = [...positionals, ...named];
  const report = await advance(world, { only, dryRun: hasFlag(flags, 'dry-run') });
  return runResult(report);
}
