import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createProxiedFetch } from '../../../src/adapters/system/proxied-fetch.ts';
import { createSecrets } from '../../../src/adapters/system/secrets.ts';
import { listen, shut, startForwardProxy } from './forward-proxy.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Answers with what it was asked. */
function echo(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () => {
    const { method, url, headers } = request;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ method, url, host: headers.host, authorization: headers.authorization, body }),
    );
  });
}

async function openPlain() {
  const server = createPlainServer(echo);
  const port = await listen(server);
  closing.push(() => shut(server));
  const proxy = await startForwardProxy(port);
  closing.push(proxy.close);
  return { port, proxy };
}

describe('createProxiedFetch', () => {
  it('asks the proxy for an address without TLS, once announced, and keeps its password secret', async () => {
    const { proxy } = await openPlain();
    const secrets = createSecrets();
    const said: string[] = [];
    const send = createProxiedFetch({
      environment: { http_proxy: proxy.url.replace('//', '//runner:pass%2Fword@') },
      secrets,
      announce: (line) => said.push(line),
    });
    for (const body of ['query=up', 'query=1']) {
      const response = await send(new URL('http://prometheus.test:9090/api/v1/query'), {
        method: 'POST',
        body,
      });
      expect(await response.json()).toMatchObject({
        method: 'POST',
        url: '/api/v1/query',
        host: 'prometheus.test:9090',
        body,
      });
    }
    const url = 'POST http://prometheus.test:9090/api/v1/query';
    expect(proxy.asked).toEqual([url, url]);
    const basic = `Basic ${Buffer.from('runner:pass/word').toString('base64')}`;
    expect(proxy.shown).toEqual([basic, basic]);
    expect(said).toEqual([
      `requests to prometheus.test:9090 go through the proxy ${new URL(proxy.url).host}, as the environment says`,
    ]);
    expect(secrets.mask('pass/word')).toBe('***');
  });

  it('goes straight to what no_proxy and the loopback exempt', async () => {
    const { port, proxy } = await openPlain();
    const environment = { http_proxy: proxy.url, no_proxy: 'prometheus.invalid' };
    const send = createProxiedFetch({ environment, secrets: createSecrets() });
    expect((await send(`http://127.0.0.1:${port}/direct`)).status).toBe(200);
    await expect(send('http://prometheus.invalid/')).rejects.toThrow('fetch failed');
    expect(proxy.asked).toEqual([]);
  });

  it('gives a redirect as it is, ends with its signal, and fails when the proxy is not there', async () => {
    const secrets = createSecrets();
    const server = createPlainServer((request, response) => {
      if (request.url === '/away') response.writeHead(302, { location: 'http://evil.test/' }).end();
    });
    const port = await listen(server);
    closing.push(() => shut(server));
    const proxy = await startForwardProxy(port);
    const send = createProxiedFetch({ environment: { http_proxy: proxy.url }, secrets });
    const answer = await send('http://prometheus.test/away', { method: 'POST', redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'http://evil.test/']);
    const ended = send('http://prometheus.test/slow', { signal: AbortSignal.timeout(50) });
    await expect(ended).rejects.toMatchObject({ name: 'TimeoutError' });
    await proxy.close();
    const failed = await send('http://prometheus.test/').catch((error: unknown) => error);
    expect((failed as Error).cause).toMatchObject({ code: 'ECONNREFUSED' });
  });
});

function findOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.BELAY_REQUIRE_TOOLS === '1') throw new Error('openssl is not installed');
    console.log('skipped: openssl is not installed, so there is no certificate to test a tunnel with');
    return false;
  }
}

describe.skipIf(!findOpenssl())('a process behind a proxy', () => {
  it('tunnels to an address with TLS, whose answer it verifies, and ends by itself', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'belay-proxy-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        certificate,
      ].concat(['-subj', '/CN=api.github.test', '-addext', 'subjectAltName=DNS:api.github.test']),
      { stdio: 'ignore' },
    );
    const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, echo);
    const port = await listen(server);
    closing.push(() => shut(server));
    const proxy = await startForwardProxy(port);
    closing.push(proxy.close);
    const source = (name: string) =>
      JSON.stringify(
        pathToFileURL(fileURLToPath(new URL(`../../../src/adapters/${name}`, import.meta.url))).href,
      );
    const program = join(folder, 'program.mts');
    writeFileSync(
      program,
      `import { connect } from ${source('github/connect.ts')};
      import { createProxiedFetch } from ${source('system/proxied-fetch.ts')};
      import { createSecrets } from ${source('system/secrets.ts')};
      const api = 'https://api.github.test/';
      const fetch = createProxiedFetch({ environment: process.env, secrets: createSecrets() });
      const send = connect({ token: 'ghs_x', apiUrl: api, graphqlUrl: api + 'graphql', fetch });
      const { data } = await send({ query: 'query { viewer { login } }', variables: {} }, AbortSignal.timeout(10_000));
      console.log(JSON.stringify(data));`.replaceAll('\n      ', '\n'),
    );
    const run = (trust: Readonly<Record<string, string>>) =>
      new Promise<{ readonly said: string; readonly failed: boolean }>((resolve) => {
        const env = { PATH: process.env.PATH, HTTPS_PROXY: proxy.url, ...trust };
        execFile(
          process.execPath,
          ['--import', import.meta.resolve('tsx'), program],
          { env },
          (error, stdout, stderr) => resolve({ said: stdout + stderr, failed: error !== null }),
        );
      });
    const trusted = await run({ NODE_EXTRA_CA_CERTS: certificate });
    expect(JSON.parse(trusted.said)).toMatchObject({ host: 'api.github.test', authorization: 'token ghs_x' });
    expect(proxy.asked).toEqual(['CONNECT api.github.test:443']);
    const doubted = await run({});
    expect([doubted.failed, doubted.said.includes('ghs_x')]).toEqual([true, false]);
  }, 30_000);
});
