import { ToolError } from '../../core/errors.ts';
import type { Instant } from '../../core/units.ts';
import type { FileWrite } from '../../ports/forge.ts';
import type { Answer, Caller } from './caller.ts';
import { at, textAt } from './data.ts';
import { oneLine } from './mask.ts';
import type { FieldError } from './reply.ts';

/** The repository, and how it is asked. */
export interface Place {
  readonly caller: Caller;
  readonly owner: string;
  readonly name: string;
  readonly defaultBranch: string;
  /** Address of the repository for people, e.g. `https://github.com/acme/models`. */
  readonly webUrl: string;
  now(): Instant;
  /** GitHub signs what is committed through its API: always on github.com, on a server where its administrator wants it. */
  readonly signs: boolean;
}

/** How often a write is begun again after an unknown outcome or a race. */
export const WRITE_ATTEMPTS = 3;

interface RepositoryQuery {
  readonly types: string;
  readonly fields: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A query about the repository; `fields` may use `$owner`, `$name` and what `types` declares. @throws ToolError */
export async function askRepository(place: Place, query: RepositoryQuery): Promise<unknown> {
  return (await askAs(place, query)).repository;
}

/** The same, and the login of the account that asks. @throws ToolError */
export async function askAs(
  place: Place,
  query: RepositoryQuery,
): Promise<{ readonly repository: unknown; readonly login: string }> {
  const answer = await place.caller.read({
    query: `query($owner: String!, $name: String!, ${query.types}) {
      repository(owner: $owner, name: $name) { ${query.fields} }
      viewer { login }
    }`,
    variables: { owner: place.owner, name: place.name, ...query.variables },
  });
  const repository = at(answer.data, 'repository');
  const [error] = answer.errors;
  if (repository !== undefined && error === undefined)
    return { repository, login: textAt(answer.data, 'viewer', 'login') };
  throw unreadable(place, error);
}

/** How often a pull request that was there a moment ago is looked for: what GitHub shows may lag behind what it did. */
const LOOKS = 3;

/** A pull request as it is now. @throws ToolError UNSETTLED when GitHub does not show it (yet) */
export async function askPull(place: Place, number: number, fields: string): Promise<unknown> {
  for (let attempt = 0; attempt < LOOKS; attempt += 1) {
    if (attempt > 0) await place.caller.settle(attempt - 1);
    const answer = await place.caller.read({
      query: `query($owner: String!, $name: String!, $number: Int!) {
        repository(owner: $owner, name: $name) { pullRequest(number: $number) { ${fields} } }
      }`,
      variables: { owner: place.owner, name: place.name, number },
    });
    const [error] = answer.errors;
    const pull = at(answer.data, 'repository', 'pullRequest');
    if (pull !== undefined && error === undefined) return pull;
    if (at(answer.data, 'repository') === undefined || (error && error.type !== 'NOT_FOUND'))
      throw unreadable(place, error);
  }
  throw new ToolError({
    code: 'UNSETTLED',
    message: `GitHub: does not show pull request #${number}, which was there before. The next run looks again`,
  });
}

function unreadable(place: Place, error: FieldError | undefined): ToolError {
  const full = `${place.owner}/${place.name}`;
  if (error === undefined || error.type === 'NOT_FOUND' || error.type === 'FORBIDDEN')
    return new ToolError({
      code: 'FORGE_REFUSED',
      message: `GitHub: the token cannot see "${full}"${error === undefined ? '' : `: ${oneLine(error.message)}`}. It needs "contents: read" and "pull-requests: read" there`,
    });
  return new ToolError({
    code: 'CORRUPT',
    message: `GitHub: a query about "${full}" failed: ${oneLine(error.message)}`,
  });
}

/** The error of one alias of a mutation. */
export function errorOf(answer: Answer, alias: string): FieldError | undefined {
  return answer.errors.find((error) => error.alias === alias || error.alias === '');
}

/** Input of `createCommitOnBranch.fileChanges`. */
export function additionsOf(files: readonly FileWrite[]): readonly object[] {
  return files.map(({ path, text }) => ({ path, contents: Buffer.from(text, 'utf8').toString('base64') }));
}

/** The error of a write that GitHub refused in words that are in no table. */
export function refusedOtherwise(purpose: string, reason: string): ToolError {
  const advice = /\barchived\b/i.test(reason)
    ? 'Unarchive the repository under Settings > General; until then nothing in it is rolled out or back'
    : 'Do it by hand, or correct what it names';
  return new ToolError({
    code: 'FORGE_REFUSED',
    message: `GitHub: refused to ${purpose}: ${oneLine(reason)}. ${advice}`,
  });
}

/**
 * The error of a write that came to no end. Between its attempts GitHub said what is there, so it is not down: whatever keeps this
 * one may keep no other.
 */
export function neverKnown(purpose: string, reason: string): ToolError {
  return new ToolError({
    code: 'UNSETTLED',
    message: `GitHub: could not ${purpose} in ${WRITE_ATTEMPTS} attempts: ${oneLine(reason)}. The next run looks at what is there and goes on`,
  });
}
