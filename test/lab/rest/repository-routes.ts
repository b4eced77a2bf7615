import { notFound, Refusal, unprocessable } from '../refusal.ts';
import { triggerWorkflows } from '../state/checks.ts';
import { settle } from '../state/effects.ts';
import { roleOf } from '../state/repository.ts';
import { actOf } from '../world.ts';
import { repositoryView, userView } from './repository-views.ts';
import type { Route } from './router.ts';

/** GET /repos/{owner}/{repo}. */
export const getRepository: Route = {
  permissions: ['metadata'],
  level: 'read',
  handle: async ({ call, repo }) => ({ status: 200, body: repositoryView(call, repo) }),
};

/** GET /rate_limit; costs nothing of what it tells. */
export const getRateLimit: Route = {
  permissions: [],
  level: 'read',
  handle: async ({ call }) => {
    const token = call.token;
    const of = (resource: 'core' | 'graphql'): object => {
      const limit = token?.limit ?? 60;
      const used = token?.used[resource] ?? 0;
      const reset = Math.ceil((token?.resetAt ?? call.world.clock.now()) / 1000);
      return { limit, used, remaining: Math.max(0, limit - used), reset };
    };
    const search = { limit: 30, used: 0, remaining: 30, reset: 0 };
    return {
      status: 200,
      body: { resources: { core: of('core'), graphql: of('graphql'), search }, rate: of('core') },
    };
  },
};

/** GET /repos/{owner}/{repo}/collaborators/{username}/permission. */
export const getPermission: Route = {
  permissions: ['metadata'],
  level: 'read',
  handle: async ({ call, repo, params }) => {
    if (call.token === undefined)
      throw new Refusal({ status: 401, type: null, message: 'Requires authentication' });
    const login = params.username ?? '';
    const role = roleOf(repo, login);
    // the old field knows four words; role_name has them all
    const permission = { maintain: 'write', triage: 'read' }[role as string] ?? role;
    const { id } = call.world.tokens.actor({ kind: 'user', login });
    const user = {
      ...userView(call, { login, id, type: 'User' }),
      role_name: role,
      permissions: {
        admin: role === 'admin',
        maintain: role === 'admin' || role === 'maintain',
        push: ['admin', 'maintain', 'write'].includes(role),
        triage: role !== 'read' && role !== 'none',
        pull: role !== 'none',
      },
    };
    return { status: 200, body: { permission, role_name: role, user } };
  },
};

/** POST /repos/{owner}/{repo}/dispatches. */
export const createDispatch: Route = {
  permissions: ['contents'],
  level: 'write',
  handle: async ({ call, repo, body }) => {
    const payload = (body.client_payload ?? {}) as Readonly<Record<string, unknown>>;
    if (JSON.stringify(payload).length > 65_535) throw unprocessable('client_payload is too large');
    const oid = (await repo.git.ref(`refs/heads/${repo.defaultBranch}`)) ?? '';
    await repo.exclusive(async () => {
      triggerWorkflows(repo, actOf(call), {
        event: 'repository_dispatch',
        oid,
        branch: repo.defaultBranch,
        payload: { event_type: body.event_type, client_payload: payload },
      });
      await settle(repo, actOf(call));
    });
    return { status: 204 };
  },
};

/** POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches. */
export const createWorkflowDispatch: Route = {
  permissions: ['actions'],
  level: 'write',
  handle: async ({ call, repo, params, body }) => {
    const workflow = repo.settings.workflows?.find((one) => one.file === params.workflow_id);
    if (workflow === undefined) throw notFound('Not Found');
    if (!workflow.on.includes('workflow_dispatch'))
      throw unprocessable("Workflow does not have 'workflow_dispatch' trigger");
    const branch = String(body.ref).replace(/^refs\/heads\//, '');
    const oid = await repo.git.ref(`refs/heads/${branch}`);
    if (oid === undefined) throw unprocessable(`No ref found for: ${branch}`);
    await repo.exclusive(async () => {
      triggerWorkflows(repo, actOf(call), {
        event: 'workflow_dispatch',
        oid,
        branch,
        file: workflow.file,
        payload: body.inputs ?? {},
      });
      await settle(repo, actOf(call));
    });
    return { status: 204 };
  },
};
