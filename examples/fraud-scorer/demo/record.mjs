import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createRandom } from '../service/random.mjs';
import { startCluster } from './cluster.mjs';
import { createHistory, describeRecording } from './history.mjs';
import { createLoad, requestsInMinute } from './load.mjs';
import { findStory, recordingFile, STORIES } from './stories.mjs';

/**
 * Records the metrics that the demo replays. The loop is closed: real requests go through the gateway to real model
 * servers, the servers are scraped, whoever operates the rollout decides on what was scraped, and the weight it writes
 * splits the next requests. Only the clock is virtual: the requests of one virtual minute are sent as fast as the
 * machine can.
 *
 *     node demo/record.mjs --walk                            both stories, weights by the manifest's holds alone
 *     node demo/record.mjs --operator <module>               both stories, operated by that module
 *     node demo/record.mjs --story faulty --walk --minutes 60 --out /tmp/faulty.om
 *
 * A module given as operator exports `createOperator(story)`, asked for once per story in the order of the stories.
 */

const MINUTE = 60_000;
const TICK_MINUTES = 5;

/**
 * Whoever runs the rollout: Belay on a repository, or a stand-in.
 * @typedef {object} Operator
 * @property {string} name for the recording's description
 * @property {() => Promise<string>} readServing the serving file on the default branch
 * @property {(now: Date) => Promise<void>} merge merges the story's pull request
 * @property {(now: Date, history: () => string) => Promise<{settled: boolean}>} tick one scheduled run; `history` gives
 *   the metrics until `now` as OpenMetrics text
 * @property {() => Promise<void>} [close]
 */

/**
 * Records one story: ticks every five virtual minutes, the merge at its time, the end ten minutes after the release is
 * settled again.
 * @param {object} options
 * @param {import('./stories.mjs').Story} options.story
 * @param {Operator} options.operator
 * @param {number} [options.perMinute] requests per minute, mean over a day
 * @param {number} [options.minutes] gives up after so many virtual minutes
 * @param {number} [options.seed] of traffic and routing
 * @param {(progress: object) => void} [options.onMinute]
 */
export async function recordStory({
  story,
  operator,
  perMinute = 2_400,
  minutes = 24 * 60,
  seed = 7,
  onMinute = () => {},
}) {
  // Three streams of chance: were traffic and routing drawn from one, the candidate would always get the same payments.
  const random = createRandom(seed);
  const cluster = await startCluster({ seed: seed + 1_000 });
  const load = createLoad({ url: cluster.url, seed: seed + 2_000 });
  const history = createHistory();
  const models = new Map();
  const startedAt = Date.parse(story.startsAt);
  const wall = { startedAt: performance.now(), sending: 0 };
  const total = { minutes: 0, requests: 0, failed: 0, settledAfter: undefined };
  try {
    await cluster.apply(await operator.readServing());
    for (let minute = 1; minute <= minutes && !isOver(total, minute); minute += 1) {
      const now = new Date(startedAt + minute * MINUTE);
      const hour = new Date(startedAt + (minute - 1) * MINUTE).getUTCHours();
      const sendingSince = performance.now();
      const { sent, failed } = await load.send({
        count: requestsInMinute({ perMinute, hour, random }),
        hour,
      });
      wall.sending += performance.now() - sendingSince;
      await scrapeAll(cluster, history, now);
      for (const { version, digest } of cluster.targets()) models.set(version, digest);
      total.minutes = minute;
      total.requests += sent;
      total.failed += failed;
      if (minute === story.mergedAfterMinutes) await operator.merge(now);
      if (minute % TICK_MINUTES === 0) {
        const { settled } = await operator.tick(now, () => history.render());
        if (settled && minute > story.mergedAfterMinutes) total.settledAfter ??= minute;
      }
      await cluster.apply(await operator.readServing());
      onMinute({ story: story.name, now, minute, sent, failed });
    }
  } finally {
    load.close();
    await cluster.close();
  }
  const wallSeconds = (performance.now() - wall.startedAt) / 1000;
  const preface = describe({ story, operator, models, total, wall, wallSeconds, startedAt });
  return { ...total, wallSeconds, text: history.render(preface) };
}

const TAIL_MINUTES = 10;

function isOver({ settledAfter }, minute) {
  return settledAfter !== undefined && minute > settledAfter + TAIL_MINUTES;
}

async function scrapeAll(cluster, history, now) {
  for (const { url, version } of cluster.targets()) {
    const answer = await fetch(`${url}/metrics`, {
      headers: { accept: 'application/openmetrics-text; version=1.0.0' },
    });
    if (!answer.ok) throw new Error(`scrape of ${version}: status ${answer.status}`);
    history.add(await answer.text(), now.getTime());
  }
}

function describe({ story, operator, models, total, wall, wallSeconds, startedAt }) {
  const perMinute = (wall.sending / total.minutes / 1000).toFixed(2);
  return describeRecording({
    words: [
      'Recorded by examples/fraud-scorer/demo/record.mjs: real HTTP predictions by the model servers of this example,',
      'through a gateway that splits by the weights in Git, one scrape of each server per minute.',
      'The clock is virtual and its dates are made up:',
      `the requests of a minute were sent as fast as possible, in ${perMinute} s of wall time on average,`,
      'so durations are those of a busy machine.',
    ].join(' '),
    labels: {
      story: story.name,
      weights_by: operator.name,
      recorded_at: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} cores, ${process.platform} ${process.arch}`,
      node: process.version,
      models: [...models].map(([version, digest]) => `${version} ${digest}`).join(', '),
      requests: String(total.requests),
      virtual_minutes: String(total.minutes),
      wall_seconds: wallSeconds.toFixed(0),
    },
    at: startedAt + MINUTE,
  });
}

async function main() {
  const { values } = parseArgs({
    options: {
      story: { type: 'string', multiple: true, default: STORIES.map((story) => story.name) },
      operator: { type: 'string' },
      walk: { type: 'boolean', default: false },
      minutes: { type: 'string' },
      'per-minute': { type: 'string' },
      out: { type: 'string' },
    },
  });
  if (values.walk === (values.operator !== undefined)) throw new Error('record: give --walk or --operator');
  const module = values.walk ? './walker.mjs' : pathToFileURL(resolve(values.operator)).href;
  const { createOperator } = await import(module);
  for (const story of values.story.map(findStory)) {
    const operator = await createOperator(story);
    const recording = await recordStory({
      story,
      operator,
      onMinute: report,
      ...(values.minutes === undefined ? {} : { minutes: Number(values.minutes) }),
      ...(values['per-minute'] === undefined ? {} : { perMinute: Number(values['per-minute']) }),
    });
    await operator.close?.();
    const file = values.out ?? recordingFile(story);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, recording.text);
    const { text, ...figures } = recording;
    console.log(JSON.stringify({ story: story.name, file, bytes: text.length, ...figures }));
  }
}

function report({ story, now, minute, sent, failed }) {
  if (minute % 30 === 0)
    console.error(`${story} ${now.toISOString()} minute ${minute}: ${sent} sent, ${failed} failed`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
