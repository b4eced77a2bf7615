import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from './clock.ts';
import type { ExchangeWorld } from './exchange.ts';
import { FaultBox, type FaultRule } from './faults.ts';
import { seedRepository } from './git/seed.ts';
import { RepositoryHandle } from './handle.ts';
import type { LabClock, LabOptions, RepositoryOptions, TokenOptions } from './options.ts';
import type { LoggedRequest } from './request-log.ts';
import { listen } from './server.ts';
import { LabRepository } from './state/repository.ts';
import { TokenOffice } from './tokens.ts';

/** A GitHub on localhost. */
export interface Lab {
  /** GITHUB_API_URL. */
  readonly apiUrl: string;
  /** GITHUB_GRAPHQL_URL. */
  readonly graphqlUrl: string;
  /** GITHUB_SERVER_URL; `git clone <serverUrl>/<owner>/<name>.git`. */
  readonly serverUrl: string;
  readonly clock: LabClock;
  /** One of each kind, ready to use. */
  readonly tokens: LabTokens;
  /** All requests, in order of arrival. */
  readonly requests: readonly LoggedRequest[];
  /** What GitHub's published schemas do not allow, in requests or in the lab's own answers. A test asserts that it is empty. */
  readonly violations: readonly string[];
  /** Added to every API request from now on, milliseconds. */
  latencyMs: number;
  createRepository(options: RepositoryOptions): Promise<RepositoryHandle>;
  /** Makes one more token. */
  token(options: TokenOptions): string;
  /** Arms a fault. */
  inject(rule: FaultRule): Promise<void>;
  /** Takes all faults away. */
  clearFaults(): void;
  /** Gives the violations so far and forgets them: for tests that cause one. */
  takeViolations(): readonly string[];
  /** Forgets the requests logged so far. */
  clearRequests(): void;
  close(): Promise<void>;
}

export interface LabTokens {
  /** An App's installation with write permissions. */
  readonly app: string;
  /** Another App that stands on every bypass list. */
  readonly appBypass: string;
  /** The GITHUB_TOKEN of a workflow run with write permissions. */
  readonly actions: string;
  /** An App's installation that may only read. */
  readonly readOnly: string;
  /** Rejected with 401. */
  readonly expired: string;
  /** A person with write access. */
  readonly person: string;
}

/** Starts a lab. Close it when done: it holds a port and a temporary folder. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const root = await mkdtemp(join(tmpdir(), 'lab-'));
  const office = new TokenOffice();
  const requests: LoggedRequest[] = [];
  const violations: string[] = [];
  const state = { latencyMs: options.latencyMs ?? 0, serverUrl: '' };
  const world: ExchangeWorld = {
    clock: options.clock ?? new VirtualClock(),
    tokens: office,
    repositories: new Map(),
    get serverUrl() {
      return state.serverUrl;
    },
    requests,
    violations,
    faults: new FaultBox(),
  };
  const server = await listen(
    () => world,
    () => state.latencyMs,
  );
  state.serverUrl = `http://127.0.0.1:${server.port}`;
  return {
    apiUrl: `${state.serverUrl}/api/v3`,
    graphqlUrl: `${state.serverUrl}/api/graphql`,
    serverUrl: state.serverUrl,
    clock: world.clock,
    tokens: standardTokens(office),
    requests,
    violations,
    get latencyMs() {
      return state.latencyMs;
    },
    set latencyMs(value: number) {
      state.latencyMs = value;
    },
    createRepository: (wish) => createRepository(world, root, wish),
    token: (wish) => office.issue(wish).value,
    inject: (rule) => inject(world, rule),
    clearFaults: () => world.faults.clear(),
    takeViolations: () => violations.splice(0),
    clearRequests: () => {
      requests.length = 0;
    },
    close: async () => {
      await server.close();
      for (const repo of world.repositories.values()) repo.git.close();
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function standardTokens(office: TokenOffice): LabTokens {
  return {
    app: office.issue({ kind: 'app' }).value,
    appBypass: office.issue({ kind: 'app', login: 'belay-deployer[bot]', bypass: true }).value,
    actions: office.issue({ kind: 'actions' }).value,
    readOnly: office.issue({
      kind: 'app',
      login: 'reader[bot]',
      permissions: { metadata: 'read', contents: 'read', pull_requests: 'read', issues: 'read' },
    }).value,
    expired: office.issue({ kind: 'app', expired: true }).value,
    person: office.issue({ kind: 'user' }).value,
  };
}

async function createRepository(
  world: ExchangeWorld,
  root: string,
  wish: RepositoryOptions,
): Promise<RepositoryHandle> {
  const owner = wish.owner ?? 'acme';
  const key = `${owner}/${wish.name}`.toLowerCase();
  if (world.repositories.has(key)) throw new Error(`lab: repository ${key} exists already`);
  const id = world.repositories.size + 1;
  const defaultBranch = wish.defaultBranch ?? 'main';
  const at = world.clock.now();
  const git = await seedRepository({ dir: join(root, `${id}.git`), source: wish, defaultBranch, at });
  const repo = new LabRepository({
    id: 1000 + id,
    owner,
    name: wish.name,
    defaultBranch,
    createdAt: at,
    git,
    settings: wish.settings ?? {},
  });
  world.repositories.set(key, repo);
  return new RepositoryHandle(repo, world);
}

async function inject(world: ExchangeWorld, rule: FaultRule): Promise<void> {
  let snapshot: ReadonlyMap<string, LabRepository> | undefined;
  if (rule.fault.kind === 'stale') {
    const frozen = new Map<string, LabRepository>();
    for (const [key, repo] of world.repositories) frozen.set(key, await repo.freeze());
    snapshot = frozen;
  }
  world.faults.arm(rule, world.clock.now(), snapshot);
}
