import type { MergeMethod } from '../options.ts';
import { notFound } from '../refusal.ts';
import { mergePull } from '../state/merge-calls.ts';
import { createPull, updatePull } from '../state/pulls.ts';
import type { PullState } from '../state/repository.ts';
import { actOf } from '../world.ts';
import { changedFiles } from './commit-views.ts';
import { pullFullView, pullSummaryView } from './pull-views.ts';
import { paged, type RestContext, type Route } from './router.ts';

/** The pull request of a path. @throws Refusal 404 */
export function pullAt({ repo, params }: RestContext): PullState {
  const pull = repo.state.pulls.get(Number(params.pull_number ?? params.issue_number));
  if (pull === undefined) throw notFound('Not Found');
  return pull;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** GET pulls. */
export const listPulls: Route = {
  permissions: ['pull_requests'],
  level: 'read',
  handle: async (context) => {
    const { call, repo, query } = context;
    const state = query.get('state') ?? 'open';
    const head = query.get('head');
    const base = query.get('base');
    const chosen = repo.pulls.filter(
      (pull) =>
        (state === 'all' || (state === 'open') === (pull.state === 'OPEN')) &&
        // GitHub ignores a head that does not name its owner
        (head === null || !head.includes(':') || head === `${repo.owner}:${pull.head}`) &&
        (base === null || base === pull.base),
    );
    const byUpdate = query.get('sort') === 'updated';
    const sorted = [...chosen].sort(
      (a, b) => (byUpdate ? a.updatedAt - b.updatedAt : a.createdAt - b.createdAt) || a.number - b.number,
    );
    // newest first is the default only for the default order
    const descending = (query.get('direction') ?? (query.has('sort') ? 'asc' : 'desc')) === 'desc';
    return paged(context, descending ? sorted.reverse() : sorted, (pull) =>
      pullSummaryView(call, repo, pull),
    );
  },
};

/** POST pulls. */
export const postPull: Route = {
  permissions: ['pull_requests'],
  level: 'write',
  handle: async ({ call, repo, body }) => {
    const pull = await repo.exclusive(() =>
      createPull(repo, actOf(call), {
        title: text(body.title) ?? '',
        body: text(body.body) ?? '',
        base: String(body.base),
        head: String(body.head),
        draft: body.draft === true,
      }),
    );
    return { status: 201, body: await pullFullView(call, repo, pull) };
  },
};

/** GET pulls/{pull_number}. */
export const getPull: Route = {
  permissions: ['pull_requests'],
  level: 'read',
  handle: async (context) => ({
    status: 200,
    body: await pullFullView(context.call, context.repo, pullAt(context)),
  }),
};

/** PATCH pulls/{pull_number}. */
export const patchPull: Route = {
  permissions: ['pull_requests'],
  level: 'write',
  handle: async (context) => {
    const { call, repo, body } = context;
    const pull = pullAt(context);
    await repo.exclusive(() =>
      updatePull(repo, actOf(call), pull, {
        title: text(body.title),
        body: text(body.body),
        base: text(body.base),
        state: body.state === undefined ? undefined : body.state === 'open' ? 'OPEN' : 'CLOSED',
      }),
    );
    return { status: 200, body: await pullFullView(call, repo, pull) };
  },
};

/** GET pulls/{pull_number}/files. */
export const listPullFiles: Route = {
  permissions: ['pull_requests'],
  level: 'read',
  handle: async (context) => {
    const { call, repo } = context;
    const pull = pullAt(context);
    const from = (await repo.git.mergeBase(pull.baseOid, pull.headOid)) ?? pull.baseOid;
    return paged(context, await changedFiles(call, repo, { from, to: pull.headOid }), (file) => file);
  },
};

/** PUT pulls/{pull_number}/merge. */
export const putMerge: Route = {
  permissions: ['contents'],
  level: 'write',
  handle: async (context) => {
    const { call, repo, body } = context;
    const pull = pullAt(context);
    const sha = await repo.exclusive(() =>
      mergePull(repo, actOf(call), pull, {
        method: (text(body.merge_method) ?? 'merge') as MergeMethod,
        expectedHead: text(body.sha),
        headline: text(body.commit_title),
        body: text(body.commit_message),
      }),
    );
    return { status: 200, body: { sha, merged: true, message: 'Pull Request successfully merged' } };
  },
};
