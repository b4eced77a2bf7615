import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git } from '../lab/git/run-git.ts';

export interface CheckoutOptions {
  /** GITHUB_SERVER_URL. */
  readonly serverUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly token: string;
  /** Name of a branch, or a whole ref such as refs/pull/7/merge, which is checked out detached. Default main. */
  readonly ref?: string;
  /** 0 for the whole history. Default 0. */
  readonly fetchDepth?: number;
}

/**
 * Fills a new workspace as actions/checkout does with `persist-credentials: false`, over HTTP with the token in a header.
 * Source: actions/checkout v4, src/git-source-provider.ts and src/ref-helper.ts.
 */
export async function checkOut(options: CheckoutOptions): Promise<string> {
  const { serverUrl, repository, token, ref = 'main', fetchDepth = 0 } = options;
  const root = await mkdtemp(join(tmpdir(), 'belay-workspace-'));
  const workspace = join(root, repository.split('/')[1] ?? 'repository');
  await mkdir(workspace);
  const run = async (...args: readonly string[]): Promise<void> => void (await git({ dir: workspace, args }));
  const header = `http.${serverUrl}/.extraheader`;
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  await run('init', '--quiet');
  await run('remote', 'add', 'origin', `${serverUrl}/${repository}`);
  await run('config', '--local', 'gc.auto', '0');
  await run('config', '--local', header, `AUTHORIZATION: basic ${basic}`);
  const isBranch = !ref.startsWith('refs/');
  const depth = fetchDepth === 0 ? [] : [`--depth=${fetchDepth}`];
  const wanted = isBranch
    ? ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*']
    : [`+${ref}:${remoteOf(ref)}`];
  await run(
    ...['-c', 'protocol.version=2', 'fetch', '--quiet', '--no-tags', '--prune', '--no-recurse-submodules'],
    ...depth,
    'origin',
    ...wanted,
  );
  if (isBranch) await run('checkout', '--quiet', '--force', '-B', ref, `refs/remotes/origin/${ref}`);
  else await run('checkout', '--quiet', '--force', remoteOf(ref));
  await run('config', '--local', '--unset-all', header);
  return workspace;
}

/** refs/pull/7/merge is kept as refs/remotes/pull/7/merge, a branch as origin's. */
function remoteOf(ref: string): string {
  return ref.replace(/^refs\/heads\//, 'refs/remotes/origin/').replace(/^refs\/pull\//, 'refs/remotes/pull/');
}
