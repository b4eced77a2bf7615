import { elapsed, formatDuration, formatInstant, type Instant, millis, parseInstant } from '../units.ts';
import { type DispatchPayload, refuseDispatch, signedText } from './payload.ts';

/** Whether `signature` is the HMAC-SHA256 of a text, told in the same time whatever it is. An argument, since core has no crypto. */
export type VerifyMac = (given: {
  readonly key: string;
  readonly text: string;
  readonly signature: string;
}) => boolean;

/** A dispatch may be heeded for so long after it was issued. */
export const LONGEST_LIFE = millis(10 * 60_000);
/** Clocks of two machines differ. */
const MAX_AHEAD = millis(60_000);

/**
 * Holds a payload against the key of its source, the repository and the time, in this order: who cannot sign learns nothing else.
 * @throws ToolError REFUSED (SEC-17)
 */
export function checkDispatch(
  payload: DispatchPayload,
  given: {
    readonly key: string;
    readonly verify: VerifyMac;
    /** `owner/name` of this repository. */
    readonly repository: string;
    readonly now: Instant;
  },
): void {
  const { key, verify, repository, now } = given;
  if (!verify({ key, text: signedText(payload), signature: payload.signature }))
    throw refuseDispatch('signature mismatch');
  // GitHub's names are the same in capitals
  if (payload.repository.toLowerCase() !== repository.toLowerCase())
    throw refuseDispatch(`signature is for ${payload.repository}, and this is ${repository}`);
  checkTimes(payload, now);
}

function checkTimes({ id, issuedAt, expiresAt }: DispatchPayload, now: Instant): void {
  const issued = parseInstant(issuedAt) ?? now;
  const expires = parseInstant(expiresAt) ?? now;
  if (expires <= issued || elapsed(issued, expires) > LONGEST_LIFE)
    throw refuseDispatch(
      `dispatch ${id} says ${issuedAt} to ${expiresAt}; expiresAt must be at most ${formatDuration(LONGEST_LIFE)} after issuedAt`,
    );
  if (issued > now + MAX_AHEAD)
    throw refuseDispatch(
      `dispatch ${id} was issued ${formatDuration(elapsed(now, issued))} in the future (it is ${formatInstant(now)} here); set the clock of its sender`,
    );
  if (now >= expires)
    throw refuseDispatch(
      `dispatch ${id} expired ${Math.floor((now - expires) / 1_000)}s ago; send a new one, do not repeat an old one`,
    );
}
