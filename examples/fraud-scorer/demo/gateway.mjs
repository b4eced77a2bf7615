import { fork } from 'node:child_process';
import { Agent, createServer, request as httpRequest } from 'node:http';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createRandom } from '../service/random.mjs';

/**
 * The demo's stand-in for the cluster's gateway: a reverse proxy that draws a backend for each request, by weight. Real
 * HTTP in and out; the weights are those of the HTTPRoute in Git, given by cluster.mjs.
 */

/**
 * @typedef {{name: string, url: string, weight: number}} Backend weights compare; they need not add up to 100
 */

/**
 * Starts a gateway in this process. Until it is configured it answers 503.
 * @param {{port?: number, seed?: number}} [options] `seed` fixes the order in which backends are drawn
 * @returns {Promise<{url: string, configure: (backends: Backend[]) => void, close: () => Promise<void>}>}
 */
export async function startGateway({ port = 0, seed = 1 } = {}) {
  const random = createRandom(seed);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let backends = [];
  let weights = [];
  const server = createServer((incoming, outgoing) => {
    const backend = weights.some((weight) => weight > 0) ? backends[random.pick(weights)] : undefined;
    if (!backend) return refuse(incoming, outgoing, 503);
    forward({ incoming, outgoing, backend, agent });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    configure: (next) => {
      backends = next.map((backend) => ({ ...backend, target: new URL(backend.url) }));
      weights = next.map((backend) => backend.weight);
    },
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** Starts a gateway in a process of its own, so that load, gateway and services share the machine's cores. */
export async function spawnGateway(options = {}) {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)], { execArgv: [] });
  const { url } = await nextMessage(child);
  return {
    url,
    configure: async (backends) => {
      child.send({ backends });
      await nextMessage(child);
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.disconnect();
      }),
  };
}

function forward({ incoming, outgoing, backend, agent }) {
  const { connection: _, host: __, ...headers } = incoming.headers;
  const upstream = httpRequest(
    {
      host: backend.target.hostname,
      port: backend.target.port,
      method: incoming.method,
      path: incoming.url,
      headers,
      agent,
    },
    (answer) => {
      const { connection: ___, 'keep-alive': ____, ...answerHeaders } = answer.headers;
      outgoing.writeHead(answer.statusCode, { ...answerHeaders, 'x-backend': backend.name });
      answer.pipe(outgoing);
    },
  );
  upstream.on('error', () => (outgoing.headersSent ? outgoing.destroy() : refuse(incoming, outgoing, 502)));
  incoming.pipe(upstream);
}

function refuse(incoming, outgoing, status) {
  incoming.resume();
  outgoing.writeHead(status, { 'content-length': 0 });
  outgoing.end();
}

function nextMessage(child) {
  return new Promise((resolve, reject) => {
    const failed = (code) => reject(new Error(`gateway: ended with exit code ${code}`));
    child.once('exit', failed);
    child.once('message', (message) => {
      child.off('exit', failed);
      resolve(message);
    });
  });
}

async function serveParent(options) {
  const gateway = await startGateway(options);
  process.on('message', ({ backends }) => {
    gateway.configure(backends);
    process.send({ configured: true });
  });
  process.once('disconnect', () => gateway.close().then(() => process.exit(0)));
  process.send({ url: gateway.url });
}

if (process.send && process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await serveParent(JSON.parse(process.argv[2]));
}
