import { readFileSync } from 'node:fs';
import type { Origin } from '../app/origin.ts';
import { ToolError } from '../core/errors.ts';
import { type Sha, sha } from '../core/units.ts';
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
  const { head, user } = parseEvent(env.GITHUB_EVENT_PATH)?.pull_request ?? {};
  const repository = env.GITHUB_REPOSITORY;
  return {
    kind: 'known',
    isFork: !repository || head?.repo?.full_name !== repository,
    branch: typeof head?.ref === 'string' ? head.ref : '',
    account: {
      id: typeof user?.id === 'number' ? user.id : 0,
      login: typeof user?.login === 'string' ? user.login : '',
      isApp: user?.type === 'Bot',
    },
  };
}

interface Event {
  readonly pull_request?: {
    readonly number?: unknown;
    readonly head?: {
      readonly sha?: unknown;
      readonly ref?: unknown;
      readonly repo?: { readonly full_name?: unknown } | null;
    };
    readonly user?: { readonly id?: unknown; readonly login?: unknown; readonly type?: unknown } | null;
  };
}

function parseEvent(path: string | undefined): Event | undefined {
  try {
    return (JSON.parse(readFileSync(path ?? '', 'utf8')) as Event | null) ?? undefined;
  } catch {
    return undefined;
  }
}
