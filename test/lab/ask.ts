import type { Lab } from './lab.ts';

export interface GraphqlError {
  readonly type?: string;
  readonly path?: readonly (string | number)[];
  readonly message: string;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: unknown;
    readonly errors?: readonly GraphqlError[];
    readonly message?: string;
  };
}

/** Posts a GraphQL document the plainest way. */
export async function ask(
  lab: Lab,
  question: {
    readonly token?: string;
    readonly query: string;
    readonly variables?: Readonly<Record<string, unknown>>;
  },
): Promise<Asked> {
  const response = await fetch(lab.graphqlUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(question.token === undefined ? {} : { authorization: `bearer ${question.token}` }),
    },
    body: JSON.stringify({ query: question.query, variables: question.variables ?? {} }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Asked['body'],
  };
}
