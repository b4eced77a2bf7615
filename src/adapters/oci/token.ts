import { CONFIG_PATH } from '../../core/manifest/config-schema.ts';
import { absent } from '../http/absent.ts';
import { quote } from '../http/quote.ts';
import { decodeBody } from '../http/read-body.ts';
import { type FailedReply, final, isPassing, parseRetryAfter } from '../http/reply.ts';
import { broken, send } from '../http/send.ts';
import type { Challenge } from './challenge.ts';
import type { Connection } from './connection.ts';

/**
 * Fetches a token for reading one repository. The credentials go only to the registry itself and to the hosts that the config
 * names, and never over plain http where the registry is not asked so either: a registry could name anybody as its token server.
 */
export async function fetchToken(
  connection: Connection,
  { realm, service }: Extract<Challenge, { kind: 'bearer' }>,
  repository: string,
): Promise<string | FailedReply> {
  const { host, spec, mask, basic } = connection;
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  const isAllowed = url && [host, ...(spec.tokenHosts ?? [])].includes(url.host);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && spec.insecure);
  if (!url || !isAllowed || !isSafe || url.username !== '' || url.password !== '')
    return final(
      absent(
        'refused',
        `${host} sends to ${quote(url?.origin ?? 'no URL', mask)} for a token, which gets no credentials; if it is right, add its host to registries."${host}".tokenHosts in ${CONFIG_PATH}`,
      ),
    );
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${repository}:pull`);
  const exchange = connection.exchange(url, basic === undefined ? {} : { authorization: basic });
  const sent = await send(exchange);
  if (sent.kind === 'failed') return sent;
  const { response, body } = sent;
  if (body.kind === 'broken') return broken(body.error, exchange);
  if (isPassing(response.status)) {
    const absence = absent('server-error', `${url.host} gave no token (HTTP ${response.status})`);
    return { kind: 'failed', absence, retry: true, retryAfter: parseRetryAfter(response, connection.now()) };
  }
  const token = response.status === 200 && body.kind === 'bytes' ? readToken(body.bytes) : undefined;
  if (token !== undefined) {
    connection.secrets.add(token);
    return token;
  }
  return final(
    absent(
      'refused',
      `${url.host} gave no token for ${repository} (HTTP ${response.status}); check registries."${host}".auth in ${CONFIG_PATH}`,
    ),
  );
}

/** `token`, or `access_token` as OAuth calls it; only what a header can carry. */
function readToken(bytes: Uint8Array): string | undefined {
  try {
    const answer: unknown = JSON.parse(decodeBody(bytes) ?? '');
    const { token, access_token: other } = answer as Readonly<Record<string, unknown>>;
    const found = token ?? other;
    return typeof found === 'string' && /^[\x21-\x7e]{4,16384}$/.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
