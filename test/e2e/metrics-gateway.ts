import type { ServerResponse } from 'node:http';
import type { Instant } from '../../src/core/units.ts';
import { type LocalServer, type ReceivedRequest, startServer } from '../tools/http-server.ts';

/** How the gateway answers. */
export type GatewayMood =
  /** Passes on what the server says. */
  | 'open'
  /** Hangs up. */
  | 'down'
  /** Takes the question and says nothing, for as long as somebody waits. */
  | 'slow'
  /** Passes on the answer about six hours before the moment that was asked about, as from a cache. */
  | 'of-the-past'
  /** Refuses with 401, and tells what it was sent. */
  | 'indiscreet';

/**
 * An address for a Prometheus that is known before the server has started, that wants a bearer token, and that can be made to fail.
 */
export interface MetricsGateway {
  readonly url: string;
  /** Queries that were asked. */
  readonly requests: LocalServer['requests'];
  mood: GatewayMood;
  /** Where the Prometheus is. */
  target: string | undefined;
  /** What it shows for the time; undefined: what the server shows. */
  date: (() => Instant) | undefined;
  /** Runs once, before the next query is passed on: a race with whoever asks. */
  beforeNext: (() => Promise<void>) | undefined;
  close(): Promise<void>;
}

/** Opens a gateway that lets in who shows the token. */
export async function openGateway(options: { readonly token: string }): Promise<MetricsGateway> {
  const server = await startServer((request, response) => {
    void answer(gateway, request, response).catch((error: unknown) => {
      response.writeHead(502).end(String(error));
    });
  });
  const gateway: MetricsGateway & { readonly token: string } = {
    token: options.token,
    url: server.url,
    requests: server.requests,
    mood: 'open',
    target: undefined,
    date: undefined,
    beforeNext: undefined,
    close: server.close,
  };
  return gateway;
}

async function answer(
  gateway: MetricsGateway & { readonly token: string },
  request: ReceivedRequest,
  response: ServerResponse,
): Promise<void> {
  const happening = gateway.beforeNext;
  gateway.beforeNext = undefined;
  await happening?.();
  if (gateway.mood === 'down') return void response.destroy();
  if (gateway.mood === 'slow') return;
  const shown = request.headers.authorization ?? '';
  if (gateway.mood === 'indiscreet' || shown !== `Bearer ${gateway.token}`)
    return void response.writeHead(401).end(`not with ${shown}`);
  const passedOn = await fetch(`${gateway.target}${request.path}`, {
    method: request.method,
    headers: { 'content-type': request.headers['content-type'] ?? '' },
    body: gateway.mood === 'of-the-past' ? sixHoursBefore(request.body) : request.body,
  });
  const body = Buffer.from(await passedOn.arrayBuffer());
  response
    .writeHead(passedOn.status, {
      'content-type': passedOn.headers.get('content-type') ?? '',
      ...(gateway.date ? { date: new Date(gateway.date()).toUTCString() } : {}),
    })
    .end(body);
}

/** The same question, with every moment in it moved back. */
function sixHoursBefore(body: string): string {
  const form = new URLSearchParams(body);
  for (const name of ['time', 'start', 'end']) {
    const moment = form.get(name);
    if (moment !== null) form.set(name, String(Number(moment) - 6 * 3600));
  }
  return form.toString();
}
