import { ToolError } from '../../core/errors.ts';
import { type Instant, instant } from '../../core/units.ts';
import type { WorkflowRun, Workflows, WorkflowView } from '../../ports/workflows.ts';
import { at, listAt, textAt } from './data.ts';
import { createRestReader, type RestOptions, type RestReader } from './rest-reader.ts';

export interface GitHubWorkflowsOptions extends Omit<RestOptions, 'needs'> {
  readonly owner: string;
  readonly repository: string;
}

/** Workflows of one answer, and runs; a schedule of 15 minutes makes so many runs in a day. */
const PAGE = 100;

/** Workflows of a repository on GitHub. Only its REST API knows them by the names of their files. */
export function createGitHubWorkflows(options: GitHubWorkflowsOptions): Workflows {
  const reader = createRestReader({ ...options, needs: '"actions: read"' });
  const folder = `/repos/${encodeURIComponent(options.owner)}/${encodeURIComponent(options.repository)}/actions`;
  return {
    async look(file) {
      const found = await findWorkflow(reader, folder, file);
      if (found === undefined) return undefined;
      const runs = await reader.read(`${folder}/workflows/${idOf(found)}/runs?per_page=${PAGE}`);
      return {
        url: textAt(found, 'html_url'),
        state: stateOf(textAt(found, 'state')),
        since: momentAt(found, 'created_at'),
        runs: listAt(runs, 'workflow_runs').map(readRun),
      };
    },
  };
}

/** All are listed rather than one asked for: a 404 would be the answer to a token that may not look, too. */
async function findWorkflow(reader: RestReader, folder: string, file: string): Promise<unknown> {
  const path = `.github/workflows/${file}`;
  for (let page = 1; ; page += 1) {
    const listed = listAt(
      await reader.read(`${folder}/workflows?per_page=${PAGE}&page=${page}`),
      'workflows',
    );
    const found = listed.find((one) => at(one, 'path') === path && at(one, 'state') !== 'deleted');
    if (found !== undefined || listed.length < PAGE) return found;
  }
}

function idOf(workflow: unknown): number {
  const id = at(workflow, 'id');
  if (typeof id === 'number') return id;
  throw new ToolError({
    code: 'CORRUPT',
    message: 'GitHub: expected a number at "id" of a workflow, got something else',
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
    url: textAt(run, 'html_url'),
    // of the newest attempt, where GitHub says it
    startedAt: momentAt(run, at(run, 'run_started_at') === undefined ? 'created_at' : 'run_started_at'),
    changedAt: momentAt(run, 'updated_at'),
    state: runState(textAt(run, 'status'), at(run, 'conclusion')),
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
