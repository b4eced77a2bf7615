import type { Millis } from '../../core/units.ts';
import { millis } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Forge } from '../../ports/forge.ts';
import type { Log } from '../../ports/log.ts';
import { createCaller } from './caller.ts';
import { closePull } from './close.ts';
import { commitToBranch } from './commit-to-branch.ts';
import type { Endpoint } from './connect.ts';
import { connect } from './connect.ts';
import { inspectProposal } from './inspect.ts';
import { createMask } from './mask.ts';
import { mergePull } from './merge.ts';
import type { Place } from './place.ts';
import { propose } from './propose.ts';

export interface GitHubForgeOptions extends Endpoint {
  /** Reads commits; no API is asked for what a checkout holds. */
  readonly reader: Pick<Forge, 'head' | 'refresh' | 'list' | 'read' | 'history' | 'branches'>;
  readonly owner: string;
  readonly repository: string;
  readonly defaultBranch: string;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  /** Gives the end of one request, from now; default after 15 s (GitHub itself gives up after 10). */
  readonly deadline?: () => AbortSignal;
  /** All waiting that GitHub asks for, together; default 120 s. */
  readonly waitBudget?: Millis;
}

/** The repository on GitHub, and how its API is asked. */
export function openPlace(options: Omit<GitHubForgeOptions, 'reader'>): Place {
  const { clock, log, random, owner, repository, defaultBranch } = options;
  const caller = createCaller({
    send: connect(options),
    clock,
    log,
    random,
    mask: createMask(options.token),
    deadline: options.deadline ?? (() => AbortSignal.timeout(15_000)),
    waitBudget: options.waitBudget ?? millis(120_000),
  });
  const webUrl = `${serverUrl(options.apiUrl)}/${owner}/${repository}`;
  return { caller, owner, name: repository, defaultBranch, webUrl };
}

/** A repository on github.com or a GitHub Enterprise Server: reads from a checkout, writes by GraphQL. */
export function createGitHubForge(options: GitHubForgeOptions): Forge {
  const place = openPlace(options);
  return {
    ...options.reader,
    defaultBranch: place.defaultBranch,
    commit: (request) => commitToBranch(place, request),
    inspect: (proposal) => inspectProposal(place, proposal),
    propose: (request) => propose(place, request),
    merge: (request) => mergePull(place, request),
    close: (request) => closePull(place, request),
    cost: place.caller.cost,
  };
}

/** Where people look: api.github.com answers for github.com, and <host>/api/v3 for <host>. */
function serverUrl(apiUrl: string): string {
  const url = new URL(apiUrl);
  const host = url.host.replace(/^api\.(?=github\.com$|[^.]+\.ghe\.com$)/, '');
  return `${url.protocol}//${host}`;
}
