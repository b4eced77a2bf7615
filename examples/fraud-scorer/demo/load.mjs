import { Agent, request } from 'node:http';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createRandom } from '../service/random.mjs';
import { BUSYNESS, makeTransactions } from '../service/transactions.mjs';

/**
 * The card terminals of the demo: they send transactions of the hour to POST /predict, over connections that stay open.
 *
 *     node demo/load.mjs --url http://127.0.0.1:8080 --rate 50 --hour 18 --seconds 10
 */

const POOL_SIZE = 5_000;

/**
 * @typedef {{sent: number, failed: number}} Count `failed`: any answer but 200, or none
 */

/**
 * A load generator. The transactions are drawn by seed; no model was trained on them.
 * @param {{url: string, seed?: number, connections?: number}} options
 */
export function createLoad({ url, seed = 2_026, connections = 24 }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const target = new URL('/predict', url);
  const random = createRandom(seed);
  const pools = new Map();

  const draw = (hour) => {
    if (!pools.has(hour)) pools.set(hour, makePool(seed, hour));
    const pool = pools.get(hour);
    return pool[Math.floor(random.next() * pool.length)];
  };

  /** Sends `count` transactions of an hour of the day as fast as the connections allow. @returns {Promise<Count>} */
  const send = async ({ count, hour }) => {
    let started = 0;
    let failed = 0;
    const worker = async () => {
      while (started < count) {
        started += 1;
        if ((await post(target, draw(hour), agent)) !== 200) failed += 1;
      }
    };
    await Promise.all(Array.from({ length: Math.min(connections, count) }, worker));
    return { sent: count, failed };
  };

  /**
   * Sends at a rate until stopped. Both options are asked again ten times a second, so both may change with time.
   * @param {{perSecond: () => number, hour: () => number}} options
   * @returns {{count: () => Count, stop: () => Promise<Count>}}
   */
  const run = ({ perSecond, hour }) => {
    const total = { sent: 0, failed: 0 };
    const flying = new Set();
    let owed = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      owed += (perSecond() * (now - last)) / 1000;
      last = now;
      // A slow service is not buried: what cannot be sent now is not sent later.
      if (flying.size > 4 * connections) owed = 0;
      for (; owed >= 1; owed -= 1) {
        total.sent += 1;
        const flight = post(target, draw(hour()), agent).then((status) => {
          if (status !== 200) total.failed += 1;
          flying.delete(flight);
        });
        flying.add(flight);
      }
    }, 100);
    return {
      count: () => ({ ...total }),
      stop: async () => {
        clearInterval(timer);
        await Promise.all(flying);
        return { ...total };
      },
    };
  };

  return { send, run, close: () => agent.destroy() };
}

/**
 * How many requests come in one minute: the mean over a day, the hour's share of it, and a few percent of chance.
 * @param {{perMinute: number, hour: number, random: {normal: () => number}}} options
 */
export function requestsInMinute({ perMinute, hour, random }) {
  const expected = perMinute * BUSYNESS[hour];
  return Math.max(0, Math.round(expected * (1 + 0.05 * random.normal())));
}

function makePool(seed, hour) {
  const transactions = makeTransactions({ seed: seed + hour, count: POOL_SIZE, hours: [hour, hour + 1] });
  return transactions.map(({ transaction }) => Buffer.from(JSON.stringify(transaction)));
}

/** Status of the answer; 0 without one. */
function post(target, body, agent) {
  return new Promise((resolve) => {
    const outgoing = request(
      {
        host: target.hostname,
        port: target.port,
        path: target.pathname,
        method: 'POST',
        agent,
        headers: { 'content-type': 'application/json', 'content-length': body.length },
      },
      (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode));
        answer.once('error', () => resolve(0));
      },
    );
    outgoing.once('error', () => resolve(0));
    outgoing.end(body);
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      rate: { type: 'string', default: '50' },
      hour: { type: 'string', default: '12' },
      seconds: { type: 'string', default: '10' },
    },
  });
  if (!values.url) throw new Error('load: --url is missing');
  const load = createLoad({ url: values.url });
  const running = load.run({ perSecond: () => Number(values.rate), hour: () => Number(values.hour) });
  await new Promise((resolve) => setTimeout(resolve, 1000 * Number(values.seconds)));
  console.log(JSON.stringify(await running.stop()));
  load.close();
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
