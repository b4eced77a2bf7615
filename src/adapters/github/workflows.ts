import { ToolError } from '../../core/errors.ts';
import { type Instant, instant } from '../../core/units.ts';
import type { WorkflowRun, WorkflowStep, Workflows, WorkflowView } from '../../ports/workflows.ts';
import { type Caller, grantHint } from './caller.ts';
import { at, listAt, textAt } from './data.ts';
import { oneLine } from './mask.ts';
import { type CallerOptions, openCaller } from './open-place.ts';

export interface GitHubWorkflowsOptions extends CallerOptions {
  readonly owner: string;
  readonly repository: string;
}

/** Workflows of one answer, and runs; a schedule of 15 minutes makes so many runs in a day. */
const PAGE = 100;

/** Workflows of a repository on GitHub. Only its REST API knows them by the names of their files. */
export function createGitHubWorkflows(options: GitHubWorkflowsOptions): Workflows {
  const caller = openCaller(options);
  const folder = `/repos/${encodeURIComponent(options.owner)}/${encodeURIComponent(options.repository)}/actions`;
  return {
    async look(file) {
      const found = await findWorkflow(caller, folder, file);
      if (found === undefined) return undefined;
      const runs = await read(caller, `${folder}/workflows/${idOf(found)}/runs?per_page=${PAGE}`);
      return {
        url: textAt(found, 'html_url'),
        state: stateOf(textAt(found, 'state')),
        since: momentAt(found, 'created_at'),
        runs: listAt(runs, 'workflow_runs').map(readRun),
      };
    },
    async steps({ id }) {
      const jobs = await read(caller, `${folder}/runs/${id}/jobs?per_page=${PAGE}`);
      // a job that never got a runner has none
      return listAt(jobs, 'jobs').flatMap((job) =>
        at(job, 'steps') === undefined ? [] : listAt(job, 'steps').map(readStep),
      );
    },
  };
}

/** All are listed rather than one asked for: a 404 would be the answer to a token that may not look, too. */
async function findWorkflow(caller: Caller, folder: string, file: string): Promise<unknown> {
  const path = `.github/workflows/${file}`;
  for (let page = 1; ; page += 1) {
    const listed = listAt(
      await read(caller, `${folder}/workflows?per_page=${PAGE}&page=${page}`),
      'workflows',
    );
    const found = listed.find((one) => at(one, 'path') === path && at(one, 'state') !== 'deleted');
    if (found !== undefined || listed.length < PAGE) return found;
  }
}

async function read(caller: Caller, path: string): Promise<unknown> {
  const answer = await caller.ask({ method: 'GET', path });
  if (answer.kind === 'answer') return answer.body;
  const { status, reason, permissions } = answer;
  throw new ToolError({
    code: 'FORGE_REFUSED',
    message: `GitHub: workflows may not be read with this token (${status}): ${oneLine(reason)}. It needs "actions: read"${grantHint(permissions)}`,
  });
}

function idOf(value: unknown): number {
  const id = at(value, 'id');
  if (typeof id === 'number') return id;
  throw new ToolError({
    code: 'CORRUPT',
    message: 'GitHub: expected a number at "id" of a workflow or a run, got something else',
  });
}

/** Source: GitHub's REST description, schemas `workflow` and `workflow-run`. */
function stateOf(state: string): WorkflowView['state'] {
  if (state === 'active') return 'active';
  return state === 'disabled_inactivity' ? 'asleep' : 'disabled';
}

/** How jobs ended that did run. */
const RAN: ReadonlySet<unknown> = new Set(['success', 'failure', 'timed_out', 'neutral']);

function readRun(run: unknown): WorkflowRun {
  return {
    id: idOf(run),
    url: textAt(run, 'html_url'),
    // of the newest attempt, where GitHub says it
    startedAt: momentAt(run, at(run, 'run_started_at') === undefined ? 'created_at' : 'run_started_at'),
    changedAt: momentAt(run, 'updated_at'),
    state: runState(textAt(run, 'status'), at(run, 'conclusion')),
    hasFailed: at(run, 'status') === 'completed' && at(run, 'conclusion') === 'failure',
  };
}

/** Source: schema `job`; what an earlier failure kept from running is `skipped`, and what a lost runner did not come to has no conclusion. */
function readStep(step: unknown): WorkflowStep {
  const conclusion = at(step, 'conclusion');
  const hasRun = typeof conclusion === 'string' && conclusion !== 'skipped';
  return {
    name: textAt(step, 'name'),
    end: hasRun ? (conclusion === 'success' ? 'well' : 'failed') : 'not-run',
  };
}

function runState(status: string, conclusion: unknown): WorkflowRun['state'] {
  if (status === 'in_progress') return 'running';
  if (status !== 'completed' || conclusion === 'action_required') return 'waiting';
  return RAN.has(conclusion) ? 'ended' : 'skipped';
}

/** GitHub writes some moments in UTC, and those of workflows with the offset of a zone. */
function momentAt(value: unknown, name: string): Instant {
  const moment = Date.parse(textAt(value, name));
  if (!Number.isNaN(moment)) return instant(moment);
  throw new ToolError({
    code: 'CORRUPT',
    message: `GitHub: expected a moment at "${name}", got "${textAt(value, name)}"`,
  });
}
