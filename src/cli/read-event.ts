import { readFileSync } from 'node:fs';
import type { Origin, OriginAccount } from '../app/origin.ts';
import type { Account, CommentEvent } from '../core/command/check-comment.ts';
import { ToolError } from '../core/errors.ts';
import { parseInstant, type Sha, sha } from '../core/units.ts';
import type { CommandContext } from './command.ts';

/** The pull request that a run is for. */
export interface PullRequestEvent {
  readonly number: number;
  readonly head: Sha;
  /** Its head is in another repository, or in one that is gone. */
  readonly isFork: boolean;
}

/** Reads the event of a `pull_request` run; the runner writes the file. @throws ToolError REFUSED when it is not there or says something else */
export function readPullRequestEvent({ env }: Pick<CommandContext, 'env'>): PullRequestEvent {
  const pull = parseEvent(env.GITHUB_EVENT_PATH)?.pull_request;
  const id = pull?.head?.sha;
  if (typeof pull?.number !== 'number' || typeof id !== 'string' || !/^[0-9a-f]{40,64}$/.test(id))
    throw new ToolError({
      code: 'REFUSED',
      message:
        'GITHUB_EVENT_PATH: expected the event of a pull request with its number and head, got something else; run this on pull_request, or say --pull',
    });
  return { number: pull.number, head: sha(id), isFork: pull.head?.repo?.full_name !== env.GITHUB_REPOSITORY };
}

/** Events of what is in this repository already, or of pull requests whose own check has passed. */
const OF_NO_PULL_REQUEST: ReadonlySet<string> = new Set([
  'merge_group',
  'push',
  'schedule',
  'workflow_dispatch',
]);

/**
 * Where the pull request of a run comes from; unknown in a terminal, and in a run that is for none. An event that does not say counts
 * as one from a fork.
 */
export function readOrigin({ env }: Pick<CommandContext, 'env'>): Origin {
  if (env.GITHUB_ACTIONS !== 'true' || OF_NO_PULL_REQUEST.has(env.GITHUB_EVENT_NAME ?? ''))
    return { kind: 'unknown' };
  const { pull_request: pull, sender } = parseEvent(env.GITHUB_EVENT_PATH) ?? {};
  const { head, user } = pull ?? {};
  const repository = env.GITHUB_REPOSITORY;
  return {
    kind: 'known',
    isFork: !repository || head?.repo?.full_name !== repository,
    branch: typeof head?.ref === 'string' ? head.ref : '',
    account: readOriginAccount(user),
    sender: readOriginAccount(sender),
  };
}

/** One that is not named is nobody's. */
function readOriginAccount(account: EventAccount | null | undefined): OriginAccount {
  const { id, login, type } = account ?? {};
  return {
    id: typeof id === 'number' ? id : 0,
    login: typeof login === 'string' ? login : '',
    isApp: type === 'Bot',
  };
}

/** Reads the event of an `issue_comment` run. @throws ToolError REFUSED when it is not there or says something else */
export function readCommentEvent({ env }: Pick<CommandContext, 'env'>): CommentEvent {
  const event = parseEvent(env.GITHUB_EVENT_PATH);
  const comment = event?.comment;
  const author = readAccount(comment?.user);
  const sender = readAccount(event?.sender);
  const createdAt = typeof comment?.created_at === 'string' ? parseInstant(comment.created_at) : undefined;
  const number = event?.issue?.number;
  if (
    typeof event?.action !== 'string' ||
    !isId(comment?.id) ||
    typeof comment.body !== 'string' ||
    !author ||
    !sender ||
    createdAt === undefined ||
    !isId(number)
  )
    throw new ToolError({
      code: 'REFUSED',
      message:
        'GITHUB_EVENT_PATH: expected the event of a comment with its author, text and time, got something else; run this on issue_comment',
    });
  const isPull = event.issue?.pull_request !== undefined && event.issue.pull_request !== null;
  const { id, body } = comment;
  return { action: event.action, id, body, createdAt, author, sender, on: { number, isPull } };
}

/** Who started a run by hand. @throws ToolError REFUSED when the event does not say */
export function readSender({ env }: Pick<CommandContext, 'env'>): Account {
  const sender = readAccount(parseEvent(env.GITHUB_EVENT_PATH)?.sender);
  if (sender) return sender;
  throw new ToolError({
    code: 'REFUSED',
    message:
      'GITHUB_EVENT_PATH: expected an event that names its sender, got none; run this on workflow_dispatch',
  });
}

function readAccount(account: EventAccount | null | undefined): Account | undefined {
  const { login, id, type } = account ?? {};
  return typeof login === 'string' && isId(id) && typeof type === 'string' ? { login, id, type } : undefined;
}

function isId(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

interface EventAccount {
  readonly login?: unknown;
  readonly id?: unknown;
  readonly type?: unknown;
}

interface Event {
  readonly action?: unknown;
  readonly comment?: {
    readonly id?: unknown;
    readonly body?: unknown;
    readonly created_at?: unknown;
    readonly user?: EventAccount | null;
  };
  readonly issue?: { readonly number?: unknown; readonly pull_request?: unknown };
  readonly sender?: EventAccount | null;
  readonly pull_request?: {
    readonly number?: unknown;
    readonly head?: {
      readonly sha?: unknown;
      readonly ref?: unknown;
      readonly repo?: { readonly full_name?: unknown } | null;
    };
    readonly user?: EventAccount | null;
  };
}

function parseEvent(path: string | undefined): Event | undefined {
  try {
    return (JSON.parse(readFileSync(path ?? '', 'utf8')) as Event | null) ?? undefined;
  } catch {
    return undefined;
  }
}
