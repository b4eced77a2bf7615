import type { Instant, Millis } from '../../core/units.ts';
import { millis } from '../../core/units.ts';
import type { HttpAnswer } from './connect.ts';
import type { Mask } from './mask.ts';

/** An entry of GraphQL's `errors`. */
export interface FieldError {
  /** `STALE_DATA`, `FORBIDDEN`, …; empty when GitHub gave none. */
  readonly type: string;
  readonly message: string;
  /** First part of the path: the alias; empty for the whole request. */
  readonly alias: string;
}

/** What one HTTP answer means, before anybody asks what it is about. */
export type Reply =
  | {
      readonly kind: 'answer';
      readonly data: Readonly<Record<string, unknown>>;
      readonly errors: readonly FieldError[];
      /** X-Accepted-GitHub-Permissions, where GitHub tells what would have been enough. */
      readonly permissions: string | undefined;
    }
  /** A write may or may not have happened: a timeout, a reset, 5xx, a broken body. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** Nothing happened; ask again after `wait`, which is undefined when GitHub does not say how long. */
  | { readonly kind: 'rate-limited'; readonly wait: Millis | undefined; readonly reason: string }
  | { readonly kind: 'unauthorised'; readonly reason: string }
  /** Nothing happened, and asking again changes nothing. */
  | {
      readonly kind: 'rejected';
      readonly status: number;
      readonly reason: string;
      readonly permissions: string | undefined;
    };

/** The same reply without the secrets that GitHub may have echoed. */
export function concealReply(reply: Reply, mask: Mask): Reply {
  if (reply.kind !== 'answer') return { ...reply, reason: mask(reply.reason) };
  return { ...reply, errors: reply.errors.map((error) => ({ ...error, message: mask(error.message) })) };
}

/** Reads an answer of the REST API: its status means what it says. The body stands at `body`. */
export function readRestReply(answer: HttpAnswer, now: Instant): Reply {
  const { status, headers, data } = answer;
  const reason = messageOf(data) || `HTTP ${status}`;
  const permissions = headers['x-accepted-github-permissions']?.toString();
  if (status === 401) return { kind: 'unauthorised', reason };
  if (status >= 500) return { kind: 'unknown', reason: `HTTP ${status}` };
  if (isRateLimited(status, headers, messageOf(data)))
    return { kind: 'rate-limited', wait: waitOf(headers, now), reason };
  if (status >= 300) return { kind: 'rejected', status, reason, permissions };
  return { kind: 'answer', data: { body: data }, errors: [], permissions };
}

/** Reads an HTTP answer. A status of 200 promises nothing: limits, faults and refusals come with it too. */
export function readReply(answer: HttpAnswer, now: Instant): Reply {
  const { status, headers, data } = answer;
  const said = messageOf(data);
  const permissions = headers['x-accepted-github-permissions']?.toString();
  if (status === 401) return { kind: 'unauthorised', reason: said };
  if (status >= 500) return { kind: 'unknown', reason: `HTTP ${status}` };
  if (isRateLimited(status, headers, said))
    return { kind: 'rate-limited', wait: waitOf(headers, now), reason: said || `HTTP ${status}` };
  if (status >= 300) return { kind: 'rejected', status, reason: said || `HTTP ${status}`, permissions };
  if (!isRecord(data) || !('data' in data || 'errors' in data))
    return { kind: 'unknown', reason: `HTTP ${status} with a body that is not GraphQL's JSON` };
  const errors = Array.isArray(data.errors) ? data.errors.map(readError) : [];
  const isEmpty = !isRecord(data.data) || Object.values(data.data).every((value) => value === null);
  if (isEmpty && errors.some(isLimitError))
    return {
      kind: 'rate-limited',
      wait: waitOf(headers, now),
      reason: errors.find(isLimitError)?.message ?? '',
    };
  if (!isRecord(data.data)) return withoutData(errors, permissions);
  return { kind: 'answer', data: data.data, errors, permissions };
}

function withoutData(errors: readonly FieldError[], permissions: string | undefined): Reply {
  const [first] = errors;
  if (first === undefined) return { kind: 'unknown', reason: 'an answer without data and without errors' };
  if (isUnknown(first)) return { kind: 'unknown', reason: first.message };
  // an error for each field, with nothing to show: the fields tell more than the whole
  if (errors.every((error) => error.alias !== '')) return { kind: 'answer', data: {}, errors, permissions };
  return { kind: 'rejected', status: 200, reason: first.message, permissions };
}

/** GitHub gave up on the work somewhere in between: it may have been done. */
export function isUnknown(error: FieldError): boolean {
  return /something went wrong|timed? ?out|couldn't respond|internal error|RATE_LIMIT|SERVICE_UNAVAILABLE/i.test(
    `${error.type} ${error.message}`,
  );
}

function isLimitError(error: FieldError): boolean {
  return error.type === 'RATE_LIMITED' || error.type === 'RATE_LIMIT' || /rate limit/i.test(error.message);
}

function isRateLimited(status: number, headers: HttpAnswer['headers'], said: string): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers['retry-after'] !== undefined ||
    headers['x-ratelimit-remaining']?.toString() === '0' ||
    /rate limit/i.test(said)
  );
}

/** `retry-after` in seconds, else the reset of a used-up limit and one second; measured on GitHub's own clock. */
function waitOf(headers: HttpAnswer['headers'], now: Instant): Millis | undefined {
  const after = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && after >= 0) return millis(after * 1000);
  const reset = Number(headers['x-ratelimit-reset']);
  if (headers['x-ratelimit-remaining']?.toString() !== '0' || !(reset > 0)) return undefined;
  const theirs = Date.parse(headers.date?.toString() ?? '');
  return millis(Math.max(0, reset * 1000 - (Number.isNaN(theirs) ? now : theirs)) + 1000);
}

function readError(error: unknown): FieldError {
  const record = isRecord(error) ? error : {};
  const [alias] = Array.isArray(record.path) ? record.path : [];
  return {
    type: typeof record.type === 'string' ? record.type : '',
    message: typeof record.message === 'string' ? record.message : 'an error without a message',
    alias: typeof alias === 'string' ? alias : '',
  };
}

function messageOf(data: unknown): string {
  return isRecord(data) && typeof data.message === 'string' ? data.message : '';
}

/** A JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
