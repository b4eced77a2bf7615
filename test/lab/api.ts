/** A request to REST or GraphQL, read but not understood. */
export interface ApiRequest {
  readonly method: string;
  /** Path without the API's prefix and without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** An answer before it is written. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for an empty body. */
  readonly body: unknown;
  /** What in the request or the answer GitHub's published schema does not allow. */
  readonly violations: readonly string[];
}
