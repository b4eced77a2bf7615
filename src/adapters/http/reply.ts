import type { Absence } from '../../core/analysis/observation.ts';
import { type Instant, type Millis, millis } from '../../core/units.ts';

/** What an attempt brought, or why it brought nothing and whether asking again can help. */
export type Reply<Content> = { readonly kind: 'body'; readonly content: Content } | FailedReply;

export interface FailedReply {
  readonly kind: 'failed';
  readonly absence: Absence;
  readonly retry: boolean;
  /** How long the server asks to wait. */
  readonly retryAfter: Millis | undefined;
}

/** Asking again would bring the same. */
export function final(absence: Absence): FailedReply {
  return { kind: 'failed', absence, retry: false, retryAfter: undefined };
}

/** Whether asking again may help after an answer with this status. */
export function isPassing(status: number): boolean {
  return status >= 500 || status === 429;
}

/** RFC 9110, section 10.2.3: whole seconds or a date. @param now for a date */
export function parseRetryAfter({ headers }: Pick<Response, 'headers'>, now: Instant): Millis | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return millis(Number(text) * 1000);
  const moment = Date.parse(text);
  return Number.isNaN(moment) ? undefined : millis(Math.max(0, moment - now));
}
