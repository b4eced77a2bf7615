import type { ApiAnswer, ApiRequest } from '../api.ts';
import type { Permission } from '../options.ts';
import { notFound, Refusal } from '../refusal.ts';
import type { LabRepository } from '../state/repository.ts';
import { requirePermission } from '../tokens.ts';
import { type Call, visibleRepository } from '../world.ts';
import { OpenApi, type OperationEntry } from './openapi.ts';
import { ROUTES } from './routes.ts';

/** What a handler gets. Request bodies have been checked against GitHub's description. */
export interface RestContext {
  readonly call: Call;
  readonly repo: LabRepository;
  /** Path of the request, for links to other pages. */
  readonly path: string;
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface RestResult {
  readonly status: number;
  /** Undefined for an empty body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of the lab. */
export interface Route {
  /** Any one of them will do; the first is the one that a refusal names. Empty: none is asked for. */
  readonly permissions: readonly Permission[];
  readonly level: 'read' | 'write';
  handle(context: RestContext): Promise<RestResult>;
}

/** A request whose path and method the lab knows. */
export interface RouteMatch {
  readonly operationId: string;
  readonly entry: OperationEntry;
  readonly params: Readonly<Record<string, string>>;
}

let shared: OpenApi | undefined;

/** The description, read once a process. */
function description(): OpenApi {
  shared ??= new OpenApi();
  return shared;
}

/** The operation that a request is for; undefined when the lab has none. */
export function findRoute(request: ApiRequest): RouteMatch | undefined {
  for (const entry of description().entries) {
    if (entry.method !== request.method) continue;
    const match = entry.pattern.exec(request.path);
    if (match === null) continue;
    const params = Object.fromEntries(
      entry.names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]),
    );
    return { operationId: entry.id, entry, params };
  }
  return undefined;
}

/** Checks a request, answers it, and checks the answer. */
export async function serveRest(call: Call, match: RouteMatch, request: ApiRequest): Promise<ApiAnswer> {
  const body = readBody(request);
  if (body === 'not JSON') throw new Refusal({ status: 400, type: null, message: 'Problems parsing JSON' });
  const wrong = description().checkRequest(match.entry, { query: request.query, body });
  if (wrong.length > 0) return { status: 500, headers: {}, body: undefined, violations: wrong };
  const result = await answerOf(call, match, request, body as Readonly<Record<string, unknown>> | undefined);
  return {
    status: result.status,
    headers: result.headers ?? {},
    body: result.body,
    violations: description().checkAnswer(match.entry, result.status, plain(result.body)),
  };
}

/** What the client will read: no undefined, no dates. */
function plain(body: unknown): unknown {
  return body === undefined ? undefined : JSON.parse(JSON.stringify(body));
}

function readBody(request: ApiRequest): unknown {
  if (request.body.length === 0) return undefined;
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch {
    return 'not JSON';
  }
}

async function answerOf(
  call: Call,
  match: RouteMatch,
  request: ApiRequest,
  body: Readonly<Record<string, unknown>> | undefined,
): Promise<RestResult> {
  const route = ROUTES[match.operationId];
  if (route === undefined) throw new Error(`lab: no handler for ${match.operationId}`);
  const { owner, repo: name } = match.params;
  const reads = { ...call, stale: request.method === 'GET' ? call.stale : undefined };
  const repo = owner === undefined ? undefined : visibleRepository(reads, `${owner}/${name}`);
  if (owner !== undefined && repo === undefined) throw notFound('Not Found');
  if (repo !== undefined) gate(call, repo, route);
  return route.handle({
    call: reads,
    // handlers of routes without a repository do not look at it
    repo: repo as LabRepository,
    path: request.path,
    params: match.params,
    query: request.query,
    body: body ?? {},
  });
}

function gate(call: Call, repo: LabRepository, route: Route): void {
  const { permissions, level } = route;
  const open = level === 'read' && !repo.settings.private;
  const held = permissions.find((one) => call.token?.permissions[one] === 'write') ?? permissions[0];
  if (held !== undefined && !open) requirePermission(call.token, held, level);
  if (level === 'write' && repo.settings.archived)
    throw new Refusal({
      status: 403,
      type: null,
      message: 'Repository was archived so is read-only.',
    });
}

/** One page of a list, with the Link header that leads on. */
export function paged<T>(
  { query, call, path }: RestContext,
  items: readonly T[],
  view: (item: T) => unknown,
): RestResult & { readonly page: readonly unknown[] } {
  const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30)));
  const number = Math.max(1, Number(query.get('page') ?? 1));
  const page = items.slice((number - 1) * size, number * size).map(view);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string): string => {
    const next = new URLSearchParams(query);
    next.set('page', String(to));
    return `<${call.world.serverUrl}/api/v3${path}?${next}>; rel="${rel}"`;
  };
  const links = number < last ? [link(number + 1, 'next'), link(last, 'last')] : [];
  return { status: 200, body: page, page, headers: links.length > 0 ? { link: links.join(', ') } : {} };
}
