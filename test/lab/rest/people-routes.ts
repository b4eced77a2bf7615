import { isoSeconds } from '../clock.ts';
import { nodeId } from '../node-id.ts';
import { notFound } from '../refusal.ts';
import { requirePermission } from '../tokens.ts';
import { actOf } from '../world.ts';
import { commentAt } from './issue-routes.ts';
import { pullAt } from './pull-routes.ts';

import { actorView, apiUrl, htmlUrl } from './repository-views.ts';
import { paged, type Route } from './router.ts';

/** GET /orgs/{org}/teams/{team_slug}/memberships/{username}: a team that is not there and a stranger look alike. */
export const getMembership: Route = {
  permissions: [],
  level: 'read',
  handle: async ({ call, params }) => {
    requirePermission(call.token, 'members', 'read');
    const { org = '', team_slug: slug = '', username = '' } = params;
    const owned = [...call.world.repositories.values()].filter(({ owner }) => owner === org);
    const states = owned.map(({ settings }) => settings.teams?.[slug]?.[username]);
    const state = states.find((one) => one !== undefined);
    if (state === undefined) throw notFound('Not Found');
    const url = `${call.world.serverUrl}/api/v3/orgs/${org}/teams/${slug}/memberships/${username}`;
    return { status: 200, body: { url, role: 'member', state } };
  },
};

/** POST issues/comments/{comment_id}/reactions: the same one of the same account is there already. */
export const postReaction: Route = {
  permissions: ['issues', 'pull_requests'],
  level: 'write',
  handle: async (context) => {
    const { call, repo, body } = context;
    const { id } = commentAt(context);
    const { actor, now } = actOf(call);
    const content = String(body.content);
    const known = repo.state.reactions.find(
      (one) => one.comment === id && one.actor.id === actor.id && one.content === content,
    );
    const reaction = known ?? { id: repo.newId(), comment: id, actor, content, at: now };
    if (!known) repo.state.reactions.push(reaction);
    return {
      status: known ? 200 : 201,
      body: {
        id: reaction.id,
        node_id: nodeId('REA', repo.id, reaction.id),
        user: actorView(call, reaction.actor),
        content,
        created_at: isoSeconds(reaction.at),
      },
    };
  },
};

/** GET pulls/{pull_number}/reviews, oldest first. */
export const listReviews: Route = {
  permissions: ['pull_requests'],
  level: 'read',
  handle: async (context) => {
    const { call, repo } = context;
    const pull = pullAt(context);
    const html = htmlUrl(call, repo, `/pull/${pull.number}`);
    const link = apiUrl(call, repo, `/pulls/${pull.number}`);
    return paged(context, pull.reviews, (review) => ({
      id: review.id,
      node_id: nodeId('PRR', repo.id, review.id),
      user: actorView(call, review.actor),
      body: '',
      state: review.state,
      html_url: `${html}#pullrequestreview-${review.id}`,
      pull_request_url: link,
      author_association: 'COLLABORATOR',
      _links: { html: { href: html }, pull_request: { href: link } },
      submitted_at: isoSeconds(review.at),
      commit_id: review.oid,
    }));
  },
};
