import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Instant, instant } from '../../src/core/units.ts';
import { CONFIG } from '../builders/world.ts';
import { type Content, contentOf } from '../faults/scene.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import { checkOut } from './checkout.ts';
import { type Past, playPast } from './past.ts';
import { findBundle } from './root.ts';
import { planScene, type SceneName } from './scenes.ts';

/**
 * The committed bundle, killed with SIGKILL before and after the effect of each of its API calls, and run again on a new checkout: what is
 * there at the end is what one quiet run leaves.
 */

interface Story {
  readonly name: string;
  readonly scene: SceneName;
  readonly action: 'advance' | 'rollback';
  readonly config: string;
  /** API calls of a quiet run. */
  readonly calls: number;
}

const STORIES: readonly Story[] = [
  {
    name: 'a rollback that a person orders',
    scene: 'advancing',
    action: 'rollback',
    config: CONFIG,
    calls: 3,
  },
  { name: 'a rollback by decision', scene: 'failing', action: 'advance', config: CONFIG, calls: 3 },
  { name: 'a step', scene: 'advancing', action: 'advance', config: CONFIG, calls: 1 },
  {
    name: 'a step by pull request',
    scene: 'advancing',
    action: 'advance',
    config: `${CONFIG}advance: {mode: pull-request}\n`,
    calls: 3,
  },
];

let lab: Lab;
const litter: string[] = [];
let count = 0;

beforeAll(async () => {
  findBundle();
  lab = await startLab({ clock: { now: () => Date.now() } });
});
afterAll(async () => {
  await lab.close();
  await Promise.all(litter.map((path) => rm(path, { recursive: true, force: true })));
});

describe.each(STORIES.map((story) => [story.name, story] as const))('%s', (_, story) => {
  let past: Past;
  let quiet: Content;

  beforeAll(async () => {
    const now = instant(Math.floor(Date.now() / 60_000) * 60_000);
    past = await playPast(planOf(story, now));
    litter.push(past.directory);
    const repo = await open(past);
    lab.clearRequests();
    expect(await run(story, past, repo)).toMatchObject({ code: 0 });
    expect(lab.requests.filter(({ api }) => api === 'graphql')).toHaveLength(story.calls);
    quiet = await contentOf(repo);
    expect(quiet.chain).toBe('ok');
  }, 180_000);

  const kills = Array.from({ length: story.calls }, (_none, index) => index + 1).flatMap((nth) => [
    [nth, 'before'] as const,
    [nth, 'after'] as const,
  ]);
  it.each(kills)(
    'ends the same when it is killed at call %i, %s its effect',
    async (nth, effect) => {
      const repo = await open(past);
      await lab.inject({ match: { api: 'graphql' }, nth, fault: { kind: 'timeout', effect, hang: true } });
      expect(await run(story, past, repo, { killed: true })).toMatchObject({ signal: 'SIGKILL' });
      lab.clearFaults();
      expect(await run(story, past, repo)).toMatchObject({ code: 0 });
      expect(await contentOf(repo)).toEqual(quiet);
      expect(lab.takeViolations()).toEqual([]);
    },
    120_000,
  );
});

function planOf({ scene, config }: Story, now: Instant) {
  return { ...planScene(scene, { now, url: 'http://127.0.0.1:9' }), config };
}

function open(past: Past): Promise<RepositoryHandle> {
  count += 1;
  const settings = { private: true, actionsMayCreatePulls: true };
  return lab.createRepository({
    name: `killed-${count}`,
    fromBareGit: join(past.directory, '.git'),
    settings,
  });
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly said: string;
}

/** One job: a checkout, and the action's program in it. With `killed`, until GitHub has been asked what it never answers. */
async function run(
  { action }: Story,
  past: Past,
  repo: RepositoryHandle,
  options: { readonly killed?: true } = {},
): Promise<Ended> {
  const workspace = await checkOut({
    serverUrl: lab.serverUrl,
    repository: repo.fullName,
    token: lab.tokens.actions,
  });
  litter.push(join(workspace, '..'));
  await writeFile(join(workspace, 'metrics.om'), past.history);
  lab.clearRequests();
  const child = spawn(process.execPath, [findBundle(), 'action', action], {
    cwd: workspace,
    env: environment(repo, workspace),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, said }));
  });
  if (!options.killed) return ended;
  const isHanging = (): boolean =>
    lab.requests.some(({ fault, endedAt }) => fault !== undefined && endedAt > 0);
  while (!isHanging() && child.exitCode === null) await wait(5);
  child.kill('SIGKILL');
  return ended;
}

function environment(repo: RepositoryHandle, workspace: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: workspace,
    BELAY_TOKEN: lab.tokens.actions,
    BELAY_DIRECTORY: workspace,
    BELAY_DEFAULT_BRANCH: repo.defaultBranch,
    BELAY_RELEASE: 'scorer',
    BELAY_REASON: 'complaints',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'mona',
    GITHUB_API_URL: lab.apiUrl,
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_GRAPHQL_URL: lab.graphqlUrl,
    GITHUB_REF: `refs/heads/${repo.defaultBranch}`,
    GITHUB_REPOSITORY: repo.fullName,
    GITHUB_SERVER_URL: lab.serverUrl,
    GITHUB_WORKSPACE: workspace,
  };
}
