import type { TokenKind } from './options.ts';
import { Refusal } from './refusal.ts';

/** Whether the request has done its work when it fails. */
export type Effect = 'before' | 'after';

/** What goes wrong. */
export type Fault =
  /** No answer. The connection ends at once, or with `hang` when the client gives up. */
  | { readonly kind: 'timeout'; readonly effect: Effect; readonly hang?: boolean }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly effect: Effect }
  /** Any status, with GitHub's body for it unless another message is given. */
  | {
      readonly kind: 'status';
      readonly status: number;
      /** Default before. */
      readonly effect?: Effect;
      readonly message?: string;
      /** Of the entry of `errors`, where the status is 200. */
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A rate limit: secondary, or primary with `remaining: 0`. `retryAfter` in seconds. */
  | {
      readonly kind: 'rate-limit';
      readonly status: 200 | 403 | 429;
      readonly retryAfter?: number;
      readonly primary?: boolean;
    }
  /** A 200 whose body is broken; the work is done. */
  | { readonly kind: 'body'; readonly form: BrokenBody }
  /** A 200 whose body ends in the middle: with the connection, or with `stall` when the client gives up. The work is done. */
  | { readonly kind: 'cut'; readonly stall?: boolean }
  /** A GraphQL error in place of one top-level field, HTTP 200, by default without its effect. */
  | {
      readonly kind: 'field';
      readonly field: string;
      readonly type: string | null;
      readonly message: string;
      readonly effect?: Effect;
    }
  /** Reads are answered as of the moment when the fault was injected, for so many requests or milliseconds of the lab's clock. */
  | { readonly kind: 'stale'; readonly forRequests?: number; readonly forMs?: number };

/** `foreign`, `list` and `void` are good JSON that is not the answer; `nulls` is the answer with nothing in it and no error. */
export type BrokenBody = 'truncated' | 'invalid' | 'html' | 'empty' | 'foreign' | 'list' | 'void' | 'nulls';

/** Which requests a fault is for; what is left out matches all. */
export interface FaultMatch {
  readonly api?: 'rest' | 'graphql' | 'git';
  readonly method?: string;
  /** Without the API's prefix: `/repos/acme/models/pulls`. */
  readonly path?: string | RegExp;
  /** Top-level GraphQL field or OpenAPI operation id. */
  readonly operation?: string;
  readonly token?: TokenKind;
}

export interface FaultRule {
  readonly match?: FaultMatch;
  /** The first matching request that fails, counted from 1. Default 1. */
  readonly nth?: number;
  /** How many fail from there. Default 1; a `stale` fault has its own limits. */
  readonly times?: number;
  readonly fault: Fault;
}

/** What is known of a request when faults are looked for. */
export interface FaultTarget {
  readonly api: 'rest' | 'graphql' | 'git';
  readonly method: string;
  readonly path: string;
  readonly operations: readonly string[];
  readonly token: TokenKind | undefined;
  readonly write: boolean;
}

interface ArmedFault<Snapshot> {
  readonly rule: FaultRule;
  readonly injectedAt: number;
  readonly snapshot: Snapshot | undefined;
  seen: number;
}

/** The faults that wait for their requests. `Snapshot` is what stale reads are answered from. */
export class FaultBox<Snapshot> {
  readonly #armed: ArmedFault<Snapshot>[] = [];

  /** Arms a fault at a moment, in milliseconds of the lab's clock. */
  arm(rule: FaultRule, injectedAt: number, snapshot: Snapshot | undefined): void {
    this.#armed.push({ rule, injectedAt, snapshot, seen: 0 });
  }

  /** Takes all faults away. */
  clear(): void {
    this.#armed.length = 0;
  }

  /** The first fault that strikes this request, with the snapshot it was armed with. */
  strike(
    target: FaultTarget,
    now: number,
  ): { readonly fault: Fault; readonly snapshot: Snapshot | undefined } | undefined {
    for (const armed of this.#armed) {
      const { rule, snapshot } = armed;
      if (!matches(rule.match ?? {}, target)) continue;
      if (rule.fault.kind === 'stale' && target.write) continue;
      if (rule.fault.kind === 'field' && !target.operations.includes(rule.fault.field)) continue;
      armed.seen += 1;
      if (strikes(armed, now)) return { fault: rule.fault, snapshot };
    }
    return undefined;
  }
}

function strikes({ rule, seen, injectedAt }: ArmedFault<unknown>, now: number): boolean {
  const nth = rule.nth ?? 1;
  if (rule.fault.kind === 'stale') {
    const { forMs, forRequests } = rule.fault;
    const limit = forRequests ?? (forMs === undefined ? 1 : Number.POSITIVE_INFINITY);
    return seen >= nth && seen < nth + limit && (forMs === undefined || now < injectedAt + forMs);
  }
  return seen >= nth && seen < nth + (rule.times ?? 1);
}

function matches(match: FaultMatch, target: FaultTarget): boolean {
  const { path } = match;
  return (
    (match.api === undefined || match.api === target.api) &&
    (match.method === undefined || match.method === target.method) &&
    (match.token === undefined || match.token === target.token) &&
    (match.operation === undefined || target.operations.includes(match.operation)) &&
    (path === undefined || (typeof path === 'string' ? path === target.path : path.test(target.path)))
  );
}

const MESSAGES: Readonly<Record<number, string>> = {
  401: 'Bad credentials',
  403: 'Resource not accessible by integration',
  404: 'Not Found',
  409: 'Conflict',
  422: 'Validation Failed',
  500: 'Server Error',
  502: 'Server Error',
  503: 'No server is currently available to service your request. Sorry about that. Please try resubmitting your request and contact us if the problem persists.',
  504: "We couldn't respond to your request in time. Sorry about that. Please try resubmitting your request and contact us if the problem persists.",
};

const SECONDARY =
  'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID.';

/** What a fault with a status answers. */
export function faultRefusal(fault: Extract<Fault, { kind: 'status' | 'rate-limit' }>): Refusal {
  if (fault.kind === 'status')
    return new Refusal({
      status: fault.status,
      type: fault.type ?? null,
      message: fault.message ?? MESSAGES[fault.status] ?? 'Server Error',
      ...(fault.headers ? { headers: fault.headers } : {}),
    });
  return new Refusal({
    status: fault.status,
    type: 'RATE_LIMITED',
    message: fault.primary ? 'API rate limit exceeded for installation.' : SECONDARY,
    headers: {
      ...(fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) }),
      ...(fault.primary ? { 'x-ratelimit-remaining': '0' } : {}),
    },
  });
}

/** Spoils the body of a good answer. */
export function spoil(body: string, form: BrokenBody): string {
  switch (form) {
    case 'truncated':
      return body.slice(0, Math.floor(body.length / 2));
    case 'invalid':
      return `${body}}`;
    case 'html':
      return '<!DOCTYPE html><html><head><title>Unicorn!</title></head><body>Please wait</body></html>';
    case 'empty':
      return '';
    case 'foreign':
      return '{"status":"ok"}';
    case 'list':
      return '[]';
    case 'void':
      return '{"data":null}';
    case 'nulls':
      return JSON.stringify({ data: nullsOf(JSON.parse(body)) });
  }
}

/** Each top-level field of an answer's data, null. */
function nullsOf(answer: unknown): unknown {
  const { data } = answer as { readonly data?: object | null };
  return Object.fromEntries(Object.keys(data ?? {}).map((field) => [field, null]));
}
