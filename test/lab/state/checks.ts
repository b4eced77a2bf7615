import type { LabWorkflow } from '../options.ts';
import type { Act, CheckRunState, LabRepository, PullState, RunState, StatusState } from './repository.ts';

/** How one check of a commit stands. */
export type CheckStanding = 'success' | 'pending' | 'failure';

/** The newest check run or status of each name on a commit, by name. */
export function standings(repo: LabRepository, oid: string): ReadonlyMap<string, CheckStanding> {
  const result = new Map<string, CheckStanding>();
  for (const run of repo.state.checks) if (run.oid === oid) result.set(run.name, standingOfRun(run));
  for (const status of repo.state.statuses)
    if (status.oid === oid) result.set(status.context, standingOfStatus(status));
  return result;
}

function standingOfRun(run: CheckRunState): CheckStanding {
  if (run.status !== 'completed') return 'pending';
  return ['success', 'neutral', 'skipped'].includes(run.conclusion ?? '') ? 'success' : 'failure';
}

function standingOfStatus(status: StatusState): CheckStanding {
  if (status.state === 'pending') return 'pending';
  return status.state === 'success' ? 'success' : 'failure';
}

/** What a check run says when it is made or changed. */
export type CheckRunChange = Partial<
  Pick<CheckRunState, 'status' | 'conclusion' | 'externalId' | 'detailsUrl' | 'output'>
>;

/** Adds a check run to a commit. */
export function addCheckRun(
  repo: LabRepository,
  act: Act,
  run: { readonly oid: string; readonly name: string } & CheckRunChange,
): CheckRunState {
  const status = run.conclusion === undefined ? (run.status ?? 'queued') : 'completed';
  const state: CheckRunState = {
    id: repo.newId(),
    oid: run.oid,
    name: run.name,
    author: act.actor,
    startedAt: act.now,
    status,
    conclusion: run.conclusion,
    completedAt: status === 'completed' ? act.now : undefined,
    externalId: run.externalId,
    detailsUrl: run.detailsUrl,
    output: run.output ?? { title: undefined, summary: undefined },
  };
  repo.state.checks.push(state);
  return state;
}

/** Concludes the newest check run of that name on a commit, or adds one that is concluded. */
export function concludeCheck(
  repo: LabRepository,
  act: Act,
  check: { readonly oid: string; readonly name: string; readonly conclusion: string },
): CheckRunState {
  const open = repo.state.checks.findLast((run) => run.oid === check.oid && run.name === check.name);
  if (open === undefined || open.status === 'completed') return addCheckRun(repo, act, check);
  open.status = 'completed';
  open.conclusion = check.conclusion;
  open.completedAt = act.now;
  return open;
}

/** Adds a commit status. */
export function addStatus(
  repo: LabRepository,
  act: Act,
  status: Pick<StatusState, 'oid' | 'context' | 'state'> &
    Partial<Pick<StatusState, 'description' | 'targetUrl'>>,
): StatusState {
  const state: StatusState = {
    id: repo.newId(),
    description: undefined,
    targetUrl: undefined,
    ...status,
    author: act.actor,
    at: act.now,
  };
  repo.state.statuses.push(state);
  return state;
}

export interface WorkflowEvent {
  readonly event: RunState['event'];
  readonly oid: string;
  readonly branch: string;
  readonly payload?: unknown;
  /** Only this workflow (a dispatch); default all that listen. */
  readonly file?: string;
}

/**
 * Starts the workflows that listen to an event. What GITHUB_TOKEN causes starts none, except dispatches; its pull requests
 * get runs that await approval on github.com and none on a server.
 */
export function triggerWorkflows(repo: LabRepository, act: Act, event: WorkflowEvent): void {
  for (const workflow of repo.settings.workflows ?? []) {
    if (!workflow.on.includes(event.event)) continue;
    if (event.file !== undefined && event.file !== workflow.file) continue;
    const dispatched = event.event === 'workflow_dispatch' || event.event === 'repository_dispatch';
    const muted = act.actor.kind === 'actions' && !dispatched;
    const awaits = event.event === 'pull_request' && repo.settings.flavour !== 'server';
    if (muted && !awaits) continue;
    const run: RunState = {
      id: repo.newId(),
      file: workflow.file,
      event: event.event,
      oid: event.oid,
      branch: event.branch,
      actor: act.actor,
      at: act.now,
      status: muted ? 'action_required' : 'queued',
      payload: event.payload,
    };
    repo.state.runs.push(run);
    if (!muted) startRun(repo, act, workflow, run);
  }
}

/** Approves the runs of a pull request that await it. */
export function approveRuns(repo: LabRepository, act: Act, pull: PullState): void {
  for (const run of repo.state.runs) {
    if (run.status !== 'action_required' || run.oid !== pull.headOid) continue;
    const workflow = repo.settings.workflows?.find((one) => one.file === run.file);
    run.status = 'queued';
    if (workflow) startRun(repo, act, workflow, run);
  }
}

function startRun(repo: LabRepository, act: Act, workflow: LabWorkflow, run: RunState): void {
  const outcome = workflow.outcome ?? 'pending';
  const conclusion = outcome === 'pending' ? {} : { conclusion: outcome };
  addCheckRun(repo, act, { oid: run.oid, name: workflow.check, ...conclusion });
  if (outcome !== 'pending') run.status = 'completed';
}
