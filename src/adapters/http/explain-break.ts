import type { Absence } from '../../core/analysis/observation.ts';
import { absent } from './absent.ts';
import { type Mask, quote } from './quote.ts';

const TLS = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO/;
const TIMEOUT = /^UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT$|^ETIMEDOUT$/;
const NOT_HTTP = /^HPE_|^Z_|^UND_ERR_(?:HEADERS_OVERFLOW|RESPONSE)/;

/**
 * What a request that broke without an answer says: `unreachable`, `timeout` by the network's own limits, or
 * `bad-response` when something answered that is no HTTP. Only the error's code is repeated, never its text.
 */
export function explainBreak(error: unknown, host: string): Absence {
  const code = errorCode(error);
  if (TIMEOUT.test(code)) return absent('timeout', `no connection to ${host} in time (${code})`);
  if (NOT_HTTP.test(code))
    return absent('bad-response', `${host} does not answer in HTTP (${code}); check the url`);
  if (TLS.test(code))
    return absent(
      'unreachable',
      `no trusted connection to ${host} (${code}); NODE_EXTRA_CA_CERTS can name the file of a private certificate authority`,
    );
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return absent(
      'unreachable',
      `no such host: ${host} (${code}); check the url, and that this runner can resolve it`,
    );
  return absent('unreachable', `no connection to ${host} (${code})`);
}

/** What an answer that points elsewhere says; of the other place only the origin is shown. */
export function explainRedirect(given: {
  readonly status: number;
  readonly location: string | null;
  readonly url: URL;
  readonly mask: Mask;
}): Absence {
  const to = originOf(given.location, given.url);
  const where = to === undefined ? '' : ` to ${quote(to, given.mask)}`;
  return absent(
    'redirect',
    `${given.url.host} redirected (${given.status})${where}; redirects are not followed: the url must be the API itself`,
  );
}

function originOf(location: string | null, base: URL): string | undefined {
  try {
    return location === null ? undefined : new URL(location, base).origin;
  } catch {
    return undefined;
  }
}

/** The system's or library's code of an error or of what caused it; its name when there is none. */
function errorCode(error: unknown): string {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = firstCause(at), depth++) {
    const code = (at as NodeJS.ErrnoException).code;
    if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return code;
  }
  return error instanceof Error && /^\w{1,64}$/.test(error.name) ? error.name : 'unknown error';
}

function firstCause(error: Error): unknown {
  return error instanceof AggregateError ? error.errors[0] : error.cause;
}
