import { isoSeconds } from '../clock.ts';
import { nodeId } from '../node-id.ts';
import { standings } from '../state/checks.ts';
import type { LabRepository } from '../state/repository.ts';
import { connection, type PageArguments } from './connections.ts';

/** All checks and statuses of a commit as one; null when it has none. */
export function rollupView(repo: LabRepository, oid: string): object | null {
  const states = [...standings(repo, oid).values()];
  if (states.length === 0) return null;
  const state = states.includes('failure') ? 'FAILURE' : states.includes('pending') ? 'PENDING' : 'SUCCESS';
  return {
    __typename: 'StatusCheckRollup',
    id: nodeId('CS', repo.id, oid, 'rollup'),
    state,
    contexts: (page: PageArguments) => contextsOf(repo, oid, page),
  };
}

function contextsOf(repo: LabRepository, oid: string, page: PageArguments): object {
  const runs = repo.state.checks.filter((run) => run.oid === oid).map((run) => checkRunView(repo, run));
  const statuses = repo.state.statuses
    .filter((status) => status.oid === oid)
    .map((status) => ({
      __typename: 'StatusContext',
      id: nodeId('CS', repo.id, status.id),
      context: status.context,
      state: status.state.toUpperCase(),
      description: status.description ?? null,
      targetUrl: status.targetUrl ?? null,
      createdAt: isoSeconds(status.at),
    }));
  return connection('contexts', page, [...runs, ...statuses], (one) => one);
}

function checkRunView(repo: LabRepository, run: LabRepository['state']['checks'][number]): object {
  return {
    __typename: 'CheckRun',
    id: nodeId('CR', repo.id, run.id),
    databaseId: run.id,
    name: run.name,
    status: run.status.toUpperCase(),
    conclusion: run.conclusion?.toUpperCase() ?? null,
    startedAt: isoSeconds(run.startedAt),
    completedAt: run.completedAt === undefined ? null : isoSeconds(run.completedAt),
    detailsUrl: run.detailsUrl ?? null,
    externalId: run.externalId ?? null,
  };
}

/** Suites of a commit: one per workflow run; a run that awaits approval is a suite without check runs. */
export function checkSuitesView(repo: LabRepository, oid: string, page: PageArguments): object {
  const suites = repo.state.runs
    .filter((run) => run.oid === oid)
    .map((run) => ({
      __typename: 'CheckSuite',
      id: nodeId('CS', repo.id, run.id, 'suite'),
      databaseId: run.id,
      status: run.status === 'queued' ? 'QUEUED' : 'COMPLETED',
      conclusion:
        run.status === 'action_required' ? 'ACTION_REQUIRED' : run.status === 'completed' ? 'SUCCESS' : null,
      createdAt: isoSeconds(run.at),
      app: { __typename: 'App', slug: 'github-actions', name: 'GitHub Actions' },
    }));
  return connection('checkSuites', page, suites, (one) => one);
}
