import { ToolError } from '../errors.ts';
import { parseInstant } from '../units.ts';
import { quote } from '../yaml/yaml-path.ts';

/** What somebody who is no person asks by `repository_dispatch`: that Belay look at a release now. All values are text. */
export interface DispatchPayload {
  readonly release: string;
  /** Why, in one line, for people. */
  readonly reason: string;
  /** Who asks: the name of a key in the config. */
  readonly source: string;
  /** ULID or UUID; no two askings have the same. */
  readonly id: string;
  /** Moments in UTC. */
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** `owner/name` of the repository that is asked. */
  readonly repository: string;
  /** HMAC-SHA256 of `signedText`, 64 hex digits. */
  readonly signature: string;
}

type Field = keyof DispatchPayload;

interface FieldRule {
  readonly expected: string;
  isSound(text: string): boolean;
}

/** Stands in the place of a reason that nobody gave: what goes back waits for no words. */
export const NO_REASON = 'no reason given';

/** Longest reason, in characters. */
const MAX_REASON = 200;
const NAME: FieldRule = {
  expected: 'lower-case letters, digits and dashes',
  isSound: (text) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text),
};
const MOMENT: FieldRule = {
  expected: 'a moment in UTC like 2026-11-21T08:05:00Z',
  isSound: (text) => parseInstant(text) !== undefined,
};
/** Signs that a line of a log, of JSON or of Markdown could be broken or turned around by. */
const UNSOUND = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** In the order of the signed text. */
const RULES: Readonly<Record<Field, FieldRule>> = {
  expiresAt: MOMENT,
  id: { expected: 'a ULID or a UUID in lower case', isSound: (text) => ULID.test(text) || UUID.test(text) },
  issuedAt: MOMENT,
  reason: {
    expected: `1 to ${MAX_REASON} characters on one line`,
    isSound: (text) => text !== '' && [...text].length <= MAX_REASON && !UNSOUND.test(text),
  },
  release: NAME,
  repository: {
    expected: 'owner/name',
    isSound: (text) => /^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/.test(text),
  },
  // what is wrong with a signature is nobody's business
  signature: { expected: 'a signature', isSound: () => true },
  source: NAME,
};

/** Fields of a payload, in the order of the signed text. */
const FIELDS = Object.keys(RULES) as readonly Field[];

/**
 * Reads a payload that has to be signed; every field is needed, and there is no other.
 * @throws ToolError REFUSED that names the field
 */
export function readPayload(payload: unknown): DispatchPayload {
  const fields = closedFields(payload);
  if (fields.signature === undefined)
    throw refuseDispatch(
      'the config names dispatch.sources, so what they send has to be signed, and client_payload.signature is missing; "belay dispatch" prints one that is signed, and docs/alerts.md of Belay says what stands in it',
    );
  const entries = FIELDS.map((field) => [field, readField(fields, field)] as const);
  return Object.fromEntries(entries) as unknown as DispatchPayload;
}

/**
 * Reads a payload where nothing is signed: a release and, at will, a reason, which is made one plain line. The other fields may
 * stand there, so that senders can sign before the config asks for it; nothing is believed of them.
 * @throws ToolError REFUSED that names the field
 */
export function readUnsigned(payload: unknown): Pick<DispatchPayload, 'release' | 'reason'> {
  const fields = closedFields(payload);
  const reason = typeof fields.reason === 'string' ? plainReason(fields.reason) : '';
  return { release: readField(fields, 'release'), reason: reason === '' ? NO_REASON : reason };
}

/** A text from anywhere as a reason: one line, of sound characters, cut where it is too long. */
export function plainReason(text: string): string {
  const line = text.replace(new RegExp(UNSOUND, 'gu'), ' ').replace(/\s+/g, ' ').trim();
  return [...line].slice(0, MAX_REASON).join('').trim();
}

/**
 * What is signed: the fields but the signature as JSON without blanks, keys in alphabetical order. Of the characters that a field
 * may hold, JSON escapes `"` and `\` alone, so every program writes the same bytes (`jq -cS`, printf).
 */
export function signedText(payload: Omit<DispatchPayload, 'signature'>): string {
  const signed = FIELDS.filter((field) => field !== 'signature');
  return JSON.stringify(Object.fromEntries(signed.map((field) => [field, payload[field]])));
}

/** The error of a dispatch that is not heeded. */
export function refuseDispatch(message: string): ToolError {
  return new ToolError({ code: 'REFUSED', message: `refused[SEC-17] ${message}` });
}

function closedFields(payload: unknown): Readonly<Record<string, unknown>> {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    throw refuseDispatch(
      'client_payload must be an object; see docs/alerts.md of Belay for what stands in it',
    );
  const strange = Object.keys(payload).find((key) => !Object.hasOwn(RULES, key));
  if (strange !== undefined)
    throw refuseDispatch(
      `client_payload.${/^\w{1,60}$/.test(strange) ? strange : quote(strange)} is not allowed; expected only ${FIELDS.join(', ')}`,
    );
  return payload as Readonly<Record<string, unknown>>;
}

function readField(fields: Readonly<Record<string, unknown>>, field: Field): string {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined;
  const { expected, isSound } = RULES[field];
  if (value === undefined) throw refuseDispatch(`client_payload.${field} is missing, expected ${expected}`);
  if (typeof value === 'string' && isSound(value)) return value;
  const got = typeof value === 'string' ? quote(value) : `a value that is no text`;
  throw refuseDispatch(`client_payload.${field} must be ${expected}, got ${got}`);
}
