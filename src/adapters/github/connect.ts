import { Octokit } from '@octokit/rest';

/** One HTTP request; what came back, whatever its status. @throws when nothing came back */
export type Send = (request: GraphqlBody | RestRequest, signal: AbortSignal) => Promise<HttpAnswer>;

/** What GraphQL cannot be asked. */
export interface RestRequest {
  readonly method: 'GET' | 'POST';
  /** Below the address of the API, its parts encoded: `/repos/acme/models/…`. */
  readonly path: string;
  /** Of a POST. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

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
export function connect({ token, apiUrl, graphqlUrl, fetch }: Endpoint): Send {
  const client = new Octokit({
    auth: token,
    baseUrl: apiUrl,
    userAgent: 'belay',
    log: SILENT,
    ...(fetch === undefined ? {} : { request: { fetch } }),
  });
  return async (asked, signal) => {
    const request = { signal };
    try {
      return 'path' in asked
        ? await client.request({ method: asked.method, url: asked.path, ...asked.fields, request })
        : await client.request({ method: 'POST', url: graphqlUrl, ...asked, request });
    } catch (error) {
      const answer = answerOf(error);
      if (answer !== undefined) return answer;
      throw error;
    }
  };
}

/** Octokit throws answers with a status of 400 and above. */
function answerOf(error: unknown): HttpAnswer | undefined {
  if (!(error instanceof Error) || !('response' in error)) return undefined;
  const { response } = error;
  if (typeof response !== 'object' || response === null || !('status' in response)) return undefined;
  return response as HttpAnswer;
}
