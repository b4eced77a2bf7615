import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import {
  type SignedEntity,
  toSignedEntity,
  toTrustMaterial,
  VerificationError,
  Verifier,
} from '@sigstore/verify';
import type {
  SignatureFault,
  SignatureOutcome,
  SignatureVerifier,
  SignedContent,
  Trust,
  TrustFault,
} from '../../ports/signatures.ts';
import { isP256, verifyPrehashed } from './prehashed.ts';
import { readStatement, STATEMENT_TYPE } from './read-statement.ts';
import { describeSigner, isSigner, readSigner } from './signer.ts';

/** One is usual; each is verified, so that thousands would take minutes. */
const MOST_PROOFS = 8;
/** Fulcio's have about 1 KiB. */
const LARGEST_CERTIFICATE = 16_384;
/** `HashAlgorithm.SHA2_256` of the bundle format. */
const SHA2_256 = 1;

/**
 * Verifies sigstore bundles against a trust root and keys that are given as text. Nothing is fetched.
 *
 * A certificate must lead to the root, be in a certificate log and have been valid when the signature came to the transparency
 * log or to a time stamping authority, one of which is needed. A key needs none of these, for it is trusted by itself.
 */
export function createVerifier(trust: Trust): SignatureVerifier | TrustFault {
  const keys = trust.keys.map(readKey);
  if (keys.includes(undefined)) return unusable('a public key is no PEM of a public key');
  const root = trust.root === undefined ? TrustedRoot.fromJSON({}) : readRoot(trust.root);
  if (!root) return unusable('the trust root is no sigstore trusted root in JSON');
  const known = keys.filter((key) => key !== undefined);
  const material = { root, keys: known, identities: trust.identities };
  return { kind: 'verifier', verify: (text) => verifyText(text, material) };
}

interface Material extends Pick<Trust, 'identities'> {
  readonly root: TrustedRoot;
  readonly keys: readonly KeyObject[];
}

function unusable(detail: string): TrustFault {
  return { kind: 'unusable', detail };
}

/** Text around the block is left out; a private key is none, though node would make a public one of it. */
function readKey(text: string): KeyObject | undefined {
  const [pem] = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/.exec(text) ?? [];
  try {
    return pem === undefined ? undefined : createPublicKey(pem);
  } catch {
    return undefined;
  }
}

function readRoot(text: string): TrustedRoot | undefined {
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(text));
    toTrustMaterial(root);
    return root.certificateAuthorities.length > 0 ? root : undefined;
  } catch {
    return undefined;
  }
}

function verifyText(text: string, material: Material): SignatureOutcome {
  const bundle = readBundle(text);
  if ('kind' in bundle) return bundle;
  try {
    const content = readContent(bundle);
    return 'code' in content ? content : verifyBundle(bundle, content, material);
  } catch (error) {
    return refused('SIGNATURE_INVALID', explain(error));
  }
}

function readBundle(text: string): Bundle | Extract<SignatureOutcome, { kind: 'refused' }> {
  try {
    const bundle = bundleFromJSON(JSON.parse(text));
    const { content, tlogEntries, timestampVerificationData } = bundle.verificationMaterial;
    const proofs = [...tlogEntries, ...(timestampVerificationData?.rfc3161Timestamps ?? [])];
    if (proofs.length > MOST_PROOFS)
      return refused('SIGNATURE_MALFORMED', `it holds more than ${MOST_PROOFS} proofs of time`);
    const size = 'certificate' in content ? content.certificate.rawBytes.length : 0;
    if (size > LARGEST_CERTIFICATE)
      return refused('SIGNATURE_MALFORMED', 'its certificate is larger than 16 KiB');
    return bundle;
  } catch {
    return refused('SIGNATURE_MALFORMED', 'it is no sigstore bundle in JSON');
  }
}

/** What would be signed, were the signature good. */
function readContent({ content }: Bundle): SignedContent | Extract<SignatureOutcome, { kind: 'refused' }> {
  if (content.$case === 'messageSignature') {
    const { algorithm, digest: bytes } = content.messageSignature.messageDigest;
    if (algorithm !== SHA2_256 || bytes.length !== 32)
      return refused('SIGNATURE_MALFORMED', 'it is over another digest than SHA-256');
    return { kind: 'digests', digests: [bytes.toString('hex')] };
  }
  const { payload, payloadType } = content.dsseEnvelope;
  if (payloadType !== STATEMENT_TYPE)
    return refused('SIGNATURE_MALFORMED', 'its payload is no in-toto statement');
  const statement = readStatement(payload.toString('utf8'));
  return statement.kind === 'malformed' ? refused('SIGNATURE_MALFORMED', statement.detail) : statement;
}

function verifyBundle(bundle: Bundle, content: SignedContent, material: Material): SignatureOutcome {
  const { $case } = bundle.verificationMaterial.content;
  if ($case === 'publicKey') return verifyByKeys(bundle, content, material.keys);
  const der = certificateOf(bundle);
  if (!der || material.identities.length === 0)
    return refused('SEC-35', 'it is signed with a certificate, and only keys are trusted');
  const verified = new Verifier(toTrustMaterial(material.root), {
    ctlogThreshold: 1,
    tlogThreshold: 1,
    timestampThreshold: 1,
  }).verify(entityOf(bundle));
  const signer = readSigner(der, verified.identity ?? {});
  const named = describeSigner(signer);
  if (material.identities.some((identity) => isSigner(signer, identity)))
    return { kind: 'signed', signer: named, content };
  return refused('SEC-35', `it is signed by ${named}, which is none of the trusted identities`);
}

/** The hint in the bundle is not believed: each trusted key is tried. */
function verifyByKeys(bundle: Bundle, content: SignedContent, keys: readonly KeyObject[]): SignatureOutcome {
  const index = keys.findIndex((key) => isSignedWith(bundle, key));
  if (index >= 0) return { kind: 'signed', signer: `key ${index + 1} of verify.keys`, content };
  return refused('SEC-35', 'it is not signed with any of the trusted keys');
}

function isSignedWith({ content }: Bundle, key: KeyObject): boolean {
  if (content.$case === 'messageSignature') return overDigest(content.messageSignature).verifySignature(key);
  const { payload, payloadType, signatures } = content.dsseEnvelope;
  // PAE of DSSE 1.0.2, protocol.md
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  const signature = signatures[0]?.sig ?? Buffer.alloc(0);
  return verify(hashOf(key), Buffer.concat([Buffer.from(head), payload]), key, signature);
}

/** The hash that goes with a key. Source: ossf/model-signing-spec, algorithm-registry.md */
function hashOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string | undefined {
  if (asymmetricKeyType === 'ed25519') return undefined;
  const curve = asymmetricKeyDetails?.namedCurve;
  return curve === 'secp521r1' ? 'sha512' : curve === 'secp384r1' ? 'sha384' : 'sha256';
}

function certificateOf({ verificationMaterial: { content } }: Bundle): Uint8Array | undefined {
  if (content.$case === 'certificate') return content.certificate.rawBytes;
  return content.$case === 'x509CertificateChain'
    ? content.x509CertificateChain.certificates[0]?.rawBytes
    : undefined;
}

/** A signature over an artifact is verified by its digest, for the bytes may be elsewhere. */
function entityOf(bundle: Bundle): SignedEntity {
  const entity = toSignedEntity(bundle);
  return bundle.content.$case === 'messageSignature'
    ? { ...entity, signature: overDigest(bundle.content.messageSignature) }
    : entity;
}

function overDigest(message: {
  readonly messageDigest: { readonly digest: Buffer };
  readonly signature: Buffer;
}): SignedEntity['signature'] {
  const { signature, messageDigest } = message;
  return {
    signature,
    compareSignature: (other) => other.equals(signature),
    compareDigest: (other) => other.equals(messageDigest.digest),
    verifySignature(key) {
      if (!isP256(key)) throw new UnfitKey();
      return verifyPrehashed(messageDigest.digest, key, signature);
    },
  };
}

class UnfitKey extends Error {}

/** Only the library's code is repeated: its messages hold text of the bundle. */
function explain(error: unknown): string {
  if (error instanceof UnfitKey)
    return 'it is over bytes and by another key than ECDSA P-256, which cannot be verified by the digest alone; sign a statement (attestation) instead';
  if (!(error instanceof VerificationError)) return 'it cannot be read as a signature';
  const { code } = error;
  if (code === 'TIMESTAMP_ERROR') return `nothing proves when it was signed (${code})`;
  if (code === 'CERTIFICATE_ERROR')
    return `its certificate does not lead to the trust root, or was not valid when it was used (${code})`;
  if (code.startsWith('TLOG'))
    return `its entry in the transparency log is missing or does not belong to it (${code})`;
  return `it does not belong to what it claims to sign (${code})`;
}

function refused(code: SignatureFault, detail: string): Extract<SignatureOutcome, { kind: 'refused' }> {
  return { kind: 'refused', code, detail };
}
