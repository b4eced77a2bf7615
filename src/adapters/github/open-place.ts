import { type Millis, millis } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { createCaller } from './caller.ts';
import type { Endpoint } from './connect.ts';
import { connect } from './connect.ts';
import { createMask } from './mask.ts';
import type { Place } from './place.ts';

/** A repository on github.com or a GitHub Enterprise Server, and how it is asked. */
export interface PlaceOptions extends Endpoint {
  readonly owner: string;
  readonly repository: string;
  readonly defaultBranch: string;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  /** Gives the end of one request, from now; default after 15 s (GitHub itself gives up after 10). */
  readonly deadline?: () => AbortSignal;
  /** Whether GitHub signs what is committed through its API; default: it is github.com or ghe.com, which always do. */
  readonly signs?: boolean;
  /** All waiting that GitHub asks for, together; default 120 s. */
  readonly waitBudget?: Millis;
}

/** Opens the connection; the first request is the first that goes out. */
export function openPlace(options: PlaceOptions): Place {
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
  const signs = options.signs ?? isCloud(options.apiUrl);
  return { caller, owner, name: repository, defaultBranch, webUrl, now: () => clock.now(), signs };
}

function isCloud(apiUrl: string): boolean {
  return /^api\.(?:github\.com|[^.]+\.ghe\.com)$/.test(new URL(apiUrl).host);
}

/** Where people look: api.github.com answers for github.com, and <host>/api/v3 for <host>. */
function serverUrl(apiUrl: string): string {
  const url = new URL(apiUrl);
  const host = url.host.replace(/^api\.(?=github\.com$|[^.]+\.ghe\.com$)/, '');
  return `${url.protocol}//${host}`;
}
