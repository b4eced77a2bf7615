import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { instant } from '../../src/core/units.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import { checkOut } from '../e2e/checkout.ts';
import { playPast } from '../e2e/past.ts';
import { findBundle } from '../e2e/root.ts';
import { planScene } from '../e2e/scenes.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { roundTrips } from '../lab/request-log.ts';

/**
 * Time to a merged revert when each API request takes 200 ms: `npm run bench:revert [-- --runs 5]`. The real bundle on a checkout, phase
 * by phase, beside the floor and beside the ten REST requests that a script would send one after another. Fails when the round trips
 * are more than three; milliseconds depend on the machine and are printed.
 */

const LATENCY_MS = 200;
/** A pull request that is merged takes two: the merge needs the id that the opening gives. */
const FLOOR_TRIPS = 2;
const GOAL_TRIPS = 3;

const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]) || 5;

type Phases = ReadonlyMap<string, number>;

interface Revert {
  readonly phases: Phases;
  readonly trips: number;
  /** From the start of the process, or of the first request, to the answer of the merge. */
  readonly merged: number;
  /** Of this, from the first request on. */
  readonly asking: number;
}

const NAMES: Readonly<Record<string, string>> = {
  repository: 'look: branch, pull requests, tip',
  createRef: 'propose: branch, commit, pull request',
  mergePullRequest: 'merge, or arm',
};

/** One rollback as a person orders it, by the bundle. */
async function revertByBelay(lab: Lab, repo: RepositoryHandle): Promise<Revert> {
  const workspace = await checkOut({
    serverUrl: lab.serverUrl,
    repository: repo.fullName,
    token: lab.tokens.actions,
  });
  lab.clearRequests();
  const begin = performance.now();
  const code = await new Promise<number | null>((resolve) => {
    const args = [findBundle(), 'action', 'rollback'];
    const child = spawn(process.execPath, args, { cwd: workspace, env: environment(lab, repo, workspace) });
    child.once('close', resolve);
  });
  const end = performance.now();
  await rm(join(workspace, '..'), { recursive: true, force: true });
  if (code !== 0 || repo.pulls[0]?.state !== 'MERGED') throw new Error(`the rollback exited ${code}`);
  const asked = lab.requests.filter(({ api }) => api !== 'git');
  const phases = new Map<string, number>();
  let last = begin;
  for (const [index, { fields, startedAt, endedAt }] of asked.entries()) {
    phases.set(
      index === 0 ? 'start of the program, reading, deciding' : `work before request ${index + 1}`,
      startedAt - last,
    );
    phases.set(NAMES[fields[0] ?? ''] ?? fields.join('+'), endedAt - startedAt);
    last = endedAt;
  }
  phases.set('report, end of the program', end - last);
  return {
    phases,
    trips: roundTrips(asked),
    merged: last - begin,
    asking: last - (asked[0]?.startedAt ?? begin),
  };
}

function environment(lab: Lab, repo: RepositoryHandle, workspace: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: workspace,
    BELAY_TOKEN: lab.tokens.actions,
    BELAY_DIRECTORY: workspace,
    BELAY_DEFAULT_BRANCH: 'main',
    BELAY_RELEASE: 'scorer',
    BELAY_REASON: 'benchmark',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'mona',
    GITHUB_API_URL: lab.apiUrl,
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_GRAPHQL_URL: lab.graphqlUrl,
    GITHUB_REF: 'refs/heads/main',
    GITHUB_REPOSITORY: repo.fullName,
    GITHUB_SERVER_URL: lab.serverUrl,
    GITHUB_WORKSPACE: workspace,
  };
}

/** What is needed of the answers of REST. */
interface Answer {
  readonly sha: string;
  readonly object: { readonly sha: string };
  readonly tree: { readonly sha: string };
  readonly number: number;
}

/** The same by REST, one request after another, as a script would. Source of the sequence: GitHub's "Git database" guide. */
async function revertByRest(lab: Lab, repo: RepositoryHandle): Promise<Revert> {
  lab.clearRequests();
  const phases = new Map<string, number>();
  const send = async (name: string, method: string, path: string, body?: object): Promise<Answer> => {
    const begin = performance.now();
    const response = await fetch(`${lab.apiUrl}/repos/${repo.fullName}/${path}`, {
      method,
      headers: { authorization: `bearer ${lab.tokens.actions}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Answer;
    if (!response.ok) throw new Error(`${name}: ${response.status} ${JSON.stringify(answer)}`);
    phases.set(name, performance.now() - begin);
    return answer;
  };
  const begin = performance.now();
  const branch = 'revert-3.5.0';
  const tip = (await send('get the ref', 'GET', 'git/ref/heads/main')).object.sha;
  const base = await send('get the commit', 'GET', `git/commits/${tip}`);
  await send('create the branch', 'POST', 'git/refs', { ref: `refs/heads/${branch}`, sha: tip });
  const content = 'reverted: true\n';
  const tree = await send('create the tree', 'POST', 'git/trees', {
    base_tree: base.tree.sha,
    tree: [{ path: MANIFEST, mode: '100644', type: 'blob', content }],
  });
  const commit = await send('create the commit', 'POST', 'git/commits', {
    message: 'Roll back',
    tree: tree.sha,
    parents: [tip],
  });
  await send('update the branch', 'PATCH', `git/refs/heads/${branch}`, { sha: commit.sha });
  const pull = await send('open the pull request', 'POST', 'pulls', {
    title: 'Roll back',
    head: branch,
    base: 'main',
    body: '',
  });
  await send('label it', 'POST', `issues/${pull.number}/labels`, { labels: ['rollback'] });
  await send('comment on it', 'POST', `issues/${pull.number}/comments`, { body: 'Rolling back.' });
  await send('merge it', 'PUT', `pulls/${pull.number}/merge`, { sha: commit.sha });
  const merged = performance.now() - begin;
  return { phases, trips: roundTrips(lab.requests), merged, asking: merged };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const row = (name: string, value: string): void => console.log(`  ${name.padEnd(48)} ${value.padStart(12)}`);
const ms = (value: number): string => `${Math.round(value)} ms`;

function print(title: string, reverts: readonly Revert[]): Pick<Revert, 'trips' | 'asking'> {
  const [first] = reverts;
  if (!first) throw new Error('no run');
  console.log(`${title}, median of ${reverts.length}`);
  for (const name of first.phases.keys())
    row(name, ms(median(reverts.map(({ phases }) => phases.get(name) ?? Number.NaN))));
  const merged = median(reverts.map((one) => one.merged));
  const floor = FLOOR_TRIPS * LATENCY_MS;
  const asking = median(reverts.map((one) => one.asking));
  row('merged after', ms(merged));
  row('of this, from the first request on', ms(asking));
  row('round trips', String(first.trips));
  row(`floor: ${FLOOR_TRIPS} round trips of ${LATENCY_MS} ms`, ms(floor));
  row('ratio to the floor: in round trips', `${(first.trips / FLOOR_TRIPS).toFixed(2)} x`);
  row('ratio to the floor: from the first request on', `${(asking / floor).toFixed(2)} x`);
  row('ratio to the floor: with the program', `${(merged / floor).toFixed(2)} x`);
  console.log('');
  return { trips: first.trips, asking };
}

async function main(): Promise<void> {
  const now = instant(Math.floor(Date.now() / 60_000) * 60_000);
  const past = await playPast({
    ...planScene('advancing', { now, url: 'http://127.0.0.1:9' }),
    config: CONFIG,
  });
  const lab = await startLab({ clock: { now: () => Date.now() }, latencyMs: LATENCY_MS });
  try {
    const settings = { private: true, actionsMayCreatePulls: true };
    const open = (name: string) =>
      lab.createRepository({ name, fromBareGit: join(past.directory, '.git'), settings });
    const ours: Revert[] = [];
    const naive: Revert[] = [];
    for (let run = 1; run <= runs; run += 1) {
      ours.push(await revertByBelay(lab, await open(`belay-${run}`)));
      naive.push(await revertByRest(lab, await open(`rest-${run}`)));
    }
    const belay = print('Belay: rollback by the committed bundle', ours);
    const rest = print('ten REST requests one after another, without a program around them', naive);
    const share = (100 * belay.asking) / rest.asking;
    console.log(`From the first request on, Belay takes ${share.toFixed(0)} % of that time.`);
    if (lab.violations.length > 0) throw new Error(lab.violations.join('\n'));
    if (belay.trips > GOAL_TRIPS) {
      console.error(`FAILED: ${belay.trips} round trips, goal ${GOAL_TRIPS}`);
      process.exitCode = 1;
    }
  } finally {
    await lab.close();
    await rm(past.directory, { recursive: true, force: true });
  }
}

await main();
