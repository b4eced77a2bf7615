/** One entry of the `errors` array of a REST answer. */
export interface RefusalDetail {
  readonly resource: string;
  readonly code: string;
  readonly field?: string;
  readonly message?: string;
}

export interface RefusalShape {
  /** HTTP status of the REST answer; GraphQL answers 200. */
  readonly status: number;
  /** `type` of the GraphQL error; null for the few that carry none. */
  readonly type: string | null;
  readonly message: string;
  /** Where REST words it differently. */
  readonly restMessage?: string;
  readonly details?: readonly RefusalDetail[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** GitHub says no: the same refusal as REST and as GraphQL word it. Everything else that is thrown is a fault of the lab. */
export class Refusal extends Error {
  readonly shape: RefusalShape;

  constructor(shape: RefusalShape) {
    super(shape.message);
    this.name = 'Refusal';
    this.shape = shape;
  }
}

/** Bad input that both interfaces refuse in the same words. */
export function unprocessable(message: string, more: Partial<RefusalShape> = {}): Refusal {
  return new Refusal({ status: 422, type: 'UNPROCESSABLE', message, ...more });
}

/** Something that is not there, or that the token cannot see. */
export function notFound(message: string): Refusal {
  return new Refusal({ status: 404, type: 'NOT_FOUND', message, restMessage: 'Not Found' });
}
