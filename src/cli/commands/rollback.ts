import '../prepare-libraries.ts';

import type { RollbackOptions } from '../../app/rollback.ts';
import type { World } from '../../app/world.ts';
import { NO_REASON } from '../../core/dispatch/payload.ts';
import { ToolError } from '../../core/errors.ts';
import {
  type CommandContext,
  type CommandInput,
  type CommandResult,
  type Flags,
  hasFlag,
  textFlag,
} from '../command.ts';
import { nameUser } from '../find-user-name.ts';
import { openPlace, withUnsent } from '../open-world.ts';
import { runResult } from '../run-result.ts';

/** Rolls one release back: as a person orders, or, when a dispatch asks, only when the checks prove harm. */
export async function runRollback(
  { flags, positionals }: CommandInput,
  context: CommandContext,
): Promise<CommandResult> {
  const named = nameRelease(flags, positionals[0]);
  if (named === undefined && !isDispatched(context))
    throw refused('expected the name of a release, got none');
  if (flags.from === '') throw refused('--from: expected a version, got an empty text');
  const place = await openPlace(flags, context);
  const opened = await nameUser(place.world, place.input.directory, context);
  const { world, order } = isDispatched(context)
    ? await readOrder(opened, context, named)
    : { world: opened, order: orderOf(flags, named ?? '') };
  // loaded while git starts
  const { rollback } = await import('../../app/rollback.ts');
  const options = { from: textFlag(flags, 'from'), dryRun: hasFlag(flags, 'dry-run') };
  return withUnsent(runResult(await rollback(world, { ...order, ...options })), place);
}

function isDispatched({ env }: CommandContext): boolean {
  return env.GITHUB_EVENT_NAME === 'repository_dispatch';
}

type Order = Pick<RollbackOptions, 'release' | 'reason' | 'onlyIfFailing'>;

function orderOf(flags: Flags, release: string): Order {
  const reason = (textFlag(flags, 'reason') ?? '').replace(/\s+/g, ' ').trim().slice(0, 500) || NO_REASON;
  return { release, reason, onlyIfFailing: hasFlag(flags, 'if-failing') };
}

/** A dispatch only asks to look, whatever the workflow passes. */
async function readOrder(
  world: World,
  context: CommandContext,
  named: string | undefined,
): Promise<{ readonly world: World; readonly order: Order }> {
  const { readDispatch } = await import('../dispatch-event.ts');
  const { release, reason, signed } = await readDispatch(world, context, named);
  world.log.info(`asked by ${signed ? `"${signed.source}"` : 'a dispatch'} to look at ${release}: ${reason}`);
  const trigger = signed ? { ...world.trigger, dispatch: signed } : world.trigger;
  return { world: { ...world, trigger }, order: { release, reason, onlyIfFailing: true } };
}

function nameRelease(flags: Flags, positional: string | undefined): string | undefined {
  const named = textFlag(flags, 'release');
  if (named !== undefined && positional !== undefined && named !== positional)
    throw refused(`expected one release, got "${positional}" and --release "${named}"; name one`);
  return positional ?? named;
}

function refused(message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message: `rollback: ${message}` });
}
