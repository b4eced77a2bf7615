import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBundle, ROOT } from '../e2e/root.ts';
import type { SceneName } from '../e2e/scenes.ts';
import { openStage, type Stage } from '../e2e/stage.ts';
import { git } from '../lab/git/run-git.ts';
import { roundTrips } from '../lab/request-log.ts';
import { hasPrometheus } from '../tools/prometheus-server.ts';

/**
 * What a run costs before it does anything, and what it asks of GitHub: `npm run bench:start [-- --runs 21]`.
 * Fails when a goal fails that does not depend on the machine: bytes, requests, round trips. Times are printed beside their goal.
 */

const GOAL_RATIO = 2.5;
const GOAL_BYTES = 1_200_000;
const GOAL_REQUESTS = { idle: 0, advance: 1, rollback: 3 } as const;
const LATENCY_MS = 200;

const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 15;
const bundle = findBundle();
const failures: string[] = [];

interface Program {
  readonly name: string;
  /** How it ends. Default 0. */
  readonly exitCode?: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** One run; its wall time in milliseconds. On a busy machine only the ratio to the empty script says much. */
function time({ args, env, cwd, exitCode = 0 }: Program): number {
  const begin = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, [...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
  });
  if (status !== exitCode) throw new Error(`${args.join(' ')} exited ${status}: ${stderr.toString()}`);
  return Number(process.hrtime.bigint() - begin) / 1e6;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Files of dist/ that a run loads, as V8 itself counts them. */
function loadedFiles(given: Program): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'belay-coverage-'));
  try {
    time({ ...given, env: { ...given.env, NODE_V8_COVERAGE: folder } });
    const urls = readdirSync(folder).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        result: { url: string }[];
      };
      return result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
    });
    return [...new Set(urls.map((url) => fileURLToPath(url)))].filter((path) =>
      path.startsWith(join(ROOT, 'dist')),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Programs that are started: nothing, the bundle's least, and what runs most often. */
function programs(folder: string, workspace: string): readonly Program[] {
  const empty = join(folder, 'empty.js');
  writeFileSync(empty, '');
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') };
  const runner = {
    ...files,
    HOME: folder,
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'acme/models',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REF_NAME: 'main',
    GITHUB_EVENT_NAME: 'schedule',
    BELAY_TOKEN: 'ghs_0123456789012345678901234567890123456789',
    BELAY_DIRECTORY: workspace,
    BELAY_DEFAULT_BRANCH: 'main',
  };
  const run = (
    name: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Program => ({
    name,
    args,
    env,
    cwd: folder,
  });
  const advance = [bundle, 'action', 'advance'];
  return [
    run('an empty script', [empty]),
    run('belay --version', [bundle, '--version']),
    // refused for its branch: what it costs to get as far as to start git
    { ...run('a tick that is refused', advance, { ...runner, GITHUB_REF: 'refs/heads/other' }), exitCode: 1 },
    run('a tick that changes nothing', advance, runner),
    run('validate, one release', [bundle, 'validate', '--dir', workspace]),
  ];
}

/** Starts in turns, so that whatever else the machine does falls on all alike. */
function benchStarts(list: readonly Program[]): void {
  const times = list.map((): number[] => []);
  for (let round = 0; round < runs; round += 1)
    for (const [index, one] of list.entries()) times[index]?.push(time(one));
  const floor = median(times[0] ?? []);
  console.log(
    `start, median of ${runs} runs on ${cpus().length} × ${cpus()[0]?.model.trim()}, node ${process.versions.node}`,
  );
  for (const [index, one] of list.entries()) {
    const middle = median(times[index] ?? []);
    const ratio = middle / floor;
    const files = loadedFiles(one);
    const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
    const loads = files.length === 0 ? '' : `, loads ${(bytes / 1e6).toFixed(3)} MB in ${files.length} files`;
    const verdict =
      index === 0
        ? ''
        : ` = ${ratio.toFixed(2)} × an empty script (goal ${GOAL_RATIO}: ${ratio <= GOAL_RATIO ? 'met' : 'missed'})`;
    console.log(`  ${one.name.padEnd(28)} ${middle.toFixed(0).padStart(4)} ms${verdict}${loads}`);
    if (bytes > GOAL_BYTES)
      failures.push(
        `${one.name} loads ${bytes} bytes (${files.map((path) => basename(path)).join(', ')}), goal ${GOAL_BYTES}`,
      );
  }
}

interface Cost {
  readonly requests: number;
  readonly trips: number;
  readonly ms: number;
}

/** One job in a new repository, without its checkout. */
async function measure(stage: Stage, action: 'advance' | 'rollback', latency: number): Promise<Cost> {
  const { lab } = stage;
  const repository = await stage.createRepository();
  let begin = 0;
  lab.latencyMs = latency;
  const event = { name: 'workflow_dispatch', inputs: { release: 'scorer', reason: 'bench' } } as const;
  const run = await stage.runJob(action, repository, {
    ...(action === 'rollback' ? { event } : {}),
    beforeAction: async () => {
      lab.clearRequests();
      begin = performance.now();
    },
  });
  const ms = performance.now() - begin;
  if (run.exitCode !== 0) throw new Error(`${action} exited ${run.exitCode}: ${run.shown}`);
  return {
    requests: lab.requests.filter(({ api }) => api !== 'git').length,
    trips: roundTrips(lab.requests),
    ms,
  };
}

async function benchRequests(name: keyof typeof GOAL_REQUESTS, scene: SceneName): Promise<void> {
  const needsMetrics = name === 'advance';
  if (needsMetrics && !hasPrometheus()) return;
  const stage = await openStage(scene, { metrics: needsMetrics ? 'prometheus' : 'none' });
  try {
    const action = name === 'rollback' ? 'rollback' : 'advance';
    // the lab reads GitHub's schema at its first request
    await measure(stage, action, 0);
    const near = await measure(stage, action, 0);
    const far = await measure(stage, action, LATENCY_MS);
    const goal = GOAL_REQUESTS[name];
    const met = near.requests === goal && near.trips === goal;
    console.log(
      `  ${name.padEnd(10)} ${near.requests} requests, ${near.trips} one after the other (goal ${goal}: ${met ? 'met' : 'missed'}), ` +
        `${near.ms.toFixed(0)} ms as an action, ${far.ms.toFixed(0)} ms at ${LATENCY_MS} ms a request`,
    );
    if (!met)
      failures.push(`${name} makes ${near.requests} requests (${near.trips} in sequence), goal ${goal}`);
  } finally {
    await stage.close();
  }
}

/** What an idle look asks of GitHub: a watch of 21 s in real time over a release that holds, since its metrics are out of reach. */
async function benchWatch(): Promise<void> {
  const stage = await openStage('advancing', { metrics: 'none' });
  try {
    const run = await stage.runJob('advance', await stage.createRepository(), {
      with: { 'watch-for': '21s', every: '10s' },
      beforeAction: async () => stage.lab.clearRequests(),
    });
    const looks = Number(/(\d+) looks/.exec(run.summary)?.[1]);
    const fetched = stage.lab.requests.filter(({ api }) => api === 'git').length;
    const requests = stage.lab.requests.length - fetched;
    const perLook = fetched / (looks - 1);
    console.log(
      `  idle look  ${requests} requests, and one git fetch of ${perLook} HTTP requests (${looks} looks; the first reads the checkout)`,
    );
    if (requests !== 0) failures.push(`idle looks make ${requests} requests, goal 0`);
  } finally {
    await stage.close();
  }
}

async function main(): Promise<void> {
  const stage = await openStage('settled', { metrics: 'none' });
  const folder = mkdtempSync(join(tmpdir(), 'belay-bench-'));
  try {
    const workspace = join(folder, 'workspace');
    await git({ dir: folder, args: ['clone', '--quiet', stage.past.directory, workspace] });
    benchStarts(programs(folder, workspace));
  } finally {
    rmSync(folder, { recursive: true });
    await stage.close();
  }
  console.log('requests to GitHub, counted by the lab');
  await benchRequests('idle', 'settled');
  await benchWatch();
  await benchRequests('advance', 'advancing');
  await benchRequests('rollback', 'advancing');
  for (const failure of failures) console.error(`goal missed: ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}

await main();
