import { ToolError } from '../../core/errors.ts';
import type { Millis } from '../../core/units.ts';
import { millis } from '../../core/units.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ForgeCost } from '../../ports/forge.ts';
import type { Log } from '../../ports/log.ts';
import type { GraphqlBody, RestRequest, Send } from './connect.ts';
import type { Mask } from './mask.ts';
import { oneLine } from './mask.ts';
import type { Reply } from './reply.ts';
import { concealReply, isUnknown, readReply, readRestReply } from './reply.ts';

export interface CallerOptions {
  readonly send: Send;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly mask: Mask;
  /** Gives the end of one request, from now. */
  readonly deadline: () => AbortSignal;
  /** All waiting that GitHub asks for, together. */
  readonly waitBudget: Millis;
}

export type Answer = Extract<Reply, { kind: 'answer' }>;

/** What became of a write that was sent once. */
export type WriteReply = Extract<Reply, { kind: 'answer' | 'unknown' | 'rejected' }>;

/** What the REST API answered: the parsed body, or why there is none. */
export type RestAnswer =
  | { readonly kind: 'answer'; readonly body: unknown }
  | Extract<Reply, { kind: 'rejected' }>;

/** Asks GitHub. Reads are repeated when they fail; a write is sent once, and who sent it finds out what became of it. */
export interface Caller {
  /** @throws ToolError FORGE_UNAVAILABLE, RATE_LIMITED, UNAUTHORISED, FORGE_REFUSED */
  read(body: GraphqlBody): Promise<Answer>;
  /** @throws ToolError RATE_LIMITED, UNAUTHORISED: nothing happened */
  write(body: GraphqlBody): Promise<WriteReply>;
  /**
   * Asks the REST API, again when it fails: only for what does no harm when it is done twice.
   * @throws ToolError FORGE_UNAVAILABLE, RATE_LIMITED, UNAUTHORISED
   */
  ask(request: RestRequest): Promise<RestAnswer>;
  /** Waits before the n-th repetition (from 0): about 1, 4, 10 s. */
  pause(repetition: number): Promise<void>;
  /** The same for something that GitHub is still working out: about 0.5, 1, 2 s. */
  settle(repetition: number): Promise<void>;
  readonly log: Log;
  cost(): ForgeCost;
}

const PAUSES = [1_000, 4_000, 10_000];
const SETTLING = [500, 1_000, 2_000];
const READ_ATTEMPTS = 3;
const UNSAID_WAIT = 60_000;

export function createCaller(options: CallerOptions): Caller {
  const { clock, random, log } = options;
  const ask = countRequests(options);
  const limits = createPatience(options);

  async function sleep(lengths: readonly number[], repetition: number): Promise<void> {
    const length = lengths[Math.min(repetition, lengths.length - 1)] ?? 0;
    await clock.sleep(millis(Math.round(length * (0.5 + random()))));
  }
  const pause = (repetition: number) => sleep(PAUSES, repetition);

  /** Sends until GitHub no longer asks to wait; nothing happened before. */
  async function send(body: GraphqlBody | RestRequest): Promise<WriteReply> {
    for (;;) {
      const reply = await ask.send(body);
      if (reply.kind === 'rate-limited') await limits.wait(reply);
      else if (reply.kind === 'unauthorised') throw unauthorised(oneLine(reply.reason));
      else return reply;
    }
  }

  async function read(body: GraphqlBody): Promise<Answer> {
    let reason = '';
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt += 1) {
      if (attempt > 0) await pause(attempt - 1);
      const reply = await send(body);
      if (reply.kind === 'rejected') throw rejected(reply);
      const doubt = reply.kind === 'answer' ? reply.errors.find(isUnknown)?.message : reply.reason;
      if (reply.kind === 'answer' && doubt === undefined) return reply;
      reason = oneLine(doubt ?? '');
      log.debug(`GitHub: read failed (${attempt + 1} of ${READ_ATTEMPTS}): ${reason}`);
    }
    throw new ToolError({
      code: 'FORGE_UNAVAILABLE',
      message: `GitHub: could not be read in ${READ_ATTEMPTS} attempts: ${reason}. The next run will try again`,
    });
  }

  async function askRest(request: RestRequest): Promise<RestAnswer> {
    let reason = '';
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt += 1) {
      if (attempt > 0) await pause(attempt - 1);
      const reply = await send(request);
      if (reply.kind === 'rejected') return reply;
      if (reply.kind === 'answer') return { kind: 'answer', body: reply.data.body };
      reason = oneLine(reply.reason);
      log.debug(`GitHub: no answer (${attempt + 1} of ${READ_ATTEMPTS}): ${reason}`);
    }
    throw new ToolError({
      code: 'FORGE_UNAVAILABLE',
      message: `GitHub: gave no answer in ${READ_ATTEMPTS} attempts: ${reason}`,
    });
  }

  return {
    read,
    write: send,
    ask: askRest,
    pause,
    settle: (repetition) => sleep(SETTLING, repetition),
    log,
    cost: ask.cost,
  };
}

/**
 * Sends one request and counts it. The length of the longest chain is found by giving each request one more than the
 * longest chain that had ended when it began.
 */
function countRequests({ send, clock, deadline, mask }: CallerOptions) {
  let requests = 0;
  let ended = 0;
  return {
    cost: (): ForgeCost => ({ requests, roundTrips: ended }),
    send: async (body: GraphqlBody | RestRequest): Promise<Reply> => {
      requests += 1;
      const depth = ended + 1;
      try {
        const answer = await send(body, deadline());
        const read = 'path' in body ? readRestReply : readReply;
        return concealReply(read(answer, clock.now()), mask);
      } catch (error) {
        return { kind: 'unknown', reason: mask(error instanceof Error ? error.message : 'no answer') };
      } finally {
        ended = Math.max(ended, depth);
      }
    },
  };
}

/**
 * Waits as long as GitHub asks, within a budget for the whole run. Each wait has twice the least length of the one before,
 * from a second on: who keeps asking while limited is shut out.
 */
function createPatience({ clock, log, waitBudget }: CallerOptions) {
  let left: number = waitBudget;
  let least = 1_000;
  let unsaid = UNSAID_WAIT;
  return {
    wait: async (reply: Extract<Reply, { kind: 'rate-limited' }>): Promise<void> => {
      const wait = millis(Math.max(reply.wait ?? unsaid, least));
      least *= 2;
      if (reply.wait === undefined) unsaid *= 2;
      const seconds = Math.ceil(wait / 1000);
      if (wait > left)
        throw new ToolError({
          code: 'RATE_LIMITED',
          message: `GitHub: asks to wait ${seconds} s, of ${Math.floor(left / 1000)} s that this run may still wait: ${oneLine(reply.reason)}. The next run will try again`,
        });
      left -= wait;
      log.warn(`GitHub asks to wait ${seconds} s: ${oneLine(reply.reason)}`);
      await clock.sleep(wait);
    },
  };
}

function unauthorised(reason: string): ToolError {
  return new ToolError({
    code: 'UNAUTHORISED',
    message: `GitHub: the token was rejected (401): ${reason || 'no reason given'}. It is wrong, expired or revoked: pass a valid one`,
  });
}

function rejected(reply: Extract<Reply, { kind: 'rejected' }>): ToolError {
  const { status } = reply;
  const reason = oneLine(reply.reason);
  if (status === 403)
    return new ToolError({
      code: 'FORGE_REFUSED',
      message: `GitHub: may not be read with this token: ${reason}. It needs "contents: read" and "pull-requests: read"${grantHint(reply.permissions)}`,
    });
  if (status === 404)
    return new ToolError({
      code: 'CORRUPT',
      message: 'GitHub: there is no GraphQL endpoint at this address (404). Check GITHUB_GRAPHQL_URL',
    });
  if (status === 200 || status === 400)
    return new ToolError({ code: 'BUG', message: `GitHub: did not understand a query: ${reason}` });
  return new ToolError({
    code: 'CORRUPT',
    message: `GitHub: expected an answer to a query, got HTTP ${status}: ${reason}`,
  });
}

/** ` (GitHub names: contents=write)`, when GitHub did. */
export function grantHint(permissions: string | undefined): string {
  return permissions === undefined ? '' : ` (GitHub names: ${permissions})`;
}
