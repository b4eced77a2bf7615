import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { instant } from '../../src/core/units.ts';
import { git } from '../lab/git/run-git.ts';
import type { RepositoryHandle } from '../lab/handle.ts';
import { type Lab, startLab } from '../lab/lab.ts';
import type { RepositorySettings } from '../lab/options.ts';
import { type ActionRun, type GitHubContext, runAction } from '../tools/composite-runner.ts';
import { type PrometheusServer, startPrometheus } from '../tools/prometheus-server.ts';
import { checkOut } from './checkout.ts';
import { type MetricsGateway, openGateway } from './metrics-gateway.ts';
import { type Past, playPast } from './past.ts';
import { findBundle, ROOT } from './root.ts';
import { DECIDED, planScene, type SceneName } from './scenes.ts';
import { readWorkflowStep } from './workflow-step.ts';

/** The secret that the workflow hands on to the provider. */
export const PROMETHEUS_TOKEN = 'prom-5ecr3t/+value';

/** What starts a run. */
export interface RunEvent {
  readonly name: 'schedule' | 'workflow_dispatch' | 'repository_dispatch' | 'pull_request' | 'issue_comment';
  /** Inputs of a workflow_dispatch. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The payload of a repository_dispatch. */
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Who started a workflow_dispatch; their number is what the lab says. Default mona. */
  readonly sender?: string;
  /** The comment of an issue_comment, that its author has just written. */
  readonly comment?: {
    readonly id: number;
    readonly on: number;
    readonly body: string;
    readonly login: string;
  };
  /** The pull request of a pull_request; its head is in this repository unless another one is named. */
  readonly pull?: { readonly number: number; readonly head: string; readonly from?: string };
}

export interface JobOptions {
  /** Default: a schedule. */
  readonly event?: RunEvent;
  /** Default: the job's own GITHUB_TOKEN. */
  readonly token?: string;
  /** GITHUB_REF. Default: the default branch's. */
  readonly ref?: string;
  /** What is checked out. Default: the ref. */
  readonly checkout?: string;
  readonly fetchDepth?: number;
  /** Instead of what the example's workflow passes. */
  readonly with?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly debug?: boolean;
  readonly cancelAt?: RegExp;
  /** Between the checkout and the action. */
  readonly beforeAction?: (workspace: string) => Promise<void>;
}

/** A GitHub with repositories of one scene, its metrics in a real Prometheus, and runners for jobs. */
export interface Stage {
  readonly lab: Lab;
  readonly gateway: MetricsGateway;
  readonly past: Past;
  createRepository(settings?: RepositorySettings): Promise<RepositoryHandle>;
  /** Checks out and runs one of our actions, as the example's workflow says. */
  runJob(
    action: 'validate' | 'preflight' | 'advance' | 'rollback' | 'command' | 'drill',
    repository: RepositoryHandle,
    options?: JobOptions,
  ): Promise<ActionRun>;
  close(): Promise<void>;
}

export interface StageOptions {
  /** `none` where nothing is to be asked: no program is needed then. Default: a Prometheus with a day of history. */
  readonly metrics?: 'prometheus' | 'none';
  /** Added to every request of the API, in milliseconds. Default 0. */
  readonly latencyMs?: number;
}

/** Sets a scene: plays its past up to this moment, and loads a Prometheus with what was measured meanwhile. */
export async function openStage(scene: SceneName, options: StageOptions = {}): Promise<Stage> {
  findBundle();
  const lab = await startLab({ clock: { now: () => Date.now() }, latencyMs: options.latencyMs ?? 0 });
  const gateway = await openGateway({ token: PROMETHEUS_TOKEN });
  const now = instant(Math.floor(Date.now() / 60_000) * 60_000);
  const past = await playPast(planScene(scene, { now, url: gateway.url }));
  if (past.decisions.join() !== DECIDED[scene].join())
    throw new Error(`scene ${scene}: expected ${DECIDED[scene].join()}, got ${past.decisions.join()}`);
  const prometheus =
    options.metrics === 'none' ? undefined : await startPrometheus({ openMetrics: past.history });
  gateway.target = prometheus?.url;
  return assemble({ lab, gateway, past, prometheus });
}

interface Parts {
  readonly lab: Lab;
  readonly gateway: MetricsGateway;
  readonly past: Past;
  readonly prometheus: PrometheusServer | undefined;
}

function assemble({ lab, gateway, past, prometheus }: Parts): Stage {
  const litter: string[] = [past.directory];
  let count = 0;
  return {
    lab,
    gateway,
    past,
    createRepository(settings = {}) {
      count += 1;
      return lab.createRepository({
        name: `models-${count}`,
        fromBareGit: join(past.directory, '.git'),
        settings: { private: true, actionsMayCreatePulls: true, ...settings },
      });
    },
    async runJob(action, repository, options = {}) {
      const token = options.token ?? lab.tokens.actions;
      const ref = options.ref ?? `refs/heads/${repository.defaultBranch}`;
      const workspace = await checkOut({
        serverUrl: lab.serverUrl,
        repository: repository.fullName,
        token: options.token === lab.tokens.expired ? lab.tokens.actions : token,
        ref: (options.checkout ?? ref).replace(/^refs\/heads\//, ''),
        ...(options.fetchDepth === undefined ? {} : { fetchDepth: options.fetchDepth }),
      });
      litter.push(join(workspace, '..'));
      await options.beforeAction?.(workspace);
      const github = await contextOf({ lab, repository, token, ref, workspace, event: options.event });
      const inputs = options.event?.inputs ?? {};
      const matrix = { release: 'scorer' };
      const contexts = { github, inputs, matrix, secrets: { PROMETHEUS_TOKEN }, vars: {} };
      const step = readWorkflowStep(action, contexts);
      const run = await runAction({
        action: join(ROOT, 'actions', action, 'action.yml'),
        with: options.with ?? step.with,
        env: options.env ?? step.env,
        github,
        secrets: Object.values(step.env),
        ...(options.path === undefined ? {} : { path: options.path }),
        ...(options.debug === undefined ? {} : { debug: options.debug }),
        ...(options.cancelAt === undefined ? {} : { cancelAt: options.cancelAt }),
      });
      litter.push(run.temp);
      return run;
    },
    async close() {
      await prometheus?.stop();
      await gateway.close();
      await lab.close();
      await Promise.all(litter.map((path) => rm(path, { recursive: true, force: true })));
    },
  };
}

interface ContextInput {
  readonly lab: Lab;
  readonly repository: RepositoryHandle;
  readonly token: string;
  readonly ref: string;
  readonly workspace: string;
  readonly event: RunEvent | undefined;
}

async function contextOf(input: ContextInput): Promise<GitHubContext> {
  const { lab, repository, token, ref, workspace } = input;
  const head = await git({ dir: workspace, args: ['rev-parse', 'HEAD'] });
  const event = input.event ?? { name: 'schedule' };
  return {
    token,
    repository: repository.fullName,
    ref,
    ref_name: ref.replace(/^refs\/(?:heads|pull)\//, ''),
    sha: head.toString('utf8').trim(),
    event_name: event.name,
    event: payloadOf(event, repository),
    actor: 'mona',
    workspace,
    api_url: lab.apiUrl,
    graphql_url: lab.graphqlUrl,
    server_url: lab.serverUrl,
  };
}

/** A scheduled run's event has no repository in it. */
function payloadOf(event: RunEvent, repository: RepositoryHandle): Readonly<Record<string, unknown>> {
  if (event.name === 'schedule') return { schedule: '3-58/5 * * * *' };
  const about = { full_name: repository.fullName, default_branch: repository.defaultBranch };
  return {
    repository: about,
    sender: accountOf(repository, event.comment?.login ?? event.sender ?? 'mona'),
    ...(event.comment ? commentOf(event.comment, repository) : {}),
    ...(event.inputs ? { inputs: event.inputs } : {}),
    ...(event.pull ? { number: event.pull.number, pull_request: pullOf(event.pull, repository) } : {}),
    ...(event.payload ? { action: 'belay-rollback', client_payload: event.payload } : {}),
  };
}

function accountOf(repository: RepositoryHandle, login: string): object {
  return { login, id: repository.accountOf(login), type: 'User' };
}

function commentOf(
  { id, on, body, login }: NonNullable<RunEvent['comment']>,
  repository: RepositoryHandle,
): object {
  const user = accountOf(repository, login);
  const created_at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    action: 'created',
    comment: { id, body, created_at, user },
    issue: { number: on, pull_request: {} },
  };
}

function pullOf({ number, head, from }: NonNullable<RunEvent['pull']>, repository: RepositoryHandle): object {
  return { number, head: { sha: head, repo: { full_name: from ?? repository.fullName } } };
}
