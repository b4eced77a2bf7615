import { ToolError } from '../../core/errors.ts';
import type { Sha } from '../../core/units.ts';
import { sha } from '../../core/units.ts';
import type { PullRequest } from '../../ports/forge.ts';
import { isRecord } from './reply.ts';

/** Reading GraphQL's data: what is not there is undefined, and what must be there and is not, is an error, never a default. */

/** The value at a path of names; undefined when any part is missing or null. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const name of path) here = isRecord(here) ? here[name] : undefined;
  return here ?? undefined;
}

/** A text at a path. @throws ToolError CORRUPT when it is not there */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const text = at(value, ...path);
  if (typeof text === 'string') return text;
  throw missing('a text', path);
}

/** A number at a path. @throws ToolError CORRUPT when it is not there */
export function numberAt(value: unknown, ...path: readonly string[]): number {
  const number = at(value, ...path);
  if (typeof number === 'number') return number;
  throw missing('a number', path);
}

/** A list at a path. @throws ToolError CORRUPT when it is not there */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const list = at(value, ...path);
  if (Array.isArray(list)) return list;
  throw missing('a list', path);
}

/** A commit id at a path. @throws ToolError CORRUPT when it is not there */
export function shaAt(value: unknown, ...path: readonly string[]): Sha {
  const id = optionalShaAt(value, ...path);
  if (id === undefined) throw missing('a commit id', path);
  return id;
}

/** A commit id at a path, if there is one. @throws ToolError CORRUPT when it is something else */
export function optionalShaAt(value: unknown, ...path: readonly string[]): Sha | undefined {
  const id = at(value, ...path);
  if (id === undefined) return undefined;
  if (typeof id === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) return sha(id);
  throw missing('a commit id', path);
}

const STATES: Readonly<Record<string, PullRequest['state']>> = {
  OPEN: 'open',
  MERGED: 'merged',
  CLOSED: 'closed',
};

/** Fields of a pull request that `readPull` needs; the fragment of all documents. */
export const PULL_FIELDS =
  'id number url state headRefName headRefOid baseRefName isCrossRepository autoMergeRequest { enabledAt }';

/** How many of its newest comments are read. */
const COMMENTS = 20;

/** What tells who closed it; only for a proposal's own pull requests, since it is much to ask for. */
export const CLOSING_FIELDS = `closedAt comments(last: ${COMMENTS}) { nodes { body createdAt viewerDidAuthor } }`;

/** What tells whether a person closed it, as far as GitHub knows; only for pull requests of other branches. */
export const CLOSER_FIELDS = `${CLOSING_FIELDS} timelineItems(itemTypes: CLOSED_EVENT, last: 1) { nodes { ... on ClosedEvent { actor { __typename login } } } }`;

/** Ends the comment with which this tool closes a pull request, unseen. */
export const CLOSED_MARK = '<!-- belay:closed -->';

/** How much older than the closing its comment may be: an unknown outcome is repeated, and the comment is not. */
const CLOSING_SLACK = 60_000;

/**
 * Closed with the comment of `close`. An older comment does not count, or a person who opened it again and then closed it would
 * not be heard; nor does a comment of somebody else who copied the mark.
 */
function isWithdrawn(node: unknown): boolean {
  return closingComments(node).some((comment) => at(comment, 'viewerDidAuthor') === true);
}

/**
 * Closed by the account of a person who is not the one that asks, and without the comment of `close`, whoever wrote it: a tool may have
 * had another account then.
 * @param login of the account that asks
 */
export function isClosedByPerson(node: unknown, login: string): boolean {
  const events = at(node, 'timelineItems', 'nodes');
  const actor = Array.isArray(events) ? at(events[0], 'actor') : undefined;
  const isPerson = at(actor, '__typename') === 'User' && at(actor, 'login') !== login;
  return isPerson && closingComments(node).length === 0 && !isCrowded(node);
}

/** So much was said after it was closed that the comment of `close` may be out of sight. */
function isCrowded(node: unknown): boolean {
  const comments = at(node, 'comments', 'nodes');
  if (!Array.isArray(comments) || comments.length < COMMENTS) return false;
  return String(at(comments[0], 'createdAt')) > String(at(node, 'closedAt'));
}

/** Comments of `close`, by their mark and moment. */
function closingComments(node: unknown): readonly unknown[] {
  const closedAt = at(node, 'closedAt');
  const comments = at(node, 'comments', 'nodes');
  if (at(node, 'state') !== 'CLOSED' || typeof closedAt !== 'string' || !Array.isArray(comments)) return [];
  return comments.filter((comment) => {
    const [body, createdAt] = [at(comment, 'body'), at(comment, 'createdAt')];
    if (typeof body !== 'string' || typeof createdAt !== 'string') return false;
    return (
      body.trimEnd().endsWith(CLOSED_MARK) && Date.parse(createdAt) >= Date.parse(closedAt) - CLOSING_SLACK
    );
  });
}

/** A pull request of this repository to a base; undefined for one from a fork or to another base. */
export function readPull(node: unknown, base: string): PullRequest | undefined {
  if (at(node, 'isCrossRepository') !== false || textAt(node, 'baseRefName') !== base) return undefined;
  const number = at(node, 'number');
  const state = STATES[textAt(node, 'state')];
  if (typeof number !== 'number' || state === undefined) throw missing('number and state', ['pullRequest']);
  return {
    number,
    id: textAt(node, 'id'),
    url: textAt(node, 'url'),
    branch: textAt(node, 'headRefName'),
    head: shaAt(node, 'headRefOid'),
    state,
    armed: at(node, 'autoMergeRequest') !== undefined,
    withdrawn: isWithdrawn(node),
  };
}

function missing(what: string, path: readonly string[]): ToolError {
  return new ToolError({
    code: 'CORRUPT',
    message: `GitHub: expected ${what} at "${path.join('.')}" of the answer, got something else. If it stays so, report it`,
  });
}
