import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOnBranch, follow, startCluster } from '../../examples/fraud-scorer/demo/cluster.mjs';
import { startGateway } from '../../examples/fraud-scorer/demo/gateway.mjs';
import { createLoad } from '../../examples/fraud-scorer/demo/load.mjs';
import { readServing } from '../../examples/fraud-scorer/demo/serving-file.mjs';
import { readExample } from './example-files.ts';

const SETTLED = readExample('fraud-scorer/serving/fraud-scorer.yaml');
const HEALTHY = readExample('fraud-scorer/demo/candidates/healthy/serving/fraud-scorer.yaml');
const FAULTY = readExample('fraud-scorer/demo/candidates/faulty/serving/fraud-scorer.yaml');

/** The serving file with other weights. */
function withWeights(text: string, a: number, b: number): string {
  return text
    .replace(/(name: fraud-scorer-a\n.*\n +weight: )\d+/, `$1${a}`)
    .replace(/(name: fraud-scorer-b, .*weight: )\d+/, `$1${b}`);
}

async function predictionsOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^predict_total\{.*\} (\d+)$/m.exec(text)?.[1]);
}

describe('the serving file', () => {
  it('is read with weights and models', () => {
    const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    const model = 'fraud-scorer-3.4.1.json';
    expect(readServing(SETTLED, 'fraud-scorer')).toEqual([
      { name: 'fraud-scorer-a', weight: 100, replicas: 6, model, digest },
      { name: 'fraud-scorer-b', weight: 0, replicas: 0, model, digest },
    ]);
  });

  it('is refused without the route, or with a backend that nothing runs for', () => {
    expect(() => readServing(SETTLED, 'payments')).toThrow(/no HTTPRoute "payments"/);
    const orphan = SETTLED.replace('- name: fraud-scorer-a', '- name: fraud-scorer-c');
    expect(() => readServing(orphan, 'fraud-scorer')).toThrow(/no Deployment "fraud-scorer-c"/);
  });
});

describe('the gateway', () => {
  const backends: Server[] = [];
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let urls: string[];
  beforeAll(async () => {
    gateway = await startGateway({ seed: 3 });
    for (const status of [200, 201]) {
      const server = createServer((request, response) => {
        request.resume().once('end', () => response.writeHead(status).end());
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      backends.push(server);
    }
    urls = backends.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterAll(async () => {
    await gateway.close();
    for (const server of backends) server.close();
  });

  const ask = async (count: number): Promise<Map<number, number>> => {
    const statuses = new Map<number, number>();
    const one = async (): Promise<void> => {
      const { status } = await fetch(`${gateway.url}/x`, { method: 'POST', body: 'payment' });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    };
    await Promise.all(Array.from({ length: count }, one));
    return statuses;
  };
  const configure = (a: number, b: number): void =>
    gateway.configure([
      { name: 'a', url: urls[0]!, weight: a },
      { name: 'b', url: urls[1]!, weight: b },
    ]);

  it('answers 503 while nobody gets traffic', async () => {
    expect([...(await ask(2))]).toEqual([[503, 2]]);
    configure(0, 0);
    expect([...(await ask(2))]).toEqual([[503, 2]]);
  });

  it('splits by the weights, whatever they add up to', async () => {
    configure(3, 1);
    const statuses = await ask(400);
    expect((statuses.get(200) ?? 0) + (statuses.get(201) ?? 0)).toBe(400);
    // 100 expected of 400 at a quarter; 8.7 is one standard deviation, and the seed is fixed.
    expect(Math.abs((statuses.get(201) ?? 0) - 100)).toBeLessThan(35);
  });

  it('sends nobody to weight 0', async () => {
    configure(100, 0);
    expect([...(await ask(100))]).toEqual([[200, 100]]);
  });

  it('answers 502 for a backend that is not there', async () => {
    gateway.configure([{ name: 'gone', url: 'http://127.0.0.1:1', weight: 1 }]);
    expect([...(await ask(1))]).toEqual([[502, 1]]);
  });
});

describe('the cluster', () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  beforeAll(async () => {
    cluster = await startCluster({ seed: 11 });
  });
  afterAll(() => cluster.close());

  it('moves real requests by the weights in the file, and serves the models that it names', async () => {
    const load = createLoad({ url: cluster.url });
    await cluster.apply(SETTLED);
    expect(cluster.targets().map(({ backend, version }) => [backend, version])).toEqual([
      ['fraud-scorer-a', '3.4.1'],
    ]);
    await cluster.apply(withWeights(HEALTHY, 75, 25));
    const [a, b] = cluster.targets();
    expect(b?.version).toBe('3.5.0');
    const { sent, failed } = await load.send({ count: 400, hour: 12 });
    expect(sent).toBe(400);
    expect(failed).toBeLessThan(10);
    const counts = await Promise.all([predictionsOf(a!.url), predictionsOf(b!.url)]);
    expect(counts[0]! + counts[1]!).toBe(400);
    expect(Math.abs(counts[1]! - 100)).toBeLessThan(35);

    await cluster.apply(FAULTY);
    const versions = cluster.targets().map(({ backend, version }) => `${backend} ${version}`);
    expect(versions.sort()).toEqual(['fraud-scorer-a 3.6.0', 'fraud-scorer-b 3.5.0']);
    load.close();
  });

  it('keeps what runs when the file names a model that is not the reviewed one', async () => {
    const before = cluster.targets();
    const forged = FAULTY.replace(/(3\.6\.0\.json\n +- --digest=sha256:).{4}/, '$10000');
    await expect(cluster.apply(forged)).rejects.toThrow(/did not start: model: digest differs/);
    expect(cluster.targets()).toEqual(before);
  });
});

describe('following a branch', () => {
  let directory: string;
  const git = (...args: string[]): void =>
    void execFileSync('git', args, { cwd: directory, stdio: 'ignore' });
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'belay-follow-'));
    git('init', '--initial-branch=main');
    git('config', 'user.email', 'test@example.com');
    git('config', 'user.name', 'Test');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('applies what stands on the branch, once per change, and goes on after a failure', async () => {
    const commit = (text: string): void => {
      writeFileSync(join(directory, 'serving.yaml'), text);
      git('add', '.');
      git('commit', '-m', text);
    };
    const applied: string[] = [];
    const waiting: (() => void)[] = [];
    const nextApply = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
    commit('one');
    const first = nextApply();
    const stop = follow(
      {
        apply: async (text) => {
          applied.push(text);
          waiting.shift()?.();
          if (text === 'broken') throw new Error('no such file');
        },
      },
      { readServing: fileOnBranch({ directory, branch: 'main', path: 'serving.yaml' }), everyMs: 5 },
    );
    await first;
    const second = nextApply();
    commit('broken');
    await second;
    const third = nextApply();
    await third;
    commit('three');
    while (applied.at(-1) !== 'three') await nextApply();
    await stop();
    expect(applied.filter((text) => text !== 'broken')).toEqual(['one', 'three']);
    expect(applied.filter((text) => text === 'broken').length).toBeGreaterThan(1);
  });
});
