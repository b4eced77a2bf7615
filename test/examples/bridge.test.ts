import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyMac } from '../../src/adapters/system/hmac.ts';
import { runCli } from '../../src/cli/run-cli.ts';
import { checkDispatch } from '../../src/core/dispatch/check-dispatch.ts';
import { type DispatchPayload, readPayload } from '../../src/core/dispatch/payload.ts';
import { parseInstant } from '../../src/core/units.ts';
import { type LocalServer, startServer } from '../tools/http-server.ts';
import { readExample } from './example-files.ts';

/** What the documented senders make is what Belay heeds. */

const FOLDER = fileURLToPath(new URL('../../examples/alertmanager-bridge/', import.meta.url));
const KEY = '5f0c8e6b1d2a493780b7c6d5e4f3a2915f0c8e6b1d2a493780b7c6d5e4f3a291';
const REPOSITORY = 'acme/models';
const GIVEN = { BELAY_REPOSITORY: REPOSITORY, BELAY_SOURCE: 'alertmanager', BELAY_DISPATCH_KEY: KEY };
const PATH = process.env.PATH ?? '';

/** The payload in the body of a request, when Belay heeds it at the moment it was issued. */
function heeded(body: string): DispatchPayload {
  const request = JSON.parse(body) as { event_type: string; client_payload: unknown };
  expect(Object.keys(request)).toEqual(['event_type', 'client_payload']);
  expect(request.event_type).toBe('belay-rollback');
  const payload = readPayload(request.client_payload);
  const now = parseInstant(payload.issuedAt)!;
  checkDispatch(payload, { key: KEY, verify: verifyMac, repository: REPOSITORY, now });
  return payload;
}

describe('a dispatch made in a shell', () => {
  it('by the lines of docs/alerts.md is heeded', () => {
    const page = readExample('../docs/alerts.md');
    const script = /<!-- send -->\n```sh\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const env = { PATH, BELAY_DISPATCH_ALERTMANAGER: KEY };
    const body = execFileSync('bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      env,
      encoding: 'utf8',
    });
    expect(heeded(body)).toMatchObject({ release: 'fraud-scorer', reason: 'alert HighErrorRate' });
  });

  it.each([
    ['alert HighErrorRate', 'alert HighErrorRate'],
    ['say "no"\\n\nto $(id) ::error:: \u202e', /^say non to \$\(id\) ::error:: +$/],
    ['x'.repeat(300), 'x'.repeat(200)],
  ])('by send.sh is heeded, whatever the reason: %j', (reason, expected) => {
    const body = execFileSync('bash', ['send.sh', 'scorer', reason], {
      cwd: FOLDER,
      env: { PATH, ...GIVEN },
      encoding: 'utf8',
    });
    const payload = heeded(body);
    expect(payload).toMatchObject({ release: 'scorer', source: 'alertmanager' });
    if (typeof expected === 'string') expect(payload.reason).toBe(expected);
    else expect(payload.reason).toMatch(expected);
  });

  it('is the text that jq would write', () => {
    const body = execFileSync('bash', ['send.sh', 'scorer', 'alert'], {
      cwd: FOLDER,
      env: { PATH, ...GIVEN },
      encoding: 'utf8',
    });
    const { signature: _, ...unsigned } = heeded(body);
    expect(body).toContain(JSON.stringify(unsigned).slice(0, -1));
  });
});

describe('belay dispatch', () => {
  const run = async (line: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const said = { stdout: '', stderr: '' };
    const code = await runCli(['dispatch', ...line], {
      env,
      cwd: FOLDER,
      stdout: { write: (text) => (said.stdout += text) },
      stderr: { write: (text) => (said.stderr += text) },
    });
    return { code, ...said };
  };
  const asked = ['--release', 'scorer', '--reason', 'alert\n"Slow" 😀', '--source', 'alertmanager'];
  const env = { BELAY_DISPATCH_ALERTMANAGER: KEY, GITHUB_REPOSITORY: REPOSITORY };

  it('prints a body that is heeded, and another id each time', async () => {
    const [first, second] = [await run(asked, env), await run([...asked, '--expires-in', '10m'], env)];
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(heeded(first.stdout)).toMatchObject({ reason: 'alert "Slow" 😀', repository: REPOSITORY });
    expect(heeded(first.stdout).id).not.toBe(heeded(second.stdout).id);
    expect(`${first.stdout}${second.stdout}`).not.toContain(KEY);
  });

  it.each<[line: readonly string[], env: Readonly<Record<string, string>>, message: string]>([
    [asked, { GITHUB_REPOSITORY: REPOSITORY }, 'BELAY_DISPATCH_ALERTMANAGER is missing or empty'],
    [asked, { ...env, BELAY_DISPATCH_ALERTMANAGER: 'short' }, 'fewer than 32 characters'],
    [asked, { BELAY_DISPATCH_ALERTMANAGER: KEY }, '--repository: expected a value'],
    [asked.slice(0, 4), env, '--source: expected a value'],
    [[...asked, '--expires-in', '11m'], env, '--expires-in: expected a duration'],
    [[...asked, '--repository', 'acme'], env, 'client_payload.repository must be owner/name'],
  ])('refuses %j', async (line, given, message) => {
    const { code, stdout, stderr } = await run(line, given);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('short"');
  });
});

describe("Alertmanager's bridge", () => {
  let status = 204;
  let github: LocalServer;
  let bridge: ChildProcess;
  let url = '';

  beforeAll(async () => {
    github = await startServer((_, response) => void response.writeHead(status).end());
    bridge = spawn(process.execPath, ['bridge.mjs'], {
      cwd: FOLDER,
      env: {
        PATH,
        ...GIVEN,
        GITHUB_API_URL: github.url,
        GITHUB_TOKEN: 'ghs_x',
        BRIDGE_TOKEN: 'from-am',
        PORT: '0',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(bridge.stdout!, 'data');
    url = `http://127.0.0.1:${/listening on (\d+)/.exec(String(line))?.[1]}/`;
  });
  afterAll(async () => {
    bridge?.kill();
    await github?.close();
  });
  /** What GitHub was sent since `before` requests. */
  const sentSince = (before: number) => github.requests.slice(before);

  const alert = (labels: Readonly<Record<string, string>>, state = 'firing') => ({ status: state, labels });
  const post = async (alerts: unknown, token = 'from-am'): Promise<number> => {
    const body = typeof alerts === 'string' ? alerts : JSON.stringify({ version: '4', alerts });
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(url, { method: 'POST', headers, body })).status;
  };

  it('asks once for each release that firing alerts are about, signed', async () => {
    const alerts = [
      alert({ alertname: 'Errors', belay_release: 'scorer' }),
      alert({ alertname: 'Slow "p99"\n', belay_release: 'scorer' }),
      alert({ alertname: 'Errors', belay_release: 'ranker' }),
      alert({ alertname: 'Over', belay_release: 'churn' }, 'resolved'),
      alert({ alertname: 'Disk' }),
    ];
    const before = github.requests.length;
    expect(await post(alerts)).toBe(200);
    const sent = sentSince(before);
    const asked = sent.map(({ body }) => heeded(body)).map(({ release, reason }) => `${release}: ${reason}`);
    expect(asked.sort()).toEqual(['ranker: alert Errors', 'scorer: alert Errors, Slow "p99" ']);
    expect(new Set(sent.map(({ method, path }) => `${method} ${path}`))).toEqual(
      new Set([`POST /repos/${REPOSITORY}/dispatches`]),
    );
    expect(sent[0]?.headers.authorization).toBe('Bearer ghs_x');
  });

  it('lets Alertmanager try again when GitHub takes it not', async () => {
    status = 503;
    expect(await post([alert({ alertname: 'Errors', belay_release: 'scorer' })])).toBe(502);
    status = 204;
  });

  it('asks nothing for callers without its token, nor for what is no webhook', async () => {
    const alerts = [alert({ alertname: 'Errors', belay_release: 'scorer' })];
    const before = github.requests.length;
    expect([await post(alerts, 'guess'), await post('nonsense'), await post('{"alerts": 7}')]).toEqual([
      401, 400, 400,
    ]);
    expect(sentSince(before)).toEqual([]);
  });
});
