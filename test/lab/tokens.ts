import type { Permission, Permissions, TokenKind, TokenOptions } from './options.ts';
import { Refusal } from './refusal.ts';

/** Who acts: the author of commits, comments and pull requests. */
export interface Actor {
  readonly id: number;
  readonly login: string;
  readonly kind: TokenKind;
  readonly bypass: boolean;
}

/** A token the lab knows, with its rate-limit window. */
export interface Token {
  readonly value: string;
  readonly actor: Actor;
  readonly permissions: Permissions;
  readonly repositories: readonly string[] | undefined;
  readonly expired: boolean;
  readonly limit: number;
  /** Requests in the current hour, by resource. */
  readonly used: Record<'core' | 'graphql', number>;
  /** When the current hour ends, milliseconds. */
  resetAt: number;
}

const DEFAULT_LOGIN: Record<TokenKind, string> = {
  app: 'belay[bot]',
  actions: 'github-actions[bot]',
  user: 'mona',
};

const BOT_PERMISSIONS: Permissions = {
  actions: 'write',
  checks: 'write',
  contents: 'write',
  issues: 'write',
  metadata: 'read',
  pull_requests: 'write',
  statuses: 'write',
};

const USER_PERMISSIONS: Permissions = {
  ...BOT_PERMISSIONS,
  administration: 'write',
  members: 'read',
  workflows: 'write',
};

/** Issues tokens and finds them again. Unknown and expired ones are rejected, never guessed. */
export class TokenOffice {
  readonly #tokens = new Map<string, Token>();
  readonly #actors = new Map<string, number>();

  /** Makes a token; its prefix is the one GitHub gives to that kind. */
  issue(options: TokenOptions): Token {
    if (options.kind === 'actions' && options.bypass)
      throw new Error('lab: GITHUB_TOKEN cannot stand on a bypass list; use an app token');
    const actor = this.actor(options);
    const serial = String(this.#tokens.size + 1).padStart(4, '0');
    const prefix = options.kind === 'user' ? 'ghp_' : 'ghs_';
    const token: Token = {
      value: `${prefix}${`lab${options.kind}`.padEnd(32, 'x')}${serial}`,
      actor,
      permissions: options.permissions ?? (options.kind === 'user' ? USER_PERMISSIONS : BOT_PERMISSIONS),
      repositories: options.repositories,
      expired: options.expired ?? false,
      limit: options.rateLimit ?? (options.kind === 'actions' ? 1000 : 5000),
      used: { core: 0, graphql: 0 },
      resetAt: 0,
    };
    this.#tokens.set(token.value, token);
    return token;
  }

  /** The actor of a login; the same login keeps its number. */
  actor(options: Pick<TokenOptions, 'kind' | 'login' | 'bypass'>): Actor {
    const login = options.login ?? DEFAULT_LOGIN[options.kind];
    const id = this.#actors.get(login) ?? 41_898_000 + this.#actors.size;
    this.#actors.set(login, id);
    return { id, login, kind: options.kind, bypass: options.bypass ?? false };
  }

  /** Finds the token of an Authorization header; undefined without one. @throws Refusal 401 when it is not good */
  authenticate(header: string | undefined): Token | undefined {
    if (header === undefined) return undefined;
    const token = this.#tokens.get(tokenOf(header));
    if (token === undefined || token.expired) throw badCredentials();
    return token;
  }
}

/** What `bearer X`, `token X` and `basic base64(anything:X)` carry; empty when it is something else. */
function tokenOf(header: string): string {
  const [scheme = '', value = ''] = header.trim().split(/\s+/, 2);
  switch (scheme.toLowerCase()) {
    case 'bearer':
    case 'token':
      return value;
    case 'basic': {
      const pair = Buffer.from(value, 'base64').toString('utf8');
      return pair.slice(pair.indexOf(':') + 1);
    }
    default:
      return '';
  }
}

/** 401 for a token that is unknown, revoked or expired. */
export function badCredentials(): Refusal {
  return new Refusal({ status: 401, type: null, message: 'Bad credentials' });
}

/** Whether a token sees a repository at all. */
export function canSee(token: Token | undefined, fullName: string, isPrivate: boolean): boolean {
  if (token === undefined) return !isPrivate;
  return token.repositories === undefined || token.repositories.includes(fullName);
}

/** Refuses when the token lacks a permission, naming it in the header GitHub names it in. */
export function requirePermission(
  token: Token | undefined,
  permission: Permission,
  level: 'read' | 'write',
): void {
  if (token === undefined) {
    if (level === 'read') return;
    throw new Refusal({ status: 401, type: null, message: 'Requires authentication' });
  }
  const has = token.permissions[permission];
  if (has === 'write' || (level === 'read' && has !== undefined)) return;
  const subject = token.actor.kind === 'user' ? 'personal access token' : 'integration';
  throw new Refusal({
    status: 403,
    type: 'FORBIDDEN',
    message: `Resource not accessible by ${subject}`,
    headers: { 'x-accepted-github-permissions': `${permission}=${level}` },
  });
}
