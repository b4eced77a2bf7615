import { ToolError } from '../../core/errors.ts';
import type { AuthSpec } from '../../core/manifest/auth-schema.ts';
import { CONFIG_PATH } from '../../core/manifest/config-schema.ts';
import type { Secrets } from '../../ports/secrets.ts';

export interface Credentials {
  /** Whose they are, for messages, e.g. `provider "prod"`. */
  readonly owner: string;
  readonly auth: AuthSpec | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
}

/** A shorter secret protects nothing, and masking it would blot out ordinary words of every message. */
const SHORTEST_SECRET = 4;

/**
 * Value of the Authorization header, from the environment variables that the config names; undefined without auth.
 * Registers token, password and pair as secrets before anything can go wrong with them. A user name is none: it stands in
 * addresses and label values, where masking it would hide what a message is about.
 *
 * @throws ToolError REFUSED when a variable is missing, holds what a header cannot carry, or a secret of fewer than 4
 * characters; the message names the variable, never its value
 */
export function readAuthorization(given: Credentials): string | undefined {
  const { auth, secrets } = given;
  if (auth === undefined) return undefined;
  if (auth.kind === 'bearer')
    return `Bearer ${readSecret(given, { field: 'tokenEnv', variable: auth.tokenEnv })}`;
  const username = readVariable(given, { field: 'usernameEnv', variable: auth.usernameEnv });
  const password = readSecret(given, { field: 'passwordEnv', variable: auth.passwordEnv });
  // RFC 7617, section 2: the first colon ends the user name.
  if (username.includes(':'))
    throw refused(
      given,
      `environment variable ${auth.usernameEnv} holds a ":", which no user name may. Correct it`,
    );
  const pair = `${username}:${password}`;
  secrets.add(pair);
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
}

function readVariable(
  given: Credentials,
  asked: { readonly field: string; readonly variable: string },
): string {
  const { field, variable } = asked;
  const value = given.env[variable]?.trim() ?? '';
  if (value === '')
    throw refused(
      given,
      `environment variable ${variable} (auth.${field} in ${CONFIG_PATH}) is missing or empty. ` +
        `Set it for the step that runs this, e.g. env: {${variable}: "\${{ secrets.${variable} }}"}`,
    );
  return value;
}

function readSecret(given: Credentials, asked: Parameters<typeof readVariable>[1]): string {
  const { field, variable } = asked;
  const value = readVariable(given, asked);
  if (value.length < SHORTEST_SECRET)
    throw refused(
      given,
      `environment variable ${variable} (auth.${field} in ${CONFIG_PATH}) is shorter than ${SHORTEST_SECRET} characters, too short to be kept out of messages. ` +
        'Use a longer one',
    );
  given.secrets.add(value);
  // RFC 9110, section 5.5: a field value is visible characters and blanks.
  if (!/^[\x20-\x7e]+$/.test(value) && given.auth?.kind === 'bearer')
    throw refused(
      given,
      `environment variable ${variable} (auth.${field} in ${CONFIG_PATH}) holds characters that a header cannot carry. ` +
        'Copy the token again, on one line',
    );
  return value;
}

function refused(given: Credentials, message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message: `${given.owner}: ${message}` });
}
