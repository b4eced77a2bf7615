import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { bits, der, integer, octets, oid, sequence, time, utf8, YES } from './der.ts';

/** A sigstore of our own: certificate authority, certificate log and transparency log, with real keys and signatures. */

/** When everything in these tests is signed. */
export const SIGNED_AT = Date.UTC(2026, 0, 5, 12);
const MINUTE = 60_000;
export const ISSUER = 'https://token.actions.githubusercontent.com';
export const WORKFLOW = 'https://github.com/acme/models/.github/workflows/train.yml@refs/heads/main';
export const REPOSITORY = 'https://github.com/acme/models';

interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly spki: Buffer;
}

/** @param namedCurve default P-256 */
export function makeKeys(namedCurve = 'P-256'): Keys {
  const pair = generateKeyPairSync('ec', { namedCurve });
  return { ...pair, spki: pair.publicKey.export({ type: 'spki', format: 'der' }) };
}

const hash = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** What a certificate is to say. */
export interface Identity {
  /** One or more. Default WORKFLOW. */
  readonly names?: readonly string[];
  readonly issuer?: string;
  /** The issuer as bare text, as certificates had it before there was the other extension. */
  readonly isOld?: boolean;
  readonly repository?: string;
  readonly notBefore?: number;
  /** Left out of the certificate log. */
  readonly isUnlogged?: boolean;
}

export interface Authority {
  /** The trusted root, as JSON. */
  readonly root: string;
  /** A key and its certificate, valid for ten minutes. */
  certify(identity?: Identity, namedCurve?: string): Signer;
  /** An entry of the transparency log as it stands in a bundle. */
  log(body: object, options?: { readonly at?: number }): object;
}

export interface Signer extends Keys {
  readonly certificate: Buffer;
}

export function makeAuthority(): Authority {
  const ca = makeKeys();
  const certificates = makeKeys();
  const entries = makeKeys();
  const name = sequence(der(0x31, sequence(oid('2.5.4.3'), utf8('test authority'))));
  const keyId = (keys: Keys) => hash(keys.spki).subarray(0, 20);
  const tbs = (given: {
    readonly keys: Keys;
    readonly subject: Buffer;
    readonly from: number;
    readonly length: number;
    readonly extensions: readonly Buffer[];
  }): Buffer =>
    sequence(
      der(0xa0, integer(2)),
      integer(17),
      ECDSA_SHA256,
      name,
      sequence(time(given.from), time(given.from + given.length)),
      given.subject,
      given.keys.spki,
      der(0xa3, sequence(...given.extensions)),
    );
  const signed = (body: Buffer) => sequence(body, ECDSA_SHA256, bits(sign('sha256', body, ca.privateKey)));
  const start = SIGNED_AT - 365 * 24 * 60 * MINUTE;
  const rootCertificate = signed(
    tbs({
      keys: ca,
      subject: name,
      from: start,
      length: 10 * 365 * 24 * 60 * MINUTE,
      extensions: [extension('2.5.29.19', sequence(YES), YES), extension('2.5.29.14', octets(keyId(ca)))],
    }),
  );

  function certify(identity: Identity = {}, namedCurve?: string): Signer {
    const keys = makeKeys(namedCurve);
    const extensions = [
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.3'))),
      extension('2.5.29.17', sequence(...(identity.names ?? [WORKFLOW]).map(generalName)), YES),
      extension('2.5.29.35', sequence(der(0x80, keyId(ca)))),
      ...issuedBy(identity),
    ];
    const given = {
      keys,
      subject: sequence(),
      from: identity.notBefore ?? SIGNED_AT - MINUTE,
      length: 10 * MINUTE,
    };
    const scts = identity.isUnlogged ? [] : [timestampOf(tbs({ ...given, extensions }))];
    return { ...keys, certificate: signed(tbs({ ...given, extensions: [...extensions, ...scts] })) };
  }

  /** RFC 6962, sections 3.2 and 3.3. */
  function timestampOf(body: Buffer): Buffer {
    const at = Buffer.alloc(8);
    at.writeBigUInt64BE(BigInt(SIGNED_AT));
    const length = Buffer.from([body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff]);
    const head = Buffer.concat([Buffer.from([0, 0]), at, Buffer.from([0, 1])]);
    const signature = sign(
      'sha256',
      Buffer.concat([head, hash(ca.spki), length, body, Buffer.from([0, 0])]),
      certificates.privateKey,
    );
    const sct = Buffer.concat([
      Buffer.from([0]),
      hash(certificates.spki),
      at,
      Buffer.from([0, 0, 4, 3, 0, signature.length]),
      signature,
    ]);
    const list = Buffer.concat([Buffer.from([0, sct.length + 2, 0, sct.length]), sct]);
    return extension('1.3.6.1.4.1.11129.2.4.2', octets(list));
  }

  function log(body: object, { at = SIGNED_AT }: { readonly at?: number } = {}): object {
    const { apiVersion, kind } = body as { readonly apiVersion: string; readonly kind: string };
    const canonicalizedBody = Buffer.from(JSON.stringify(body)).toString('base64');
    const integratedTime = at / 1000;
    const logID = hash(entries.spki).toString('hex');
    // the keys in this order are the canonical form
    const promise = JSON.stringify({ body: canonicalizedBody, integratedTime, logID, logIndex: 7 });
    const signedEntryTimestamp = sign('sha256', Buffer.from(promise), entries.privateKey).toString('base64');
    return {
      logIndex: '7',
      logId: { keyId: hash(entries.spki).toString('base64') },
      kindVersion: { kind, version: apiVersion },
      integratedTime: String(integratedTime),
      inclusionPromise: { signedEntryTimestamp },
      canonicalizedBody,
    };
  }

  const validFor = { start: new Date(start).toISOString() };
  const logOf = (keys: Keys) => ({
    baseUrl: 'https://log.invalid',
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: keys.spki.toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
    logId: { keyId: hash(keys.spki).toString('base64') },
  });
  const root = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logOf(entries)],
    certificateAuthorities: [
      { certChain: { certificates: [{ rawBytes: rootCertificate.toString('base64') }] }, validFor },
    ],
    ctlogs: [logOf(certificates)],
  };
  return { root: JSON.stringify(root), certify, log };
}

function extension(id: string, value: Buffer, isCritical?: Buffer): Buffer {
  return sequence(oid(id), ...(isCritical ? [isCritical] : []), octets(value));
}

/** A URI or an e-mail address; bytes as they are, also those that no URI may have. */
function generalName(name: string): Buffer {
  return der(name.includes('://') ? 0x86 : 0x81, Buffer.from(name, 'latin1'));
}

/** Fulcio's extensions. */
function issuedBy({ issuer = ISSUER, isOld, repository }: Identity): readonly Buffer[] {
  const from = repository === undefined ? [] : [extension('1.3.6.1.4.1.57264.1.12', utf8(repository))];
  if (isOld) return [extension('1.3.6.1.4.1.57264.1.1', Buffer.from(issuer)), ...from];
  return [extension('1.3.6.1.4.1.57264.1.8', utf8(issuer)), ...from];
}
