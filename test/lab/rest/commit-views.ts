import { isoSeconds } from '../clock.ts';
import type { CommitInfo } from '../git/git-store.ts';
import { nodeId } from '../node-id.ts';
import type { LabRepository } from '../state/repository.ts';
import type { Call } from '../world.ts';
import { apiUrl, htmlUrl } from './repository-views.ts';

const signed = (commit: CommitInfo): object => {
  const verified = commit.committer.email === 'noreply@github.com';
  return {
    verified,
    reason: verified ? 'valid' : 'unsigned',
    signature: verified ? '-----BEGIN PGP SIGNATURE-----' : null,
    payload: null,
    verified_at: verified ? isoSeconds(commit.committer.at) : null,
  };
};

const person = ({ name, email, at }: CommitInfo['author']): object => ({ name, email, date: isoSeconds(at) });

/** A commit as the git database shows it. */
export function gitCommitView(call: Call, repo: LabRepository, commit: CommitInfo): object {
  const url = (oid: string): string => apiUrl(call, repo, `/git/commits/${oid}`);
  return {
    sha: commit.oid,
    node_id: nodeId('C', repo.id, commit.oid),
    url: url(commit.oid),
    html_url: htmlUrl(call, repo, `/commit/${commit.oid}`),
    author: person(commit.author),
    committer: person(commit.committer),
    message: commit.message,
    tree: { sha: commit.tree, url: apiUrl(call, repo, `/git/trees/${commit.tree}`) },
    parents: commit.parents.map((sha) => ({
      sha,
      url: url(sha),
      html_url: htmlUrl(call, repo, `/commit/${sha}`),
    })),
    verification: signed(commit),
  };
}

/** A commit as the repository shows it. */
export function commitView(call: Call, repo: LabRepository, commit: CommitInfo): object {
  const url = (oid: string): string => apiUrl(call, repo, `/commits/${oid}`);
  return {
    sha: commit.oid,
    node_id: nodeId('C', repo.id, commit.oid),
    url: url(commit.oid),
    html_url: htmlUrl(call, repo, `/commit/${commit.oid}`),
    comments_url: `${url(commit.oid)}/comments`,
    commit: {
      author: person(commit.author),
      committer: person(commit.committer),
      message: commit.message,
      tree: { sha: commit.tree, url: apiUrl(call, repo, `/git/trees/${commit.tree}`) },
      url: apiUrl(call, repo, `/git/commits/${commit.oid}`),
      comment_count: 0,
      verification: signed(commit),
    },
    author: null,
    committer: null,
    parents: commit.parents.map((sha) => ({
      sha,
      url: url(sha),
      html_url: htmlUrl(call, repo, `/commit/${sha}`),
    })),
  };
}

const STATUS: Readonly<Record<string, string>> = { A: 'added', M: 'modified', D: 'removed', T: 'changed' };

/** Files that differ between two commits, as pull requests and comparisons list them. */
export async function changedFiles(
  call: Call,
  repo: LabRepository,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly object[]> {
  const raw = await repo.git.run(['diff-tree', '-r', '-z', '--no-renames', '--raw', '--numstat', from, to]);
  const fields = raw.split('\0').filter((field) => field !== '');
  const changes = new Map<string, { sha: string; status: string; additions: number; deletions: number }>();
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index] ?? '';
    if (field.startsWith(':')) {
      const [, , old = '', now = '', letter = ''] = field.split(' ');
      const path = fields[index + 1] ?? '';
      const status = STATUS[letter] ?? 'changed';
      changes.set(path, { sha: letter === 'D' ? old : now, status, additions: 0, deletions: 0 });
      index += 1;
      continue;
    }
    const [additions = '0', deletions = '0', path = ''] = field.split('\t');
    const change = changes.get(path);
    if (change)
      Object.assign(change, { additions: Number(additions) || 0, deletions: Number(deletions) || 0 });
  }
  return Promise.all(
    [...changes].map(async ([filename, { sha, status, additions, deletions }]) => ({
      sha,
      filename,
      status,
      additions,
      deletions,
      changes: additions + deletions,
      blob_url: htmlUrl(call, repo, `/blob/${to}/${filename}`),
      raw_url: htmlUrl(call, repo, `/raw/${to}/${filename}`),
      contents_url: apiUrl(call, repo, `/contents/${filename}?ref=${to}`),
      patch: await patchOf(repo, { from, to, filename }),
    })),
  );
}

async function patchOf(
  repo: LabRepository,
  { from, to, filename }: { readonly from: string; readonly to: string; readonly filename: string },
): Promise<string> {
  const patch = await repo.git.run(['diff-tree', '-p', '--no-renames', from, to, '--', filename]);
  const hunk = patch.indexOf('\n@@');
  return hunk < 0 ? '' : patch.slice(hunk + 1).replace(/\n$/, '');
}
