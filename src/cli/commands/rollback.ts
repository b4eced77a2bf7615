import '../interpret-schemas.ts';

import { ToolError } from '../../core/errors.ts';
import { type CommandContext, type CommandInput, type CommandResult, hasFlag, textFlag } from '../command.ts';
import { openWorld } from '../open-world.ts';
import { runResult } from '../run-result.ts';

/** Rolls one release back. */
export async function runRollback(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const release = positionals[0] ?? textFlag(flags, 'release');
  if (release === undefined)
    throw new ToolError({ code: 'REFUSED', message: 'rollback: expected the name of a release, got none' });
  const named = textFlag(flags, 'release');
  if (named !== undefined && named !== release)
    throw new ToolError({
      code: 'REFUSED',
      message: `rollback: expected one release, got "${release}" and --release "${named}"; name one`,
    });
  if (flags.from === '')
    throw new ToolError({
      code: 'REFUSED',
      message: 'rollback: --from: expected a version, got an empty text',
    });
  const world = await openWorld(flags, context);
  // loaded while git starts
  const { rollback } = await import('../../app/rollback.ts');
  const report = await rollback(world, {
    release,
    reason: (textFlag(flags, 'reason') ?? 'no reason given').replace(/\s+/g, ' ').slice(0, 500),
    from: textFlag(flags, 'from'),
    onlyIfFailing: hasFlag(flags, 'if-failing'),
    dryRun: hasFlag(flags, 'dry-run'),
  });
  return runResult(report);
}
