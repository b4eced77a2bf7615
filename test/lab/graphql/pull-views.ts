import { isoSeconds } from '../clock.ts';
import { nodeId } from '../node-id.ts';
import { unprocessable } from '../refusal.ts';
import { findLabel } from '../state/issues.ts';
import { assessPull, readMergeability } from '../state/mergeability.ts';
import type { CommentState, LabelState, LabRepository, PullState } from '../state/repository.ts';
import { pullRequirements } from '../state/rules.ts';
import type { Actor } from '../tokens.ts';
import type { Call } from '../world.ts';
import { connection, type PageArguments } from './connections.ts';
import { commitView, objectView, refView } from './git-views.ts';
import { repositoryView } from './repository-view.ts';

/** Global id of a pull request. */
export function pullId(repo: LabRepository, pull: PullState): string {
  return nodeId('PR', repo.id, pull.number);
}

/** Numeric id of a pull request, within GraphQL's 32 bits and away from the ids of other things. */
export function pullDatabaseId(repo: LabRepository, pull: PullState): number {
  return repo.id * 100_000 + 90_000 + pull.number;
}

/** An actor as GraphQL names it: bots without the `[bot]` of REST. */
export function actorView(call: Call, actor: Actor): object {
  const bot = actor.kind !== 'user';
  const login = bot ? actor.login.replace(/\[bot\]$/, '') : actor.login;
  return {
    __typename: bot ? 'Bot' : 'User',
    id: nodeId('U', actor.id),
    databaseId: actor.id,
    login,
    url: `${call.world.serverUrl}/${bot ? `apps/${login}` : login}`,
    resourcePath: `/${bot ? `apps/${login}` : login}`,
    avatarUrl: `${call.world.serverUrl}/avatars/${actor.id}`,
  };
}

const dateOrNull = (moment: number | undefined): string | null =>
  moment === undefined ? null : isoSeconds(moment);

/** A pull request. */
export function pullView(call: Call, repo: LabRepository, pull: PullState): object {
  const url = `${call.world.serverUrl}/${repo.fullName}/pull/${pull.number}`;
  return {
    __typename: 'PullRequest',
    id: pullId(repo, pull),
    databaseId: pullDatabaseId(repo, pull),
    fullDatabaseId: String(pullDatabaseId(repo, pull)),
    number: pull.number,
    title: pull.title,
    body: pull.body,
    bodyText: pull.body,
    url,
    permalink: url,
    state: pull.state,
    closed: pull.state !== 'OPEN',
    merged: pull.state === 'MERGED',
    isDraft: pull.draft,
    createdAt: isoSeconds(pull.createdAt),
    updatedAt: isoSeconds(pull.updatedAt),
    closedAt: dateOrNull(pull.closedAt),
    mergedAt: dateOrNull(pull.mergedAt),
    author: actorView(call, pull.author),
    mergedBy: pull.mergedBy ? actorView(call, pull.mergedBy) : null,
    mergeCommit: () => (pull.mergeOid === undefined ? null : objectView(call, repo, pull.mergeOid)),
    isCrossRepository: pull.fromFork,
    repository: () => repositoryView(call, repo),
    headRepository: () => repositoryView(call, repo),
    ...branches(call, repo, pull),
    ...mergeState(call, repo, pull),
    ...lists(call, repo, pull),
  };
}

function branches(call: Call, repo: LabRepository, pull: PullState): object {
  const ref = async (branch: string): Promise<object | null> => {
    const name = `refs/heads/${branch}`;
    const oid = await repo.git.ref(name);
    return oid === undefined ? null : refView(call, repo, { name, oid });
  };
  return {
    headRefName: pull.head,
    headRefOid: pull.headOid,
    headRef: () => ref(pull.head),
    baseRefName: pull.base,
    baseRefOid: pull.baseOid,
    baseRef: () => ref(pull.base),
  };
}

function mergeState(call: Call, repo: LabRepository, pull: PullState): object {
  let read: ReturnType<typeof readMergeability> | undefined;
  const once = (): ReturnType<typeof readMergeability> => {
    read ??= readMergeability(repo, pull);
    return read;
  };
  const auto = pull.autoMerge;
  const writes = call.token?.permissions.pull_requests === 'write';
  return {
    mergeable: async () => (await once()).mergeable,
    mergeStateStatus: async () => (await once()).status,
    isInMergeQueue: false,
    isMergeQueueEnabled: false,
    autoMergeRequest: auto
      ? {
          __typename: 'AutoMergeRequest',
          enabledAt: isoSeconds(auto.enabledAt),
          enabledBy: actorView(call, auto.enabledBy),
          mergeMethod: auto.method.toUpperCase(),
          commitHeadline: auto.headline ?? null,
          commitBody: auto.body ?? null,
        }
      : null,
    viewerCanEnableAutoMerge: async () => {
      if (!writes || pull.state !== 'OPEN' || auto || !repo.settings.autoMergeAllowed) return false;
      const { status } = await assessPull(repo, pull);
      const waits = status === 'BLOCKED' || status === 'BEHIND';
      return waits && (await pullRequirements(repo, pull)).ruled;
    },
    viewerCanDisableAutoMerge: writes && auto !== undefined,
    viewerCanMergeAsAdmin: async () => {
      if (!call.token || pull.state !== 'OPEN') return false;
      const all = await pullRequirements(repo, pull);
      const left = await pullRequirements(repo, pull, { bypassFor: call.token.actor });
      return all.open.length > 0 && left.open.length === 0;
    },
    reviewDecision: () => reviewDecision(repo, pull),
  };
}

function reviewDecision(repo: LabRepository, pull: PullState): string | null {
  const needed = Math.max(0, ...repo.rulesFor(pull.base).map((rule) => rule.approvals ?? 0));
  if (needed === 0) return null;
  const latest = new Map(pull.reviews.map((review) => [review.actor.login, review.state]));
  const states = [...latest.values()];
  if (states.includes('CHANGES_REQUESTED')) return 'CHANGES_REQUESTED';
  return states.length >= needed ? 'APPROVED' : 'REVIEW_REQUIRED';
}

function lists(call: Call, repo: LabRepository, pull: PullState): object {
  return {
    labels: (page: PageArguments) =>
      connection('labels', page, pull.labels, (name) => labelView(call, repo, findLabel(repo, name))),
    comments: (page: PageArguments) => {
      const comments = repo.state.comments.filter((comment) => comment.issue === pull.number);
      return connection('comments', page, comments, (comment) => commentView(call, repo, comment));
    },
    timelineItems: (page: PageArguments & { readonly itemTypes?: readonly string[] | null }) => {
      if (page.itemTypes?.join() !== 'CLOSED_EVENT')
        throw unprocessable('the lab has no timeline but CLOSED_EVENT');
      const events = pull.closedAt === undefined ? [] : [{ at: pull.closedAt, by: pull.closedBy }];
      return connection('timelineItems', page, events, (event) => ({
        __typename: 'ClosedEvent',
        id: nodeId('CE', repo.id, pull.number, event.at),
        createdAt: isoSeconds(event.at),
        actor: event.by ? actorView(call, event.by) : null,
      }));
    },
    commits: async (page: PageArguments) => {
      const commits = await repo.git.log(['--reverse', '--topo-order', `${pull.baseOid}..${pull.headOid}`]);
      return connection('commits', page, commits, (commit) => ({
        __typename: 'PullRequestCommit',
        id: nodeId('C', repo.id, pull.number, commit.oid),
        commit: commitView(call, repo, commit),
      }));
    },
  };
}

/** A label; null when it was deleted. */
export function labelView(call: Call, repo: LabRepository, label: LabelState | undefined): object | null {
  if (label === undefined) return null;
  return {
    __typename: 'Label',
    id: nodeId('LA', repo.id, label.name),
    name: label.name,
    color: label.color,
    description: label.description ?? null,
    url: `${call.world.serverUrl}/${repo.fullName}/labels/${encodeURIComponent(label.name)}`,
  };
}

/** A comment of a pull request. */
export function commentView(call: Call, repo: LabRepository, comment: CommentState): object {
  return {
    __typename: 'IssueComment',
    id: nodeId('IC', repo.id, comment.id),
    databaseId: comment.id,
    fullDatabaseId: String(comment.id),
    body: comment.body,
    author: actorView(call, comment.author),
    viewerDidAuthor: call.token?.actor.login === comment.author.login,
    createdAt: isoSeconds(comment.createdAt),
    updatedAt: isoSeconds(comment.updatedAt),
    isMinimized: false,
    url: `${call.world.serverUrl}/${repo.fullName}/pull/${comment.issue}#issuecomment-${comment.id}`,
  };
}
