import { createHash } from 'node:crypto';
import { CONFIG_PATH } from '../../core/manifest/config-schema.ts';
import type { ArtifactPlace, ArtifactPresence, ArtifactRegistry } from '../../ports/registry.ts';
import { absent } from '../http/absent.ts';
import { decodeBody, MAX_BODY } from '../http/read-body.ts';
import { type FailedReply, final, isPassing, parseRetryAfter, type Reply } from '../http/reply.ts';
import { createRetrier } from '../http/retry.ts';
import { type Answered, broken, type Exchange, send } from '../http/send.ts';
import { parseChallenge } from './challenge.ts';
import { type Connection, connect, type RegistryOptions } from './connection.ts';
import { fetchToken } from './token.ts';

/** All that models are kept as. Source: OCI image specification 1.1; Docker's image manifest version 2, schema 2 */
const ACCEPT = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

/** How registries say in words that they know no such content. Source: OCI distribution specification 1.1, "Error codes"; Harbor */
const GONE: ReadonlySet<unknown> = new Set(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND']);

/**
 * A registry that speaks the OCI distribution API. The digest is recomputed from the bytes that come, and no header is believed.
 * A 404 counts only in the registry's own words, for a gateway in front of it may give one for anything.
 *
 * @throws ToolError REFUSED when a variable that the config names is missing
 */
export function createRegistry(options: RegistryOptions): ArtifactRegistry {
  const connection = connect(options);
  const tokens = new Map<string, string>();
  return {
    async find(place) {
      const retrier = createRetrier({ clock: options.clock, random: options.random ?? Math.random });
      const found = await retrier(() => attempt(connection, place, tokens));
      if (found.kind !== 'absent') return found;
      return { kind: 'unseen', reason: found.reason, detail: connection.mask(found.detail) };
    },
  };
}

/** One attempt, with a second request where the registry wants to know who asks. */
async function attempt(
  connection: Connection,
  place: ArtifactPlace,
  tokens: Map<string, string>,
): Promise<Reply<ArtifactPresence>> {
  const { repository } = place;
  const first = await ask(connection, place, tokens.get(repository) ?? connection.bearer);
  if (first.kind === 'failed' || first.response.status !== 401) return judge(connection, place, first);
  const challenge = parseChallenge(first.response.headers.get('www-authenticate'));
  if (connection.bearer !== undefined || challenge === undefined) return judge(connection, place, first);
  if (challenge.kind === 'basic')
    return judge(
      connection,
      place,
      connection.basic ? await ask(connection, place, connection.basic) : first,
    );
  const token = await fetchToken(connection, challenge, repository);
  if (typeof token !== 'string') return token;
  tokens.set(repository, `Bearer ${token}`);
  return judge(connection, place, await ask(connection, place, `Bearer ${token}`));
}

/** An answer and what was asked. */
type Asked = (Answered & { readonly exchange: Exchange }) | FailedReply;

async function ask(
  connection: Connection,
  { repository, digest }: ArtifactPlace,
  authorization: string | undefined,
): Promise<Asked> {
  const scheme = connection.spec.insecure ? 'http' : 'https';
  const url = new URL(`${scheme}://${connection.host}/v2/${repository}/manifests/${digest}`);
  const exchange = connection.exchange(url, {
    accept: ACCEPT,
    ...(authorization === undefined ? {} : { authorization }),
  });
  const sent = await send(exchange);
  return sent.kind === 'failed' ? sent : { ...sent, exchange };
}

function judge({ host, now }: Connection, place: ArtifactPlace, asked: Asked): Reply<ArtifactPresence> {
  if (asked.kind === 'failed') return asked;
  const { response, body, exchange } = asked;
  const { status } = response;
  if (body.kind === 'broken') return broken(body.error, exchange);
  const { repository, digest } = place;
  const where = `${digest.slice(0, 19)}… of ${repository} at ${host}`;
  if (status === 200) {
    if (body.kind === 'too-large')
      return final(absent('too-large', `${host} gave more than ${MAX_BODY} bytes, which is no manifest`));
    const got = `sha256:${createHash('sha256').update(body.bytes).digest('hex')}`;
    if (got === digest) return { kind: 'body', content: { kind: 'present' } };
    const detail = `${host} gave other content under ${where}: it has the digest ${got.slice(0, 19)}…`;
    return { kind: 'body', content: { kind: 'mismatch', detail } };
  }
  if (status === 404 || status === 410) {
    const words = body.kind === 'bytes' ? readCodes(body.bytes) : [];
    if (words.some((word) => GONE.has(word)))
      return { kind: 'body', content: { kind: 'missing', detail: `there is no ${where} (HTTP ${status})` } };
    const advice = 'in no words of a registry; check its host and what stands in front of it';
    return final(absent('bad-response', `${host} answered with HTTP ${status}, ${advice}`));
  }
  if (isPassing(status)) {
    const absence = absent('server-error', `${host} failed with HTTP ${status}`);
    return { kind: 'failed', absence, retry: true, retryAfter: parseRetryAfter(response, now()) };
  }
  const advice = `; check registries."${host}".auth in ${CONFIG_PATH}`;
  const isAuth = status === 401 || status === 403;
  return final(absent('refused', `${host} refused with HTTP ${status}${isAuth ? advice : ''}`));
}

/** `{"errors": [{"code": "MANIFEST_UNKNOWN"}]}` → the codes. */
function readCodes(bytes: Uint8Array): readonly unknown[] {
  try {
    const answer = JSON.parse(decodeBody(bytes) ?? '') as { readonly errors?: unknown } | null;
    const errors = Array.isArray(answer?.errors) ? (answer.errors as readonly unknown[]) : [];
    return errors.map((error) => (error as { readonly code?: unknown } | null)?.code);
  } catch {
    return [];
  }
}
