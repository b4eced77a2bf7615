import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { spawnGateway } from './gateway.mjs';
import { readServing } from './serving-file.mjs';

/**
 * The demo's stand-in for a cluster with GitOps: it makes true what the serving file says. A Deployment with replicas is
 * one real server process with that model, the HTTPRoute's weights are the gateway's. So the number that Belay edits in
 * Git moves real requests.
 */

const SERVER = fileURLToPath(new URL('../service/server.mjs', import.meta.url));
const MODELS = fileURLToPath(new URL('../service/models/', import.meta.url));

/**
 * @typedef {{backend: string, version: string, url: string, digest: string}} Target a server to scrape: `url`/metrics
 */

/**
 * Starts a gateway with nothing behind it.
 * @param {{route?: string, seed?: number, models?: string}} [options] `models`: folder of the model files
 */
export async function startCluster({ route = 'fraud-scorer', seed = 1, models = MODELS } = {}) {
  const gateway = await spawnGateway({ seed });
  /** By backend name. */
  let servers = new Map();
  let applied = '';

  /** Makes the serving file true, or changes nothing and throws; servers whose model changed are replaced, new before old. */
  const apply = async (text) => {
    if (text === applied) return;
    const workloads = readServing(text, route);
    const running = servers;
    const next = await startMissing({ workloads, running, models });
    await gateway.configure(
      workloads.flatMap(({ name, weight }) => {
        const server = next.get(name);
        return server ? [{ name, weight, url: server.url }] : [];
      }),
    );
    servers = next;
    applied = text;
    const kept = new Set(next.values());
    await stopAll([...running.values()].filter((server) => !kept.has(server)));
  };

  return {
    /** Where clients send their requests. */
    url: gateway.url,
    apply,
    /** The servers that run now. @returns {Target[]} */
    targets: () =>
      [...servers].map(([backend, { version, url, digest }]) => ({ backend, version, url, digest })),
    close: async () => {
      await stopAll([...servers.values()]);
      await gateway.close();
    },
  };
}

/**
 * Applies the serving file again and again as it changes, like a GitOps controller does.
 * @param {{apply: (text: string) => Promise<void>}} cluster
 * @param {{readServing: () => Promise<string>, everyMs: number, onError?: (error: Error) => void}} options
 * @returns {() => Promise<void>} stops it
 */
export function follow(cluster, { readServing: read, everyMs, onError = () => {} }) {
  const stopped = new AbortController();
  let applied;
  const look = async () => {
    const text = await read();
    if (text === applied) return;
    await cluster.apply(text);
    applied = text;
  };
  const loop = async () => {
    while (!stopped.signal.aborted) {
      await look().catch(onError);
      await setTimeout(everyMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  };
  const done = loop();
  return () => {
    stopped.abort();
    return done;
  };
}

/**
 * A reader of one file as it stands on a branch.
 * @param {{directory: string, branch: string, path: string}} where
 * @returns {() => Promise<string>}
 */
export function fileOnBranch({ directory, branch, path }) {
  const run = promisify(execFile);
  return async () => {
    const { stdout } = await run('git', ['show', `refs/heads/${branch}:${path}`], { cwd: directory });
    return stdout;
  };
}

/** The servers that the workloads ask for: those that run with the right model, and new ones. */
async function startMissing({ workloads, running, models }) {
  const next = new Map();
  const started = [];
  try {
    for (const { name, replicas, model, digest } of workloads) {
      if (replicas === 0) continue;
      const server = running.get(name);
      if (server?.digest === digest) next.set(name, server);
      else {
        started.push(await spawnServer({ model: join(models, model), digest }));
        next.set(name, started.at(-1));
      }
    }
    return next;
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

async function stopAll(servers) {
  await Promise.all(servers.map((server) => server.stop()));
}

async function spawnServer({ model, digest }) {
  const child = spawn(process.execPath, [SERVER, '--model', model, '--digest', digest, '--port', '0'], {
    // The channel tells the server when this process is gone, however it went.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-2_000);
  });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'close').then(() => {
      throw new Error(`server: "${model}" did not start: ${said.trim()}`);
    }),
  ]);
  return {
    ...JSON.parse(line),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
