import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import { millis, sha } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Git, GitAnswer } from './git-process.ts';
import { firstLines, gitOutput } from './git-process.ts';

/** Where newer commits come from. */
export interface FetchSource {
  /** Address of the repository, e.g. `https://github.com/acme/models`. */
  readonly url: string;
  /** One whole header line, e.g. `Authorization: Basic …`; see `tokenHeader`. It never appears in an argument or a file. */
  readonly authHeader?: string;
  /** Address of a proxy; default none, whatever the environment says. */
  readonly proxy?: string;
  /** Lets a failed fetch be tried again after 1 s and 4 s; without it there is one attempt. */
  readonly clock?: Clock;
}

/** The header by which git over HTTPS shows a GitHub token. */
export function tokenHeader(token: string): string {
  return `Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
}

/**
 * Git settings for talking to the source. The empty header first clears what a checkout step left in the repository's
 * configuration: two Authorization headers make the server refuse both.
 */
export function fetchConfig(source: FetchSource): readonly (readonly [string, string])[] {
  return [
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', '30'],
    ...(source.proxy === undefined ? [] : [['http.proxy', source.proxy] as const]),
    ...(source.authHeader === undefined
      ? []
      : [
          ['credential.helper', ''] as const,
          [`http.${source.url}.extraheader`, ''] as const,
          [`http.${source.url}.extraheader`, source.authHeader] as const,
        ]),
  ];
}

const FETCH_TIMEOUT = millis(120_000);
const WAITS = [millis(1_000), millis(4_000)];

/** Branches that a run has to know of as they are now, and where this clone keeps them. */
const KNOWN_BRANCHES = '+refs/heads/belay/rollback/*:refs/remotes/origin/belay/rollback/*';

/**
 * Brings the newest commit of a branch here and gives its id. In the same fetch come the branches of open rollbacks, and those that
 * are gone there go here: a run that lasts must not step under a rollback that was opened since the checkout.
 */
export async function fetchBranch(git: Git, source: FetchSource, branch: string): Promise<Sha> {
  // the first one named is the first in FETCH_HEAD
  await fetchWanted(git, source, {
    wanted: [`refs/heads/${branch}`, KNOWN_BRANCHES],
    switches: ['--prune', '--force'],
  });
  const tip = await gitOutput(git, `find what was fetched of "${branch}"`, {
    args: ['rev-parse', '--verify', 'FETCH_HEAD^{commit}'],
  });
  return sha(tip.trim());
}

/** Brings one commit here, with what it needs of the history that this clone has. */
export async function fetchCommit(git: Git, source: FetchSource, commit: Sha): Promise<void> {
  await fetchWanted(git, source, { wanted: [commit], switches: [] });
}

/** Completes the history of a shallow clone below a commit. */
export async function fetchHistory(git: Git, source: FetchSource, at: Sha): Promise<void> {
  await fetchWanted(git, source, { wanted: [at], switches: ['--unshallow'] });
}

interface Wanted {
  /** Full names of refs, commit ids, or refs with where they are kept. */
  readonly wanted: readonly string[];
  readonly switches: readonly string[];
}

async function fetchWanted(git: Git, source: FetchSource, { wanted, switches }: Wanted): Promise<void> {
  const quiet = ['--quiet', '--no-tags', '--no-recurse-submodules'];
  const args = ['fetch', ...quiet, ...switches, '--end-of-options', source.url, ...wanted];
  for (let attempt = 0; ; attempt += 1) {
    const answer = await git({ args, timeout: FETCH_TIMEOUT });
    if (answer.code === 0) return;
    const wait = WAITS[attempt];
    const failure = fetchFailure(source, answer);
    if (failure.code !== 'FORGE_UNAVAILABLE' || wait === undefined || source.clock === undefined)
      throw failure;
    await source.clock.sleep(wait);
  }
}

function fetchFailure(source: FetchSource, answer: GitAnswer): ToolError {
  const where = `git: fetch from "${source.url.replace(/\/\/[^/@]*@/, '//')}"`;
  const said = firstLines(mask(answer.stderr, source));
  if (
    /Authentication failed|could not read (Username|Password)|HTTP (401|403)|error: 40[13]|Permission denied/i.test(
      answer.stderr,
    )
  )
    return new ToolError({
      code: 'UNAUTHORISED',
      message: `${where}: the token or key was not accepted: ${said}. It needs "contents: read"`,
    });
  if (/couldn't find remote ref|repository .* not found|not our ref/i.test(answer.stderr))
    return new ToolError({
      code: 'REFUSED',
      message: `${where}: not there, or not visible to this token: ${said}`,
    });
  return new ToolError({
    code: 'FORGE_UNAVAILABLE',
    message: `${where}: ${said}. The next run will try again`,
  });
}

/** git does not print headers, but a server or a helper may echo what it was sent. */
function mask(text: string, source: FetchSource): string {
  const credentials = source.authHeader?.split(' ').at(-1) ?? '';
  const password = Buffer.from(credentials, 'base64').toString('utf8').split(':').at(-1) ?? '';
  return [credentials, password]
    .filter((secret) => secret.length > 0)
    .reduce((masked, secret) => masked.replaceAll(secret, '***'), text.replace(/\/\/[^/@\s]*@/g, '//'));
}
