import { isoSeconds } from '../clock.ts';
import { nodeId } from '../node-id.ts';
import { notFound, Refusal, unprocessable } from '../refusal.ts';
import { addCheckRun, addStatus, type CheckRunChange, standings } from '../state/checks.ts';
import { settle } from '../state/effects.ts';
import type { CheckRunState, LabRepository, RunState, StatusState } from '../state/repository.ts';
import { actOf, type Call } from '../world.ts';
import { actorView, apiUrl, htmlUrl, minimalRepositoryView } from './repository-views.ts';
import { paged, type RestContext, type Route } from './router.ts';

async function oidOf(repo: LabRepository, ref: string): Promise<string> {
  const found = await repo.git.resolve(ref.replace(/^heads\//, 'refs/heads/'));
  if (found?.type !== 'commit') throw unprocessable(`No commit found for SHA: ${ref}`);
  return found.oid;
}

function statusView(call: Call, repo: LabRepository, status: StatusState): object {
  return {
    id: status.id,
    node_id: nodeId('CS', repo.id, status.id),
    url: apiUrl(call, repo, `/statuses/${status.oid}`),
    avatar_url: `${call.world.serverUrl}/avatars/${status.author.id}`,
    state: status.state,
    description: status.description ?? null,
    target_url: status.targetUrl ?? null,
    context: status.context,
    created_at: isoSeconds(status.at),
    updated_at: isoSeconds(status.at),
  };
}

/** POST statuses/{sha}. */
export const postStatus: Route = {
  permissions: ['statuses'],
  level: 'write',
  handle: async ({ call, repo, params, body }) => {
    const oid = await oidOf(repo, params.sha ?? '');
    const state = await repo.exclusive(async () => {
      const added = addStatus(repo, actOf(call), {
        oid,
        context: typeof body.context === 'string' ? body.context : 'default',
        state: body.state as StatusState['state'],
        ...(typeof body.description === 'string' ? { description: body.description } : {}),
        ...(typeof body.target_url === 'string' ? { targetUrl: body.target_url } : {}),
      });
      await settle(repo, actOf(call));
      return added;
    });
    return {
      status: 201,
      body: { ...statusView(call, repo, state), creator: actorView(call, state.author) },
    };
  },
};

/** GET commits/{ref}/status: the newest status of each context, check runs left out. */
export const getStatus: Route = {
  permissions: ['statuses'],
  level: 'read',
  handle: async ({ call, repo, params }) => {
    const oid = await oidOf(repo, params.ref ?? '');
    const newest = new Map(
      repo.state.statuses.filter((status) => status.oid === oid).map((status) => [status.context, status]),
    );
    const all = [...newest.values()];
    const bad = all.some((status) => status.state === 'failure' || status.state === 'error');
    const good = all.length > 0 && all.every((status) => status.state === 'success');
    return {
      status: 200,
      body: {
        state: bad ? 'failure' : good ? 'success' : 'pending',
        statuses: all.map((status) => statusView(call, repo, status)),
        sha: oid,
        total_count: all.length,
        repository: minimalRepositoryView(call, repo),
        commit_url: apiUrl(call, repo, `/commits/${oid}`),
        url: apiUrl(call, repo, `/commits/${oid}/status`),
      },
    };
  },
};

function checkRunView(call: Call, repo: LabRepository, run: CheckRunState): object {
  const url = apiUrl(call, repo, `/check-runs/${run.id}`);
  return {
    id: run.id,
    node_id: nodeId('CR', repo.id, run.id),
    head_sha: run.oid,
    name: run.name,
    external_id: run.externalId ?? '',
    url,
    html_url: htmlUrl(call, repo, `/runs/${run.id}`),
    details_url: run.detailsUrl ?? null,
    status: run.status,
    conclusion: run.conclusion ?? null,
    started_at: isoSeconds(run.startedAt),
    completed_at: run.completedAt === undefined ? null : isoSeconds(run.completedAt),
    output: {
      title: run.output.title ?? null,
      summary: run.output.summary ?? null,
      text: null,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.id },
    app: null,
    pull_requests: [],
  };
}

function appsOnly(context: RestContext): void {
  if (context.call.token?.actor.kind === 'user')
    throw new Refusal({ status: 403, type: null, message: 'You must authenticate via a GitHub App.' });
}

function changeOf(body: Readonly<Record<string, unknown>>): CheckRunChange {
  const output = body.output as { readonly title?: string; readonly summary?: string } | undefined;
  return {
    ...(typeof body.status === 'string' ? { status: body.status as CheckRunState['status'] } : {}),
    ...(typeof body.conclusion === 'string' ? { conclusion: body.conclusion } : {}),
    ...(typeof body.external_id === 'string' ? { externalId: body.external_id } : {}),
    ...(typeof body.details_url === 'string' ? { detailsUrl: body.details_url } : {}),
    ...(output ? { output: { title: output.title, summary: output.summary } } : {}),
  };
}

/** POST check-runs. */
export const postCheckRun: Route = {
  permissions: ['checks'],
  level: 'write',
  handle: async (context) => {
    const { call, repo, body } = context;
    appsOnly(context);
    const oid = await oidOf(repo, String(body.head_sha));
    const run = await repo.exclusive(async () => {
      const added = addCheckRun(repo, actOf(call), { oid, name: String(body.name), ...changeOf(body) });
      await settle(repo, actOf(call));
      return added;
    });
    return { status: 201, body: checkRunView(call, repo, run) };
  },
};

function runAt({ repo, params }: RestContext): CheckRunState {
  const run = repo.state.checks.find((one) => one.id === Number(params.check_run_id));
  if (run === undefined) throw notFound('Not Found');
  return run;
}

/** GET check-runs/{check_run_id}. */
export const getCheckRun: Route = {
  permissions: ['checks'],
  level: 'read',
  handle: async (context) => ({
    status: 200,
    body: checkRunView(context.call, context.repo, runAt(context)),
  }),
};

/** PATCH check-runs/{check_run_id}. */
export const patchCheckRun: Route = {
  permissions: ['checks'],
  level: 'write',
  handle: async (context) => {
    const { call, repo, body } = context;
    appsOnly(context);
    const run = runAt(context);
    await repo.exclusive(async () => {
      Object.assign(run, changeOf(body));
      if (run.conclusion !== undefined) run.status = 'completed';
      if (run.status === 'completed') run.completedAt ??= actOf(call).now;
      await settle(repo, actOf(call));
    });
    return { status: 200, body: checkRunView(call, repo, run) };
  },
};

/** GET commits/{ref}/check-runs: the newest run of each name. */
export const listCheckRuns: Route = {
  permissions: ['checks'],
  level: 'read',
  handle: async (context) => {
    const { call, repo, params, query } = context;
    const oid = await oidOf(repo, params.ref ?? '');
    const runs = repo.state.checks.filter(
      (run) =>
        run.oid === oid &&
        (query.get('check_name') ?? run.name) === run.name &&
        (query.get('status') ?? run.status) === run.status,
    );
    const newest = [...new Map(runs.map((run) => [run.name, run])).values()];
    const { headers, page } = paged(context, newest, (run) => checkRunView(call, repo, run));
    return { status: 200, headers: headers ?? {}, body: { total_count: newest.length, check_runs: page } };
  },
};

function workflowRunView(call: Call, repo: LabRepository, run: RunState): object {
  const url = apiUrl(call, repo, `/actions/runs/${run.id}`);
  const failed = [...standings(repo, run.oid).values()].includes('failure');
  const concluded = run.status === 'completed' ? (run.conclusion ?? (failed ? 'failure' : 'success')) : null;
  return {
    id: run.id,
    node_id: nodeId('CS', repo.id, run.id, 'run'),
    name: run.file,
    path: `.github/workflows/${run.file}`,
    display_title: run.file,
    run_number: 1,
    event: run.event,
    status: run.status === 'action_required' ? 'completed' : run.status,
    conclusion: run.status === 'action_required' ? 'action_required' : concluded,
    workflow_id: workflowId(repo, run.file),
    head_branch: run.branch,
    head_sha: run.oid,
    head_commit: null,
    head_repository: minimalRepositoryView(call, repo),
    repository: minimalRepositoryView(call, repo),
    pull_requests: [],
    created_at: isoSeconds(run.at),
    run_started_at: isoSeconds(run.at),
    updated_at: isoSeconds(run.changedAt ?? run.at),
    url,
    html_url: htmlUrl(call, repo, `/actions/runs/${run.id}`),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: apiUrl(call, repo, `/check-suites/${run.id}`),
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: apiUrl(call, repo, `/actions/workflows/${workflowId(repo, run.file)}`),
  };
}

/** Number of a workflow in its repository, from 1. */
function workflowId(repo: LabRepository, file: string): number {
  return (repo.settings.workflows ?? []).findIndex((workflow) => workflow.file === file) + 1;
}

/** GET actions/workflows. */
export const listWorkflows: Route = {
  permissions: ['actions'],
  level: 'read',
  handle: async (context) => {
    const { call, repo } = context;
    const all = repo.settings.workflows ?? [];
    const { headers, page } = paged(context, all, ({ file, state }) => {
      const id = workflowId(repo, file);
      return {
        id,
        node_id: nodeId('CS', repo.id, id, 'workflow'),
        name: file,
        path: `.github/workflows/${file}`,
        state: state ?? 'active',
        // unlike everywhere else, in the zone of the server
        created_at: '2026-10-31T16:00:00.000-08:00',
        updated_at: '2026-10-31T16:00:00.000-08:00',
        url: apiUrl(call, repo, `/actions/workflows/${id}`),
        html_url: htmlUrl(call, repo, `/actions/workflows/${file}`),
        badge_url: htmlUrl(call, repo, `/workflows/${file}/badge.svg`),
      };
    });
    return { status: 200, headers: headers ?? {}, body: { total_count: all.length, workflows: page } };
  },
};

/** GET actions/workflows/{workflow_id}/runs; the id is a number or the name of a file. */
export const listWorkflowRuns: Route = {
  permissions: ['actions'],
  level: 'read',
  handle: async (context) => {
    const { call, repo, params } = context;
    const wanted = params.workflow_id ?? '';
    const runs = [...repo.state.runs]
      .filter((run) => wanted === run.file || wanted === String(workflowId(repo, run.file)))
      .sort((a, b) => b.at - a.at);
    const { headers, page } = paged(context, runs, (run) => workflowRunView(call, repo, run));
    return { status: 200, headers: headers ?? {}, body: { total_count: runs.length, workflow_runs: page } };
  },
};

/** GET actions/runs/{run_id}/jobs: one job, which is named after the workflow. */
export const listJobs: Route = {
  permissions: ['actions'],
  level: 'read',
  handle: async (context) => {
    const { call, repo, params } = context;
    const run = repo.state.runs.find(({ id }) => String(id) === params.run_id);
    if (!run) throw notFound('Not Found');
    const { headers, page } = paged(context, [run], (one) => jobView(call, repo, one));
    return { status: 200, headers: headers ?? {}, body: { total_count: 1, jobs: page } };
  },
};

function jobView(call: Call, repo: LabRepository, run: RunState): object {
  const url = apiUrl(call, repo, `/actions/jobs/${run.id}`);
  const conclusion = run.status === 'completed' ? (run.conclusion ?? 'success') : null;
  const steps = run.steps ?? [
    ['Set up job', 'success'],
    ['Run belay-dev/belay/actions/advance@v1', conclusion],
  ];
  return {
    id: run.id,
    node_id: nodeId('CS', repo.id, run.id, 'job'),
    run_id: run.id,
    run_url: apiUrl(call, repo, `/actions/runs/${run.id}`),
    head_sha: run.oid,
    head_branch: run.branch,
    url,
    html_url: htmlUrl(call, repo, `/actions/runs/${run.id}/job/${run.id}`),
    check_run_url: apiUrl(call, repo, `/check-runs/${run.id}`),
    status: run.status === 'action_required' ? 'completed' : run.status,
    conclusion,
    created_at: isoSeconds(run.at),
    started_at: isoSeconds(run.at),
    completed_at: isoSeconds(run.changedAt ?? run.at),
    name: run.file,
    workflow_name: run.file,
    labels: [],
    runner_id: null,
    runner_name: null,
    runner_group_id: null,
    runner_group_name: null,
    steps: steps.map(([name, ended], index) => ({
      name,
      status: 'completed',
      conclusion: ended,
      number: index + 1,
    })),
  };
}

/** GET actions/runs. `status` matches a status or a conclusion, as on GitHub. */
export const listRuns: Route = {
  permissions: ['actions'],
  level: 'read',
  handle: async (context) => {
    const { call, repo, query } = context;
    const runs = [...repo.state.runs]
      .reverse()
      .filter(
        (run) =>
          (query.get('branch') ?? run.branch) === run.branch &&
          (query.get('event') ?? run.event) === run.event &&
          (query.get('head_sha') ?? run.oid) === run.oid &&
          (query.get('status') ?? run.status) === run.status,
      );
    const { headers, page } = paged(context, runs, (run) => workflowRunView(call, repo, run));
    return { status: 200, headers: headers ?? {}, body: { total_count: runs.length, workflow_runs: page } };
  },
};
