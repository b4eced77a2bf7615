import type { RegistrySpec } from '../../core/manifest/registry-schema.ts';
import { type Instant, type Millis, millis } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { readAuthorization } from '../http/authorization.ts';
import type { Mask } from '../http/quote.ts';
import type { Exchange } from '../http/send.ts';

export interface RegistryOptions {
  /** As written in the config, with its port if one is written. */
  readonly host: string;
  readonly spec: RegistrySpec;
  /** Where the variables that `spec.auth` names are looked up. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Learns the credentials; masks them in every message. */
  readonly secrets: Secrets;
  /** Default: Node's. */
  readonly fetch?: typeof fetch;
  /** Uniform in [0, 1), spreads the waits between attempts. Default: Math.random. */
  readonly random?: () => number;
  /** Starts the deadline of one attempt. Default: AbortSignal.timeout, in real time whatever the clock says. */
  readonly startDeadline?: (length: Millis) => AbortSignal;
}

/** How one registry is reached. */
export interface Connection {
  readonly host: string;
  readonly spec: RegistrySpec;
  readonly secrets: Secrets;
  readonly mask: Mask;
  /** Authorization by user name and password, for who asks for it. */
  readonly basic: string | undefined;
  /** Authorization by a token that the config gives; sent at once. */
  readonly bearer: string | undefined;
  now(): Instant;
  /** A GET with a deadline that starts now. */
  exchange(url: URL, headers: Readonly<Record<string, string>>): Exchange;
}

/** A rollback may wait for this. */
const TIMEOUT = millis(5_000);

/** @throws ToolError REFUSED when a variable that the config names is missing */
export function connect(options: RegistryOptions): Connection {
  const { host, spec, env, secrets, clock } = options;
  const mask = (text: string): string => secrets.mask(text);
  const value = readAuthorization({ owner: `registry "${host}"`, auth: spec.auth, env, secrets });
  const startDeadline = options.startDeadline ?? ((length) => AbortSignal.timeout(length));
  return {
    host,
    spec,
    secrets,
    mask,
    basic: spec.auth?.kind === 'basic' ? value : undefined,
    bearer: spec.auth?.kind === 'bearer' ? value : undefined,
    now: () => clock.now(),
    exchange: (url, headers) => ({
      fetch: options.fetch ?? fetch,
      url,
      method: 'GET',
      headers: { 'user-agent': 'belay', ...headers },
      deadline: startDeadline(TIMEOUT),
      timeout: TIMEOUT,
      mask,
    }),
  };
}
