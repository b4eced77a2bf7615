import { isoSeconds } from '../clock.ts';
import { nodeId } from '../node-id.ts';
import { findLabel } from '../state/issues.ts';
import { readMergeability } from '../state/mergeability.ts';
import type { CommentState, LabelState, LabRepository, PullState } from '../state/repository.ts';
import type { Call } from '../world.ts';
import { changedFiles } from './commit-views.ts';
import { actorView, apiUrl, htmlUrl, repositoryView, userView } from './repository-views.ts';

const dateOrNull = (moment: number | undefined): string | null =>
  moment === undefined ? null : isoSeconds(moment);

/** A label. */
export function labelView(call: Call, repo: LabRepository, label: LabelState): object {
  return {
    id: label.id,
    node_id: nodeId('LA', repo.id, label.name),
    url: apiUrl(call, repo, `/labels/${encodeURIComponent(label.name)}`),
    name: label.name,
    description: label.description ?? null,
    color: label.color,
    default: false,
  };
}

/** A comment of a pull request. */
export function commentView(call: Call, repo: LabRepository, comment: CommentState): object {
  return {
    id: comment.id,
    node_id: nodeId('IC', repo.id, comment.id),
    url: apiUrl(call, repo, `/issues/comments/${comment.id}`),
    html_url: htmlUrl(call, repo, `/pull/${comment.issue}#issuecomment-${comment.id}`),
    issue_url: apiUrl(call, repo, `/issues/${comment.issue}`),
    body: comment.body,
    user: actorView(call, comment.author),
    author_association: comment.author.kind === 'user' ? 'COLLABORATOR' : 'NONE',
    created_at: isoSeconds(comment.createdAt),
    updated_at: isoSeconds(comment.updatedAt),
  };
}

function branchView(
  call: Call,
  repo: LabRepository,
  branch: { readonly name: string; readonly oid: string },
): object {
  return {
    label: `${repo.owner}:${branch.name}`,
    ref: branch.name,
    sha: branch.oid,
    user: userView(call, { login: repo.owner, id: 9000, type: 'Organization' }),
    repo: repositoryView(call, repo),
  };
}

function linksOf(call: Call, repo: LabRepository, pull: PullState): Readonly<Record<string, string>> {
  const url = apiUrl(call, repo, `/pulls/${pull.number}`);
  const html = htmlUrl(call, repo, `/pull/${pull.number}`);
  const issue = apiUrl(call, repo, `/issues/${pull.number}`);
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: apiUrl(call, repo, '/pulls/comments{/number}'),
    comments_url: `${issue}/comments`,
    statuses_url: apiUrl(call, repo, `/statuses/${pull.headOid}`),
  };
}

function autoMergeView(call: Call, pull: PullState): object | null {
  const auto = pull.autoMerge;
  if (auto === undefined) return null;
  return {
    enabled_by: actorView(call, auto.enabledBy),
    merge_method: auto.method,
    commit_title: auto.headline ?? '',
    commit_message: auto.body ?? '',
  };
}

/** A pull request as lists show it. */
export function pullSummaryView(call: Call, repo: LabRepository, pull: PullState): object {
  const links = linksOf(call, repo, pull);
  const href = (name: string): object => ({ href: links[name] });
  const labels = pull.labels.flatMap((name) => {
    const label = findLabel(repo, name);
    return label ? [labelView(call, repo, label)] : [];
  });
  return {
    ...links,
    id: repo.id * 100_000 + 90_000 + pull.number,
    node_id: nodeId('PR', repo.id, pull.number),
    number: pull.number,
    state: pull.state === 'OPEN' ? 'open' : 'closed',
    locked: false,
    title: pull.title,
    user: actorView(call, pull.author),
    body: pull.body,
    labels,
    milestone: null,
    created_at: isoSeconds(pull.createdAt),
    updated_at: isoSeconds(pull.updatedAt),
    closed_at: dateOrNull(pull.closedAt),
    merged_at: dateOrNull(pull.mergedAt),
    merge_commit_sha: pull.mergeOid ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: branchView(call, repo, { name: pull.head, oid: pull.headOid }),
    base: branchView(call, repo, { name: pull.base, oid: pull.baseOid }),
    _links: {
      self: href('url'),
      html: href('html_url'),
      issue: href('issue_url'),
      comments: href('comments_url'),
      review_comments: href('review_comments_url'),
      review_comment: href('review_comment_url'),
      commits: href('commits_url'),
      statuses: href('statuses_url'),
    },
    author_association: 'CONTRIBUTOR',
    auto_merge: autoMergeView(call, pull),
    draft: pull.draft,
  };
}

/** A pull request in full; reading it sets the computation of its mergeability going. */
export async function pullFullView(call: Call, repo: LabRepository, pull: PullState): Promise<object> {
  const { mergeable, status } = await readMergeability(repo, pull);
  const from = (await repo.git.mergeBase(pull.baseOid, pull.headOid)) ?? pull.baseOid;
  const files = (await changedFiles(call, repo, { from, to: pull.headOid })) as readonly {
    readonly additions: number;
    readonly deletions: number;
  }[];
  const sum = (key: 'additions' | 'deletions'): number => files.reduce((total, file) => total + file[key], 0);
  const { ahead } = await repo.git.distance(pull.baseOid, pull.headOid);
  return {
    ...pullSummaryView(call, repo, pull),
    merged: pull.state === 'MERGED',
    merged_by: pull.mergedBy ? actorView(call, pull.mergedBy) : null,
    mergeable: mergeable === 'UNKNOWN' ? null : mergeable === 'MERGEABLE',
    rebaseable: mergeable === 'UNKNOWN' ? null : mergeable === 'MERGEABLE',
    mergeable_state: status.toLowerCase(),
    comments: repo.state.comments.filter((comment) => comment.issue === pull.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: ahead,
    additions: sum('additions'),
    deletions: sum('deletions'),
    changed_files: files.length,
  };
}
