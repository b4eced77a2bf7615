import { X509Certificate } from 'node:crypto';
import type { VerificationPolicy } from '@sigstore/verify';
import type { SignerIdentity } from '../../core/manifest/verify-schema.ts';

/** Fulcio's extensions. Source: sigstore/fulcio, docs/oid-info.md */
const ISSUER = '1.3.6.1.4.1.57264.1.8';
/** The same as bare text, from before there was the other. */
const ISSUER_OLD = '1.3.6.1.4.1.57264.1.1';
const SOURCE_REPOSITORY = '1.3.6.1.4.1.57264.1.12';

/** Who a certificate says that its key belongs to. */
export interface Signer {
  /** As node writes it: `URI:https://…` or `email:…`, several with commas between them, odd ones in quotes. */
  readonly names: string;
  /** DER of an extension's value by its OID. */
  readonly extensions: ReadonlyMap<string, Buffer>;
}

/** What a verified certificate says of its owner. @param der the certificate */
export function readSigner(der: Uint8Array, identity: VerificationPolicy): Signer {
  const pairs = (identity.oids ?? []).map(
    ({ oid, value }) => [oid?.id.join('.') ?? '', Buffer.from(value)] as const,
  );
  return { names: new X509Certificate(der).subjectAltName ?? '', extensions: new Map(pairs) };
}

/**
 * Whether a signer is the one that is trusted: one name alone, and every part the same to the byte. Nothing of the config is
 * read as a pattern: sigstore's own policy takes an identity for a regular expression that need match only a part.
 */
export function isSigner(signer: Signer, { issuer, identity, repository }: SignerIdentity): boolean {
  const isNamed = signer.names === `URI:${identity}` || signer.names === `email:${identity}`;
  return isNamed && isIssuedBy(signer, issuer) && (repository === undefined || isFrom(signer, repository));
}

function isIssuedBy({ extensions }: Signer, issuer: string): boolean {
  const value = extensions.get(ISSUER);
  if (value) return value.equals(utf8String(issuer));
  return extensions.get(ISSUER_OLD)?.equals(Buffer.from(issuer, 'utf8')) ?? false;
}

function isFrom({ extensions }: Signer, repository: string): boolean {
  return extensions.get(SOURCE_REPOSITORY)?.equals(utf8String(repository)) ?? false;
}

/** DER of a UTF8String. */
function utf8String(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const { length } = bytes;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([0x0c, ...size]), bytes]);
}

/** A signer for people: name, issuer and the repository that ran it. */
export function describeSigner({ names, extensions }: Signer): string {
  const text = (value: Buffer | undefined, skip: number) => value?.subarray(skip).toString('utf8');
  const issuer = text(extensions.get(ISSUER), 2) ?? text(extensions.get(ISSUER_OLD), 0) ?? 'nobody';
  const repository = text(extensions.get(SOURCE_REPOSITORY), 2);
  const from = repository === undefined ? '' : `, run in ${repository}`;
  return `${names.replace(/^(?:URI|email):/, '')} (vouched for by ${issuer}${from})`;
}
