import { isoSeconds } from '../clock.ts';
import { nodeId } from '../node-id.ts';
import type { LabRepository } from '../state/repository.ts';
import type { Actor } from '../tokens.ts';
import type { Call } from '../world.ts';

/** URL of something in the API. */
export function apiUrl(call: Call, repo: LabRepository, path: string): string {
  return `${call.world.serverUrl}/api/v3/repos/${repo.fullName}${path}`;
}

/** URL of something on the site. */
export function htmlUrl(call: Call, repo: LabRepository, path: string): string {
  return `${call.world.serverUrl}/${repo.fullName}${path}`;
}

/** A user, bot or organization as REST shows it. */
export function userView(
  call: Call,
  user: { readonly login: string; readonly id: number; readonly type: 'User' | 'Bot' | 'Organization' },
): object {
  const url = `${call.world.serverUrl}/api/v3/users/${encodeURIComponent(user.login)}`;
  const links = Object.fromEntries(
    [
      ['followers_url', '/followers'],
      ['following_url', '/following{/other_user}'],
      ['gists_url', '/gists{/gist_id}'],
      ['starred_url', '/starred{/owner}{/repo}'],
      ['subscriptions_url', '/subscriptions'],
      ['organizations_url', '/orgs'],
      ['repos_url', '/repos'],
      ['events_url', '/events{/privacy}'],
      ['received_events_url', '/received_events'],
    ].map(([key = '', path = '']) => [key, `${url}${path}`]),
  );
  return {
    login: user.login,
    id: user.id,
    node_id: nodeId('U', user.id),
    avatar_url: `${call.world.serverUrl}/avatars/${user.id}`,
    gravatar_id: '',
    url,
    html_url: `${call.world.serverUrl}/${encodeURIComponent(user.login)}`,
    ...links,
    type: user.type,
    site_admin: false,
  };
}

/** Who did something. */
export function actorView(call: Call, actor: Actor): object {
  return userView(call, { login: actor.login, id: actor.id, type: actor.kind === 'user' ? 'User' : 'Bot' });
}

const LINKS: readonly (readonly [string, string])[] = [
  ['archive_url', '/{archive_format}{/ref}'],
  ['assignees_url', '/assignees{/user}'],
  ['blobs_url', '/git/blobs{/sha}'],
  ['branches_url', '/branches{/branch}'],
  ['collaborators_url', '/collaborators{/collaborator}'],
  ['comments_url', '/comments{/number}'],
  ['commits_url', '/commits{/sha}'],
  ['compare_url', '/compare/{base}...{head}'],
  ['contents_url', '/contents/{+path}'],
  ['contributors_url', '/contributors'],
  ['deployments_url', '/deployments'],
  ['downloads_url', '/downloads'],
  ['events_url', '/events'],
  ['forks_url', '/forks'],
  ['git_commits_url', '/git/commits{/sha}'],
  ['git_refs_url', '/git/refs{/sha}'],
  ['git_tags_url', '/git/tags{/sha}'],
  ['hooks_url', '/hooks'],
  ['issue_comment_url', '/issues/comments{/number}'],
  ['issue_events_url', '/issues/events{/number}'],
  ['issues_url', '/issues{/number}'],
  ['keys_url', '/keys{/key_id}'],
  ['labels_url', '/labels{/name}'],
  ['languages_url', '/languages'],
  ['merges_url', '/merges'],
  ['milestones_url', '/milestones{/number}'],
  ['notifications_url', '/notifications{?since,all,participating}'],
  ['pulls_url', '/pulls{/number}'],
  ['releases_url', '/releases{/id}'],
  ['stargazers_url', '/stargazers'],
  ['statuses_url', '/statuses/{sha}'],
  ['subscribers_url', '/subscribers'],
  ['subscription_url', '/subscription'],
  ['tags_url', '/tags'],
  ['teams_url', '/teams'],
  ['trees_url', '/git/trees{/sha}'],
];

/** A repository as a part of something else. */
export function minimalRepositoryView(call: Call, repo: LabRepository): object {
  return {
    id: repo.id,
    node_id: nodeId('R', repo.id),
    name: repo.name,
    full_name: repo.fullName,
    owner: userView(call, { login: repo.owner, id: 9000, type: 'Organization' }),
    private: repo.settings.private ?? false,
    html_url: htmlUrl(call, repo, ''),
    description: null,
    fork: false,
    url: apiUrl(call, repo, ''),
    ...Object.fromEntries(LINKS.map(([key, path]) => [key, apiUrl(call, repo, path)])),
  };
}

/** A repository in full. */
export function repositoryView(call: Call, repo: LabRepository): object {
  const { settings } = repo;
  const created = isoSeconds(repo.createdAt);
  const writes = call.token?.permissions.contents === 'write';
  const none = { forks: 0, watchers: 0, open_issues: 0, size: 0, network_count: 0, subscribers_count: 0 };
  return {
    ...minimalRepositoryView(call, repo),
    ...none,
    forks_count: 0,
    stargazers_count: 0,
    watchers_count: 0,
    open_issues_count: 0,
    homepage: null,
    language: null,
    license: null,
    mirror_url: null,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    archived: settings.archived ?? false,
    disabled: false,
    visibility: settings.private ? 'private' : 'public',
    default_branch: repo.defaultBranch,
    created_at: created,
    updated_at: created,
    pushed_at: created,
    clone_url: `${htmlUrl(call, repo, '')}.git`,
    git_url: `git://127.0.0.1/${repo.fullName}.git`,
    ssh_url: `git@127.0.0.1:${repo.fullName}.git`,
    svn_url: htmlUrl(call, repo, ''),
    permissions: { admin: false, maintain: false, push: writes, triage: writes, pull: true },
    ...(writes
      ? {
          allow_auto_merge: settings.autoMergeAllowed ?? false,
          allow_merge_commit: repo.mergeMethods.includes('merge'),
          allow_squash_merge: repo.mergeMethods.includes('squash'),
          allow_rebase_merge: repo.mergeMethods.includes('rebase'),
          delete_branch_on_merge: settings.deleteBranchOnMerge ?? false,
        }
      : {}),
  };
}
