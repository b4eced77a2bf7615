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
  /** Go through the proxy that the environment names (https_proxy, no_proxy); default: never. */
  readonly proxy?: boolean;
}

/** What the Octokit of both packages has and we use. */
interface Client {
  request(options: Readonly<Record<string, unknown>> & { readonly url: string }): Promise<HttpAnswer>;
}

const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

function ignore(): void {}

/** Opens the connection; the first request is the first that goes out. */
export function connect(endpoint: Endpoint): Send {
  let client: Promise<Client> | undefined;
  return async (body, signal) => {
    client ??= endpoint.proxy === true ? openBehindProxy(endpoint) : Promise.resolve(openDirect(endpoint));
    const opened = await client;
    try {
      return await opened.request({ method: 'POST', url: endpoint.graphqlUrl, ...body, request: { signal } });
    } catch (error) {
      const answer = answerOf(error);
      if (answer !== undefined) return answer;
      throw error;
    }
  };
}

function openDirect({ token, apiUrl }: Endpoint): Client {
  return new Octokit({ auth: token, baseUrl: apiUrl, userAgent: 'belay', log: SILENT }) as unknown as Client;
}

/** Its own HTTP client costs 70 ms to load; only who needs a proxy pays for it. */
async function openBehindProxy({ token, apiUrl }: Endpoint): Promise<Client> {
  const { getOctokit } = await import('@actions/github');
  return getOctokit(token, { baseUrl: apiUrl, userAgent: 'belay', log: SILENT }) as unknown as Client;
}

/** Octokit throws answers with a status of 400 and above. */
function answerOf(error: unknown): HttpAnswer | undefined {
  if (!(error instanceof Error) || !('response' in error)) return undefined;
  const { response } = error;
  if (typeof response !== 'object' || response === null || !('status' in response)) return undefined;
  return response as HttpAnswer;
}
