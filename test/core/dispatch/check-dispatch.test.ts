import { describe, expect, it } from 'vitest';
import { signMac, verifyMac } from '../../../src/adapters/system/hmac.ts';
import { checkDispatch } from '../../../src/core/dispatch/check-dispatch.ts';
import {
  type DispatchPayload,
  plainReason,
  readPayload,
  readUnsigned,
  signedText,
} from '../../../src/core/dispatch/payload.ts';
import { formatInstant, type Instant, instant } from '../../../src/core/units.ts';

const KEY = 'a-key-of-at-least-thirty-two-characters';
const NOW = instant(Date.UTC(2026, 10, 21, 8));
const seconds = (count: number): string => formatInstant(instant(NOW + count * 1_000));

function sign(change: Partial<DispatchPayload> = {}, key = KEY): DispatchPayload {
  const unsigned = {
    release: 'scorer',
    reason: 'alert "HighErrorRate" \\ é 1 %',
    source: 'alertmanager',
    id: '01JD5Q7RZ8W3X4Y5Z6A7B8C9D0',
    issuedAt: seconds(-10),
    expiresAt: seconds(290),
    repository: 'acme/models',
    ...change,
  };
  return { ...unsigned, signature: signMac({ key, text: signedText(unsigned) }) };
}

/** The message of what is refused; undefined when it is heeded. */
function refusal(payload: unknown, now: Instant = NOW): string | undefined {
  try {
    checkDispatch(readPayload(payload), { key: KEY, verify: verifyMac, repository: 'acme/models', now });
    return undefined;
  } catch (fault) {
    expect(fault).toMatchObject({ name: 'ToolError', code: 'REFUSED' });
    return (fault as Error).message;
  }
}

describe('a signed dispatch', () => {
  it('is heeded until it expires', () => {
    expect(refusal(sign())).toBeUndefined();
    expect(refusal(sign(), instant(NOW + 289_000))).toBeUndefined();
    expect(refusal(sign({ id: '0b0e6f0e-5b1c-4f6e-9a54-9c1b0f5f7a10' }))).toBeUndefined();
  });

  it('is of this repository in whatever case its name is written', () => {
    expect(refusal(sign({ repository: 'Acme/Models' }))).toBeUndefined();
  });

  it('signs one text, whatever the order of its fields', () => {
    const { signature: _, ...unsigned } = sign();
    const turned = Object.fromEntries(Object.entries(unsigned).reverse()) as typeof unsigned;
    expect(signedText(turned)).toBe(
      '{"expiresAt":"2026-11-21T08:04:50Z","id":"01JD5Q7RZ8W3X4Y5Z6A7B8C9D0","issuedAt":"2026-11-21T07:59:50Z",' +
        '"reason":"alert \\"HighErrorRate\\" \\\\ é 1 %","release":"scorer","repository":"acme/models","source":"alertmanager"}',
    );
  });

  const { signature, ...unsigned } = sign();
  const flipped = `${signature.startsWith('0') ? '1' : '0'}${signature.slice(1)}`;
  it.each<[what: string, payload: unknown, message: string]>([
    [
      '11 minutes and a second old',
      sign({ issuedAt: seconds(-661), expiresAt: seconds(-61) }),
      'expired 61s ago',
    ],
    ['at the very moment of its end', sign({ expiresAt: seconds(0) }), 'expired 0s ago'],
    [
      'of another repository',
      sign({ repository: 'org/other' }),
      'signature is for org/other, and this is acme/models',
    ],
    ['with another key', sign({}, `${KEY}!`), 'signature mismatch'],
    ['with one digit of the signature changed', { ...unsigned, signature: flipped }, 'signature mismatch'],
    ['with a signature that is none', { ...unsigned, signature: 'yes' }, 'signature mismatch'],
    ['with an empty signature', { ...unsigned, signature: '' }, 'signature mismatch'],
    ['with half a signature', { ...unsigned, signature: signature.slice(0, 32) }, 'signature mismatch'],
    ['with a changed release', { ...sign(), release: 'ranker' }, 'signature mismatch'],
    [
      'with a changed repository',
      { ...sign({ repository: 'org/other' }), repository: 'acme/models' },
      'signature mismatch',
    ],
    ['with a later end', { ...sign(), expiresAt: seconds(400) }, 'signature mismatch'],
    [
      'that lives for too long',
      sign({ expiresAt: seconds(600) }),
      'expiresAt must be at most 10m after issuedAt',
    ],
    [
      'that ends before it begins',
      sign({ expiresAt: seconds(-20) }),
      'expiresAt must be at most 10m after issuedAt',
    ],
    ['from the future', sign({ issuedAt: seconds(120) }), 'issued 2m in the future'],
  ])('is refused %s', (_, payload, message) => {
    const said = refusal(payload);
    expect(said).toMatch(/^refused\[SEC-17\] /);
    expect(said).toContain(message);
    // no detail of what was expected
    if (message === 'signature mismatch') expect(said).toBe('refused[SEC-17] signature mismatch');
  });
});

/** Said before any other field is missed: who does not sign has to learn that first. */
const UNSIGNED =
  'the config names dispatch.sources, so what they send has to be signed, and client_payload.signature is missing; "belay dispatch" prints one';

describe('the fields of a payload', () => {
  it.each<[payload: unknown, message: string]>([
    [{ ...sign(), foo: 1 }, 'client_payload.foo is not allowed'],
    [JSON.parse('{"__proto__": {"release": "scorer"}}'), 'client_payload.__proto__ is not allowed'],
    [{ ...sign(), 'a\n::error::b': '' }, 'client_payload."a\\n::error::b" is not allowed'],
    [{ release: 'scorer', reason: 'x' }, UNSIGNED],
    [{ ...sign(), signature: undefined }, UNSIGNED],
    [{ ...sign(), expiresAt: undefined }, 'client_payload.expiresAt is missing'],
    [{ ...sign(), release: '../scorer' }, 'client_payload.release must be lower-case letters'],
    [{ ...sign(), release: ['scorer'] }, 'client_payload.release must be lower-case letters'],
    [{ ...sign(), id: '1' }, 'client_payload.id must be a ULID or a UUID'],
    [{ ...sign(), issuedAt: 'now' }, 'client_payload.issuedAt must be a moment in UTC'],
    [{ ...sign(), expiresAt: 1_795_248_300 }, 'client_payload.expiresAt must be a moment in UTC'],
    [{ ...sign(), repository: 'acme' }, 'client_payload.repository must be owner/name'],
    [{ ...sign(), reason: 'two\nlines' }, 'client_payload.reason must be 1 to 200 characters on one line'],
    [{ ...sign(), reason: 'x'.repeat(201) }, 'client_payload.reason must be 1 to 200 characters'],
    [{ ...sign(), reason: 'turned \u202e round' }, 'client_payload.reason must be 1 to 200 characters'],
    [{ ...sign(), reason: '' }, 'client_payload.reason must be 1 to 200 characters'],
    [undefined, 'client_payload must be an object'],
    [null, 'client_payload must be an object'],
    [[], 'client_payload must be an object'],
    ['scorer', 'client_payload must be an object'],
  ])('%j are refused', (payload, message) => {
    expect(refusal(payload)).toContain(`refused[SEC-17] ${message}`);
  });
});

describe('a dispatch that nobody signed', () => {
  it('names a release, and its reason is made one plain line', () => {
    expect(readUnsigned({ release: 'scorer' })).toEqual({ release: 'scorer', reason: 'no reason given' });
    expect(readUnsigned({ release: 'scorer', reason: 7 }).reason).toBe('no reason given');
    expect(readUnsigned({ release: 'scorer', reason: ' a\n::error::b\u202e ' }).reason).toBe('a ::error::b');
    expect(readUnsigned({ ...sign(), signature: 'whatever' }).release).toBe('scorer');
    expect(() => readUnsigned({ release: 'scorer', force: true })).toThrow(
      'refused[SEC-17] client_payload.force is not allowed',
    );
  });
});

describe('plainReason', () => {
  it('cuts between characters and never within one', () => {
    const reason = plainReason('😀'.repeat(250));
    expect([...reason]).toHaveLength(200);
    expect(refusal(sign({ reason }))).toBeUndefined();
  });
});
