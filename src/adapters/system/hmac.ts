import { createHmac, timingSafeEqual } from 'node:crypto';
import type { VerifyMac } from '../../core/dispatch/check-dispatch.ts';

/** HMAC-SHA256 of the UTF-8 bytes of a text, as 64 lower-case hex digits. */
export function signMac({ key, text }: { readonly key: string; readonly text: string }): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('hex');
}

/** Compares in the same time wherever the first difference is. */
export const verifyMac: VerifyMac = ({ key, text, signature }) => {
  const expected = Buffer.from(signMac({ key, text }));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
};
