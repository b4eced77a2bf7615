import { readFileSync } from 'node:fs';
import { verifyMac } from '../adapters/system/hmac.ts';
import { createSecrets } from '../adapters/system/secrets.ts';
import { type AcceptedDispatch, acceptDispatch } from '../app/accept-dispatch.ts';
import type { World } from '../app/world.ts';
import { ToolError } from '../core/errors.ts';
import type { CommandContext } from './command.ts';

/** A shorter key can be guessed. */
export const SHORTEST_KEY = 32;

/** Reads what asked for this run from the file of the event, and holds it against the config. @throws ToolError REFUSED */
export function readDispatch(
  world: World,
  context: CommandContext,
  release: string | undefined,
): Promise<AcceptedDispatch> {
  const { env } = context;
  return acceptDispatch(world, {
    payload: readClientPayload(env.GITHUB_EVENT_PATH),
    release,
    repository: env.GITHUB_REPOSITORY ?? '',
    verify: verifyMac,
    readKey: (variable) => readKey(variable, context),
  });
}

/** The key of a source; from here on it is masked. @throws ToolError REFUSED when it is missing or too short */
export function readKey(variable: string, { env, announceSecret }: CommandContext): string {
  const key = env[variable]?.trim() ?? '';
  if (key === '')
    throw new ToolError({
      code: 'REFUSED',
      message: `dispatch: environment variable ${variable} is missing or empty. Set it for the step that runs this, e.g. env: {${variable}: "\${{ secrets.${variable} }}"}`,
    });
  if (announceSecret) createSecrets({ announce: announceSecret }).add(key);
  if (key.length >= SHORTEST_KEY) return key;
  throw new ToolError({
    code: 'REFUSED',
    message: `dispatch: environment variable ${variable} holds fewer than ${SHORTEST_KEY} characters. Make a key with: openssl rand -hex 32`,
  });
}

function readClientPayload(path: string | undefined): unknown {
  try {
    const event: unknown = JSON.parse(readFileSync(path ?? '', 'utf8'));
    return event !== null && typeof event === 'object' && 'client_payload' in event
      ? event.client_payload
      : undefined;
  } catch (cause) {
    throw new ToolError({
      code: 'REFUSED',
      message: `GITHUB_EVENT_PATH: expected the file of the event, got "${path ?? ''}"`,
      cause,
    });
  }
}
