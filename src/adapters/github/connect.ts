import { Octokit } from '@octokit/rest';

/** One HTTP request to the GraphQL endpoint; what came back, whatever its status. @throws when nothing came back */
export type Send = (body: GraphqlBody, signal: AbortSignal) => Promise<HttpAnswer>;

export interface GraphqlBody {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | number | undefined>>;
  /** Parsed JSON; a string when it was none. */
  readonly data: unknown;
}

export interface Endpoint {
  readonly token: string;
  readonly apiUrl: string;
  readonly graphqlUrl: string;
  /** What sends requests; default: Node's, which goes through no proxy. */
  readonly fetch?: typeof fetch;
}

const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

/** Opens the connection; the first request is the first that goes out. */
export function connect(endpoint: Endpoint): Send {
  const client = openClient(endpoint);
  return (body, signal) =>
    answered(client.request({ method: 'POST', url: endpoint.graphqlUrl, ...body, request: { signal } }));
}

/** The same for reading the REST API, at a path below its address. */
export function connectRest(
  endpoint: Omit<Endpoint, 'graphqlUrl'>,
): (path: string, signal: AbortSignal) => Promise<HttpAnswer> {
  const client = openClient(endpoint);
  return (path, signal) => answered(client.request({ method: 'GET', url: path, request: { signal } }));
}

function openClient({ token, apiUrl, fetch }: Omit<Endpoint, 'graphqlUrl'>): Octokit {
  return new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'belay',
    log: SILENT,
    ...(fetch === undefined ? {} : { request: { fetch } }),
  });
}

async function answered(request: Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await request;
  } catch (error) {
    const answer = answerOf(error);
    if (answer !== undefined) return answer;
    throw error;
  }
}

/** Octokit throws answers with a status of 400 and above. */
function answerOf(error: unknown): HttpAnswer | undefined {
  if (!(error instanceof Error) || !('response' in error)) return undefined;
  const { response } = error;
  if (typeof response !== 'object' || response === null || !('status' in response)) return undefined;
  return response as HttpAnswer;
}
