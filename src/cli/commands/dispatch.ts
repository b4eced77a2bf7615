import { randomUUID } from 'node:crypto';
import { systemClock } from '../../adapters/system/clock.ts';
import { signMac } from '../../adapters/system/hmac.ts';
import { LONGEST_LIFE } from '../../core/dispatch/check-dispatch.ts';
import { plainReason, readPayload, signedText } from '../../core/dispatch/payload.ts';
import { ToolError } from '../../core/errors.ts';
import { after, formatInstant, instant, millis } from '../../core/units.ts';
import {
  type CommandContext,
  type CommandInput,
  type CommandResult,
  type Flags,
  textFlag,
} from '../command.ts';
import { readKey } from '../dispatch-event.ts';
import { durationFlag } from '../duration-flag.ts';

const DEFAULT_LIFE = millis(5 * 60_000);

/** Signs a dispatch and prints the body of the request that sends it; sends nothing. */
export async function runDispatch({ flags }: CommandInput, context: CommandContext): Promise<CommandResult> {
  const source = needed(flags, 'source');
  const repository = textFlag(flags, 'repository') ?? context.env.GITHUB_REPOSITORY;
  if (!repository) throw missing('repository');
  const variable =
    textFlag(flags, 'key-env') ?? `BELAY_DISPATCH_${source.toUpperCase().replaceAll('-', '_')}`;
  const life = durationFlag(flags, 'expires-in', { least: 1_000, most: LONGEST_LIFE }) ?? DEFAULT_LIFE;
  // whole seconds, as every program writes them
  const now = instant(Math.floor(systemClock.now() / 1_000) * 1_000);
  const unsigned = {
    release: needed(flags, 'release'),
    reason: plainReason(needed(flags, 'reason')),
    source,
    id: randomUUID(),
    issuedAt: formatInstant(now),
    expiresAt: formatInstant(after(now, life)),
    repository,
  };
  // what the other side would refuse is refused here
  readPayload({ ...unsigned, signature: '' });
  const signature = signMac({ key: readKey(variable, context), text: signedText(unsigned) });
  const body = { event_type: 'belay-rollback', client_payload: { ...unsigned, signature } };
  return {
    exitCode: 0,
    text: `${JSON.stringify(body)}\n`,
    json: body,
    summary: '',
    problems: [],
    outputs: {},
  };
}

function needed(flags: Flags, name: string): string {
  const text = textFlag(flags, name);
  if (text === undefined) throw missing(name);
  return text;
}

function missing(name: string): ToolError {
  return new ToolError({ code: 'REFUSED', message: `dispatch: --${name}: expected a value, got none` });
}
