import type { ApiAnswer, ApiRequest } from './api.ts';
import { type Fault, type FaultBox, faultRefusal, spoil } from './faults.ts';
import { isGitPath, serveGit } from './git-endpoint.ts';
import type { GraphqlOperation } from './graphql/execute.ts';
import { readGraphql, serveGraphql } from './graphql-endpoint.ts';
import { chargeRequest, rateHeaders } from './rate-limit.ts';
import { Refusal } from './refusal.ts';
import type { LoggedRequest } from './request-log.ts';
import { findRoute, type RouteMatch, serveRest } from './rest/router.ts';
import type { LabRepository } from './state/repository.ts';
import type { Token } from './tokens.ts';
import type { Call, World } from './world.ts';

/** The world with what the lab observes of it. */
export interface ExchangeWorld extends World {
  readonly requests: LoggedRequest[];
  readonly violations: string[];
  readonly faults: FaultBox<ReadonlyMap<string, LabRepository>>;
}

/** What goes over the wire. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** No answer, or half of one: the connection is reset, closed, or left open until the client gives up. */
export class Hangup {
  readonly manner: 'reset' | 'close' | 'hang';
  /** What is said of an answer before that. */
  readonly half: WireAnswer | undefined;
  constructor(manner: 'reset' | 'close' | 'hang', half?: WireAnswer) {
    this.manner = manner;
    this.half = half;
  }
}

type Understood =
  | { readonly kind: 'graphql'; readonly operation: GraphqlOperation }
  | { readonly kind: 'rest'; readonly route: RouteMatch }
  | { readonly kind: 'git' }
  | { readonly kind: 'wrong'; readonly violations: readonly string[] };

/** One request from its arrival to its answer. */
export class Exchange {
  readonly #world: ExchangeWorld;
  readonly #entry: LoggedRequest;
  readonly #request: ApiRequest;
  #token: Token | undefined;

  constructor(world: ExchangeWorld, entry: LoggedRequest, request: ApiRequest) {
    this.#world = world;
    this.#entry = entry;
    this.#request = request;
  }

  /** Does what the request asks, with the fault that strikes it, and gives the answer. */
  async run(): Promise<WireAnswer | Hangup> {
    try {
      const understood = this.#understand();
      this.#token = this.#world.tokens.authenticate(this.#request.headers.authorization);
      this.#entry.actor = this.#token?.actor.login;
      this.#entry.tokenKind = this.#token?.actor.kind;
      if (understood.kind === 'wrong') return this.#wrong(understood.violations);
      return await this.#withFault(understood);
    } catch (error) {
      if (error instanceof Refusal) return this.#refused(error);
      return this.#wrong([`lab: ${String((error as Error).stack ?? error)}`]);
    }
  }

  #understand(): Understood {
    const { api } = this.#entry;
    if (api === 'git') {
      if (isGitPath(this.#request.path)) return { kind: 'git' };
      return { kind: 'wrong', violations: [`request: the lab has no page ${this.#request.path}`] };
    }
    if (api === 'graphql') {
      const read = readGraphql(this.#request);
      if (!('document' in read)) return { kind: 'wrong', violations: read };
      this.#entry.fields = read.fields;
      return { kind: 'graphql', operation: read };
    }
    const route = findRoute(this.#request);
    if (route === undefined)
      return {
        kind: 'wrong',
        violations: [`rest request: the lab has no ${this.#request.method} ${this.#request.path}`],
      };
    this.#entry.operation = route.operationId;
    return { kind: 'rest', route };
  }

  async #withFault(understood: Exclude<Understood, { kind: 'wrong' }>): Promise<WireAnswer | Hangup> {
    const { fields, operation, api } = this.#entry;
    const write = understood.kind === 'graphql' ? understood.operation.kind === 'mutation' : this.#writes();
    const struck = this.#world.faults.strike(
      {
        api,
        method: this.#request.method,
        path: this.#request.path,
        operations: operation === undefined ? fields : [operation],
        token: this.#token?.actor.kind,
        write,
      },
      this.#world.clock.now(),
    );
    const fault = struck?.fault;
    this.#entry.fault = fault?.kind;
    const early = fault && this.#instead(fault, 'before');
    if (early) return early;
    // asking for the limits costs nothing of them
    const charged = understood.kind !== 'git' && operation !== 'rate-limit/get';
    if (charged) chargeRequest(this.#token, this.#resource(), this.#world.clock.now());
    const stale = fault?.kind === 'stale' ? struck?.snapshot : undefined;
    const call: Call = { world: this.#world, token: this.#token, stale };
    const answer = await this.#serve(understood, call, fault);
    const finished = (fault && this.#instead(fault, 'after')) ?? this.#finish(answer, fault);
    if (fault?.kind !== 'cut' || finished instanceof Hangup) return finished;
    return new Hangup(fault.stall ? 'hang' : 'close', finished);
  }

  #writes(): boolean {
    return this.#request.method !== 'GET' && this.#request.method !== 'HEAD';
  }

  #resource(): 'core' | 'graphql' {
    return this.#entry.api === 'graphql' ? 'graphql' : 'core';
  }

  /** The answer that a fault gives in place of the right one, at one of the two moments. */
  #instead(fault: Fault, moment: 'before' | 'after'): WireAnswer | Hangup | undefined {
    switch (fault.kind) {
      case 'timeout':
        return fault.effect === moment ? new Hangup(fault.hang ? 'hang' : 'close') : undefined;
      case 'reset':
        return fault.effect === moment ? new Hangup('reset') : undefined;
      case 'status':
        return (fault.effect ?? 'before') === moment ? this.#refused(faultRefusal(fault)) : undefined;
      case 'rate-limit':
        return moment === 'before' ? this.#refused(faultRefusal(fault)) : undefined;
      default:
        return undefined;
    }
  }

  async #serve(
    understood: Exclude<Understood, { kind: 'wrong' }>,
    call: Call,
    fault: Fault | undefined,
  ): Promise<ApiAnswer | WireAnswer> {
    switch (understood.kind) {
      case 'git':
        return serveGit(call, this.#request);
      case 'graphql':
        return serveGraphql(call, understood.operation, (field, moment) =>
          fault?.kind === 'field' && fault.field === field && (fault.effect ?? 'before') === moment
            ? new Refusal({ status: 200, type: fault.type, message: fault.message })
            : undefined,
        );
      case 'rest':
        return serveRest(call, understood.route, this.#request);
    }
  }

  #finish(answer: ApiAnswer | WireAnswer, fault: Fault | undefined): WireAnswer {
    if (answer.body instanceof Uint8Array) return { ...answer, body: answer.body };
    if ('violations' in answer && answer.violations.length > 0) return this.#wrong(answer.violations);
    const json = answer.body === undefined ? '' : JSON.stringify(answer.body);
    const form = fault?.kind === 'body' ? fault.form : undefined;
    return {
      status: answer.status,
      headers: {
        ...this.#headers(),
        ...answer.headers,
        ...(form === 'html' ? { 'content-type': 'text/html; charset=utf-8' } : {}),
      },
      body: Buffer.from(form === undefined ? json : spoil(json, form)),
    };
  }

  #refused({ shape }: Refusal): WireAnswer {
    if (shape.status === 200)
      return {
        status: 200,
        headers: { ...this.#headers(), ...shape.headers },
        body: Buffer.from(JSON.stringify({ errors: [{ type: shape.type, message: shape.message }] })),
      };
    const body = {
      message: shape.restMessage ?? shape.message,
      ...(shape.details ? { errors: shape.details } : {}),
      documentation_url: 'https://docs.github.com/rest',
      status: String(shape.status),
    };
    const text = this.#entry.api === 'git' ? shape.message : JSON.stringify(body);
    return {
      status: shape.status,
      headers: { ...this.#headers(), ...shape.headers },
      body: Buffer.from(text),
    };
  }

  /** The lab says that the request, or its own answer, is not what GitHub's schema describes. */
  #wrong(violations: readonly string[]): WireAnswer {
    this.#world.violations.push(...violations);
    const message = `lab: schema violation: ${violations.join('; ')}`;
    return { status: 500, headers: this.#headers(), body: Buffer.from(JSON.stringify({ message })) };
  }

  #headers(): Record<string, string> {
    if (this.#entry.api === 'git') return { 'content-type': 'text/plain; charset=utf-8' };
    return {
      'content-type': 'application/json; charset=utf-8',
      'x-github-media-type': 'github.v3; format=json',
      'x-github-request-id': `LAB:${this.#world.requests.length}`,
      ...rateHeaders(this.#token, this.#resource(), this.#world.clock.now()),
    };
  }
}
