import { readFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { EncodingError } from './features.mjs';
import { createMetrics, OPENMETRICS, PROMETHEUS_TEXT, wantsOpenMetrics } from './metrics.mjs';
import { readModel } from './model.mjs';
import { makeTransactions } from './transactions.mjs';

/**
 * The fraud scorer: one model version behind HTTP.
 *
 *     node service/server.mjs --model service/models/fraud-scorer-3.4.1.json --digest sha256:… --port 8080
 *
 *     POST /predict   a transaction → {"id", "score", "version"}; 500 with a reason when the model cannot score it
 *     GET  /healthz   200 once warm
 *     GET  /metrics   Prometheus text, or OpenMetrics when asked for
 */

const MAX_BODY_BYTES = 16 * 1024;
const NUMBERS = ['amount', 'hour', 'accountAgeDays', 'paymentsLastDay', 'kilometresFromHome'];
const STRINGS = ['id', 'category', 'currency'];

/**
 * Starts a server and resolves when it answers.
 * @param {{model: string, digest?: string, port?: number, host?: string}} options `model` is the text of a model file;
 *   with `digest`, anything else than exactly that model is refused; port 0 takes a free one
 * @returns {Promise<{url: string, version: string, digest: string, close: () => Promise<void>}>}
 */
export async function startServer({ model: text, digest, port = 0, host = '127.0.0.1' }) {
  const model = readModel(text);
  if (digest !== undefined && digest !== model.digest) {
    throw new Error(`model: digest differs, expected ${digest}, got ${model.digest}`);
  }
  const service = { model, metrics: createMetrics(model.version) };
  const server = createServer((incoming, response) => handle(service, incoming, response));
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const local = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${server.address().port}`;
  await warm(local);
  // What the warm-up counted is nobody's traffic.
  service.metrics = createMetrics(model.version);
  return {
    url: `http://${host}:${server.address().port}`,
    version: model.version,
    digest: model.digest,
    close: () =>
      new Promise((resolve) => {
        // Answers that are under way go out first.
        server.close(resolve);
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
      }),
  };
}

function handle(service, incoming, response) {
  const startedAt = performance.now();
  if (incoming.method === 'POST' && incoming.url === '/predict') {
    readBody(incoming, (body) => predict(service, body, startedAt, response));
    return;
  }
  incoming.resume();
  if (incoming.method === 'GET' && incoming.url === '/healthz') {
    return send(response, 200, {
      status: 'ok',
      version: service.model.version,
      digest: service.model.digest,
    });
  }
  if (incoming.method === 'GET' && incoming.url === '/metrics') {
    const openMetrics = wantsOpenMetrics(incoming.headers.accept);
    const type = openMetrics ? OPENMETRICS : PROMETHEUS_TEXT;
    return sendText(response, 200, type, service.metrics.render({ openMetrics }));
  }
  return send(response, 404, { error: 'not found' });
}

function predict({ model, metrics }, body, startedAt, response) {
  const transaction = parseTransaction(body);
  // Not a transaction at all: the caller's fault, not the model's, and not counted as a prediction.
  if (!transaction) return send(response, 400, { error: 'expected a transaction' });
  try {
    const score = model.score(transaction);
    send(response, 200, { id: transaction.id, score, version: model.version });
    metrics.answered(score, secondsSince(startedAt));
  } catch (error) {
    const reason = error instanceof EncodingError ? error.reason : 'internal';
    send(response, 500, { id: transaction.id, error: reason, detail: error.message, version: model.version });
    metrics.failed(reason, secondsSince(startedAt));
  }
}

function parseTransaction(body) {
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  const isRecord = typeof value === 'object' && value !== null;
  const isComplete =
    isRecord &&
    NUMBERS.every((key) => Number.isFinite(value[key]) && value[key] >= 0) &&
    STRINGS.every((key) => typeof value[key] === 'string') &&
    typeof value.cardPresent === 'boolean';
  return isComplete ? value : undefined;
}

function readBody(incoming, whenRead) {
  const chunks = [];
  let bytes = 0;
  incoming.on('data', (chunk) => {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  });
  incoming.on('end', () => whenRead(bytes <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString() : ''));
}

function send(response, status, value) {
  sendText(response, status, 'application/json', JSON.stringify(value));
}

function sendText(response, status, type, text) {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

// A cold process answers its first requests slowly: it gets some before it says that it is ready. That the model cannot
// score one of them is no reason not to start.
async function warm(url) {
  const transactions = makeTransactions({ seed: 1, count: 400 }).map((row) => row.transaction);
  const agent = new Agent({ keepAlive: true });
  for (const transaction of transactions) await post(`${url}/predict`, JSON.stringify(transaction), agent);
  agent.destroy();
}

function post(url, body, agent) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent }, (answer) =>
      answer.resume().once('end', resolve),
    );
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function secondsSince(startedAt) {
  return (performance.now() - startedAt) / 1000;
}

async function main() {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      digest: { type: 'string' },
      port: { type: 'string', default: '8080' },
      host: { type: 'string', default: '127.0.0.1' },
    },
  });
  if (!values.model) throw new Error('server: --model is missing');
  const { model, digest, port, host } = values;
  const server = await startServer({
    model: readFileSync(model, 'utf8'),
    port: Number(port),
    host,
    ...(digest === undefined ? {} : { digest }),
  });
  // The parent reads this line to learn the port.
  console.log(JSON.stringify({ url: server.url, version: server.version, digest: server.digest }));
  const stop = () => server.close().then(() => process.exit(0));
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(event, stop);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    console.error(error.message);
    process.exit(1);
  });
}
