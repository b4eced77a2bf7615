import { notFound } from '../refusal.ts';
import { addComment, addLabels, createLabel, findLabel, updateComment } from '../state/issues.ts';
import type { CommentState } from '../state/repository.ts';
import { actOf } from '../world.ts';
import { pullAt } from './pull-routes.ts';
import { commentView, labelView } from './pull-views.ts';
import { paged, type RestContext, type Route } from './router.ts';

const reads = { permissions: ['issues', 'pull_requests'], level: 'read' } as const;
const writes = { permissions: ['issues', 'pull_requests'], level: 'write' } as const;

/** GET issues/{issue_number}/comments. */
export const listComments: Route = {
  ...reads,
  handle: async (context) => {
    const { call, repo } = context;
    const pull = pullAt(context);
    const comments = repo.state.comments.filter((comment) => comment.issue === pull.number);
    return paged(context, comments, (comment) => commentView(call, repo, comment));
  },
};

/** POST issues/{issue_number}/comments. */
export const postComment: Route = {
  ...writes,
  handle: async (context) => {
    const { call, repo, body } = context;
    const pull = pullAt(context);
    const comment = await repo.exclusive(async () => addComment(repo, actOf(call), pull, String(body.body)));
    return { status: 201, body: commentView(call, repo, comment) };
  },
};

/** The comment of a path. @throws Refusal 404 */
export function commentAt({ repo, params }: RestContext): CommentState {
  const comment = repo.state.comments.find((one) => one.id === Number(params.comment_id));
  if (comment === undefined) throw notFound('Not Found');
  return comment;
}

/** GET issues/comments/{comment_id}. */
export const getComment: Route = {
  ...reads,
  handle: async (context) => ({
    status: 200,
    body: commentView(context.call, context.repo, commentAt(context)),
  }),
};

/** PATCH issues/comments/{comment_id}. */
export const patchComment: Route = {
  ...writes,
  handle: async (context) => {
    const { call, repo, body } = context;
    const comment = commentAt(context);
    await repo.exclusive(async () => updateComment(actOf(call), comment, String(body.body)));
    return { status: 200, body: commentView(call, repo, comment) };
  },
};

/** DELETE issues/comments/{comment_id}. */
export const deleteComment: Route = {
  ...writes,
  handle: async (context) => {
    const { comments } = context.repo.state;
    comments.splice(comments.indexOf(commentAt(context)), 1);
    return { status: 204 };
  },
};

/** GET labels. */
export const listLabels: Route = {
  ...reads,
  handle: async (context) => {
    const { call, repo } = context;
    return paged(context, [...repo.state.labels.values()], (label) => labelView(call, repo, label));
  },
};

/** GET labels/{name}. */
export const getLabel: Route = {
  ...reads,
  handle: async ({ call, repo, params }) => {
    const label = findLabel(repo, params.name ?? '');
    if (label === undefined) throw notFound('Not Found');
    return { status: 200, body: labelView(call, repo, label) };
  },
};

/** POST labels. */
export const postLabel: Route = {
  ...writes,
  handle: async ({ call, repo, body }) => {
    const label = createLabel(repo, {
      name: String(body.name),
      color: typeof body.color === 'string' ? body.color : 'ededed',
      description: typeof body.description === 'string' ? body.description : undefined,
    });
    return { status: 201, body: labelView(call, repo, label) };
  },
};

/** GET issues/{issue_number}/labels. */
export const listPullLabels: Route = {
  ...reads,
  handle: async (context) => {
    const { call, repo } = context;
    const labels = pullAt(context).labels.flatMap((name) => findLabel(repo, name) ?? []);
    return paged(context, labels, (label) => labelView(call, repo, label));
  },
};

/** POST issues/{issue_number}/labels: REST makes labels that are not there. */
export const postPullLabels: Route = {
  ...writes,
  handle: async (context) => {
    const { call, repo, body } = context;
    const pull = pullAt(context);
    const wished = (Array.isArray(body) ? body : (body.labels ?? [])) as readonly (
      | string
      | { name: string }
    )[];
    const names = wished.map((one) => (typeof one === 'string' ? one : one.name));
    for (const name of names)
      if (findLabel(repo, name) === undefined)
        createLabel(repo, { name, color: 'ededed', description: undefined });
    addLabels(repo, actOf(call), pull, names);
    const labels = pull.labels.flatMap((name) => findLabel(repo, name) ?? []);
    return { status: 200, body: labels.map((label) => labelView(call, repo, label)) };
  },
};
