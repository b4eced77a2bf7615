import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { RegistryOptions } from '../../../src/adapters/oci/connection.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { ToolError } from '../../../src/core/errors.ts';
import type { ArtifactPresence } from '../../../src/ports/registry.ts';
import { type LocalServer, type ReceivedRequest, startServer } from '../../tools/http-server.ts';
import { createTestClock } from '../prometheus/setup.ts';
import { makeManifest, openRegistry, REPOSITORY } from './setup.ts';

const servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

type Answer = (request: ReceivedRequest, response: ServerResponse) => void;

async function serve(answer: Answer): Promise<LocalServer & { readonly host: string }> {
  const server = await startServer(answer);
  servers.push(server);
  return { ...server, host: new URL(server.url).host };
}

const { bytes, digest } = makeManifest('model');
const PLACE = { repository: REPOSITORY, digest };

async function find(
  host: string,
  given: Partial<Omit<RegistryOptions, 'host'>> = {},
): Promise<ArtifactPresence> {
  return openRegistry(host, given).find(PLACE);
}

const unknown = '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}';

describe('an answer of a registry', () => {
  it('is believed by its bytes, and not by its header', async () => {
    const { host, requests } = await serve((_, response) =>
      response.setHeader('docker-content-digest', digest).end(makeManifest('swapped').bytes),
    );
    expect(await find(host)).toEqual({
      kind: 'mismatch',
      detail: `${host} gave other content under ${digest.slice(0, 19)}… of ${REPOSITORY} at ${host}: it has the digest ${makeManifest('swapped').digest.slice(0, 19)}…`,
    });
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v2/${REPOSITORY}/manifests/${digest}`,
    ]);
    expect(requests[0]!.headers.accept).toContain('application/vnd.oci.image.manifest.v1+json');
  });

  it.each<[string, string, number, string]>([
    ['one blank more', `${bytes} `, 200, 'mismatch'],
    ['nothing', '', 200, 'mismatch'],
    ['a mark of byte order in front', `\ufeff${bytes}`, 200, 'mismatch'],
    ['404 in the words of a registry', unknown, 404, 'missing'],
    ['410 in the words of a registry', unknown, 410, 'missing'],
    ['404 in the words of Harbor', '{"errors":[{"code":"NOT_FOUND"}]}', 404, 'missing'],
    ['404 of a gateway', '<h1>404</h1>', 404, 'unseen'],
    ['404 without a word', '', 404, 'unseen'],
    ['404 for another reason', '{"errors":[{"code":"DENIED"}]}', 404, 'unseen'],
    ['404 with odd words', '{"errors":[null,3]}', 404, 'unseen'],
    ['403', unknown, 403, 'unseen'],
    ['204', '', 204, 'unseen'],
    ['400', unknown, 400, 'unseen'],
  ])('%s is what it is', async (_, body, status, kind) => {
    const { host, requests } = await serve((__, response) => response.writeHead(status).end(body));
    expect((await find(host)).kind).toBe(kind);
    expect(requests).toHaveLength(1);
  });

  it('that is too large, or without end, is unseen', async () => {
    const { host } = await serve((_, response) => {
      const chunk = Buffer.alloc(65_536, 0x20);
      const pour = (): void => {
        while (response.write(chunk));
        response.once('drain', pour);
      };
      pour();
    });
    expect(await find(host)).toMatchObject({ kind: 'unseen', reason: 'too-large' });
  });

  it('that fails for now is asked for again, as often as it says', async () => {
    let left = 2;
    const { host, requests } = await serve((_, response) => {
      left -= 1;
      if (left < 0) response.end(bytes);
      else response.writeHead(left === 1 ? 503 : 429, { 'retry-after': '3' }).end();
    });
    const clock = createTestClock();
    expect(await find(host, { clock })).toEqual({ kind: 'present' });
    expect([requests.length, clock.slept]).toEqual([3, [3_000, 3_000]]);
  });

  it('that never comes is unseen', async () => {
    const { host } = await serve(() => undefined);
    const startDeadline = () => AbortSignal.timeout(30);
    expect(await find(host, { startDeadline })).toMatchObject({ kind: 'unseen', reason: 'timeout' });
    const gone = await startServer(() => undefined);
    await gone.close();
    expect(await find(new URL(gone.url).host)).toMatchObject({ kind: 'unseen', reason: 'unreachable' });
  });
});

describe('credentials for a registry', () => {
  const basic = { kind: 'basic', usernameEnv: 'REGISTRY_USER', passwordEnv: 'REGISTRY_PASSWORD' } as const;
  const env = { REGISTRY_USER: 'robot', REGISTRY_PASSWORD: 'hunter-2', REGISTRY_TOKEN: 'given-token' };
  const PAIR = `Basic ${Buffer.from('robot:hunter-2').toString('base64')}`;
  const spec = { insecure: true, auth: basic } as const;

  it('are sent when they are asked for, and the registry is the one who asks', async () => {
    const { host, requests } = await serve(({ headers }, response) => {
      if (headers.authorization === PAIR) response.end(bytes);
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    expect(await find(host, { spec, env })).toEqual({ kind: 'present' });
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([undefined, PAIR]);
  });

  it('that are a token are sent at once', async () => {
    const { host, requests } = await serve((_, response) => response.end(bytes));
    const auth = { kind: 'bearer', tokenEnv: 'REGISTRY_TOKEN' } as const;
    expect(await find(host, { spec: { insecure: true, auth }, env })).toEqual({ kind: 'present' });
    expect(requests[0]!.headers.authorization).toBe('Bearer given-token');
  });

  it('are exchanged for a token that reads one repository, which is fetched once', async () => {
    const { host, requests } = await serve(({ path, headers }, response) => {
      if (path.startsWith('/token')) response.end('{"access_token":"short-lived"}');
      else if (headers.authorization === 'Bearer short-lived') response.end(bytes);
      else
        response
          .writeHead(401, {
            'www-authenticate': `Bearer realm="http://${host}/token",service="a b",scope="registry:catalog:*"`,
          })
          .end();
    });
    const registry = openRegistry(host, { spec, env });
    expect([await registry.find(PLACE), await registry.find(PLACE)]).toEqual([
      { kind: 'present' },
      { kind: 'present' },
    ]);
    const asked = requests.map(({ path, headers }) => [
      path.replace(/\/v2.*/, 'manifest'),
      headers.authorization,
    ]);
    expect(asked).toEqual([
      ['manifest', undefined],
      [`/token?service=a+b&scope=repository%3A${encodeURIComponent(REPOSITORY)}%3Apull`, PAIR],
      ['manifest', 'Bearer short-lived'],
      ['manifest', 'Bearer short-lived'],
    ]);
  });

  it('do not go to a token server that the config does not name', async () => {
    const thief = await serve((_, response) => response.end('{"token":"take-it"}'));
    const { host } = await serve((_, response) =>
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${thief.url}/token"` }).end(),
    );
    expect(await find(host, { spec, env })).toMatchObject({ kind: 'unseen', reason: 'refused' });
    expect(thief.requests).toEqual([]);
    const named = { ...spec, tokenHosts: [thief.host] };
    expect((await find(host, { spec: named, env })).kind).toBe('unseen');
    expect(thief.requests).not.toEqual([]);
  });

  it.each(['ftp://HOST/token', 'http://robot:x@HOST/token', 'no URL', ''])(
    'do not go to %s',
    async (realm) => {
      const { host, requests } = await serve((_, response) =>
        response
          .writeHead(401, { 'www-authenticate': `Bearer realm="${realm.replace('HOST', host)}"` })
          .end(),
      );
      expect(await find(host, { spec, env })).toMatchObject({ kind: 'unseen', reason: 'refused' });
      expect(requests).toHaveLength(1);
    },
  );

  it('do not go over plain http for a registry that is asked with TLS', async () => {
    const asked: string[] = [];
    const send: typeof fetch = async (input) => {
      asked.push(String(input));
      return new Response('', {
        status: 401,
        headers: { 'www-authenticate': 'Bearer realm="http://registry.acme.dev/token"' },
      });
    };
    const registry = openRegistry('registry.acme.dev', {
      env,
      fetch: send,
      spec: { auth: basic, insecure: undefined as never },
    });
    expect(await registry.find(PLACE)).toMatchObject({ kind: 'unseen', reason: 'refused' });
    expect(asked).toEqual([`https://registry.acme.dev/v2/${REPOSITORY}/manifests/${digest}`]);
  });

  it('do not follow a redirect, of the registry or of its token server', async () => {
    const thief = await serve((_, response) => response.end(bytes));
    const { host } = await serve(({ path }, response) => {
      if (path.startsWith('/token')) response.writeHead(307, { location: `${thief.url}/token` }).end();
      else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end();
    });
    expect(await find(host, { spec, env })).toMatchObject({ kind: 'unseen', reason: 'redirect' });
    const other = await serve((_, response) => response.writeHead(302, { location: thief.url }).end());
    expect(await find(other.host, { spec, env })).toMatchObject({ kind: 'unseen', reason: 'redirect' });
    expect(thief.requests).toEqual([]);
  });

  it('are in no message, nor is a token', async () => {
    const secrets = createSecrets();
    const { host } = await serve(({ path, headers }, response) => {
      if (path.startsWith('/token')) response.end('{"token":"short-lived"}');
      else
        response
          .writeHead(401, {
            'www-authenticate': `Bearer realm="http://${host}/token"`,
            'x-echo': headers.authorization ?? '',
          })
          .end(`{"errors":[{"code":"DENIED","message":"${headers.authorization}"}]}`);
    });
    const found = await find(host, { spec, env, secrets });
    expect(found).toMatchObject({ kind: 'unseen', reason: 'refused' });
    expect(JSON.stringify(found)).not.toMatch(/hunter|short-lived|robot:/);
    expect(secrets.mask('short-lived hunter-2')).toBe('*** ***');
  });

  it.each(['{"token":""}', '{"token":"a\\nb\\nc"}', '{"token":3}', '[]', 'null', '<html>'])(
    'are exchanged for nothing by %s',
    async (answer) => {
      const { host } = await serve(({ path }, response) => {
        if (path.startsWith('/token')) response.end(answer);
        else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end();
      });
      expect(await find(host, { spec, env })).toMatchObject({ kind: 'unseen', reason: 'refused' });
    },
  );

  it('that are not there are named by their variable', () => {
    expect(() => openRegistry('registry.acme.dev', { spec })).toThrow(ToolError);
    expect(() => openRegistry('registry.acme.dev', { spec })).toThrow(
      /registry "registry.acme.dev": environment variable REGISTRY_USER/,
    );
  });
});
