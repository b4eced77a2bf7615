import { createHash, type KeyObject, sign } from 'node:crypto';
import type { Authority, Signer } from './authority.ts';

/** Bundles as cosign, `gh attestation` and the model signing tools write them. */

export const sha256Of = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

interface Parts {
  readonly authority: Authority;
  readonly signer: Signer;
  /** When it came to the transparency log. */
  readonly at?: number;
}

/** What a test may bend before it is written. */
export interface BundleJson {
  mediaType: string;
  verificationMaterial: { [key: string]: unknown; tlogEntries: object[] };
  messageSignature?: { messageDigest: { algorithm: string; digest: string }; signature: string };
  dsseEnvelope?: { payload: string; payloadType: string; signatures: { sig: string; keyid: string }[] };
}

/** A signature over the bytes of something. */
export function signBytes(content: string | Uint8Array, { authority, signer, at }: Parts): BundleJson {
  const signature = sign('sha256', Buffer.from(content), signer.privateKey).toString('base64');
  const value = sha256Of(content);
  const body = {
    apiVersion: '0.0.1',
    kind: 'hashedrekord',
    spec: { data: { hash: { algorithm: 'sha256', value } }, signature: { content: signature } },
  };
  return {
    ...material(signer, authority.log(body, at === undefined ? {} : { at })),
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: Buffer.from(value, 'hex').toString('base64') },
      signature,
    },
  };
}

/** A signed statement. @param statement default payload type is in-toto's */
export function signStatement(statement: object | string, { authority, signer, at }: Parts): BundleJson {
  const { envelope, payload, signature } = seal(statement, signer.privateKey);
  const body = {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      payloadHash: { algorithm: 'sha256', value: sha256Of(payload) },
      signatures: [{ signature, verifier: '' }],
    },
  };
  return { ...material(signer, authority.log(body, at === undefined ? {} : { at })), dsseEnvelope: envelope };
}

/** A statement signed with a bare key, without certificate and log. */
export function signStatementWithKey(statement: object, key: KeyObject, hash = 'sha256'): BundleJson {
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint: 'whatever' }, tlogEntries: [] },
    dsseEnvelope: seal(statement, key, hash).envelope,
  };
}

const TYPE = 'application/vnd.in-toto+json';

function seal(statement: object | string, key: KeyObject, hash = 'sha256') {
  const payload = Buffer.from(typeof statement === 'string' ? statement : JSON.stringify(statement));
  const pae = Buffer.concat([Buffer.from(`DSSEv1 ${TYPE.length} ${TYPE} ${payload.length} `), payload]);
  const signature = sign(hash, pae, key).toString('base64');
  const signatures = [{ sig: signature, keyid: '' }];
  return {
    payload,
    signature,
    envelope: { payload: payload.toString('base64'), payloadType: TYPE, signatures },
  };
}

function material(signer: Signer, entry: object): Pick<BundleJson, 'mediaType' | 'verificationMaterial'> {
  const certificates = [{ rawBytes: signer.certificate.toString('base64') }];
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: { x509CertificateChain: { certificates }, tlogEntries: [entry] },
  };
}

/** A statement about one thing, as provenance is. */
export function statementOf(digest: string): object {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'model.onnx', digest: { sha256: digest } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {},
  };
}

/** A model signature over files, by name. Source: ossf/model-signing-spec, spec/v1.0.md */
export function modelStatementOf(files: Readonly<Record<string, string>>, method = 'files') {
  const resources = Object.entries(files)
    .map(([name, content]) => ({ name, digest: sha256Of(content), algorithm: 'sha256' }))
    .sort((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  const root = sha256Of(Buffer.concat(resources.map(({ digest }) => Buffer.from(digest, 'hex'))));
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'model', digest: { sha256: root } }],
    predicateType: 'https://model_signing/signature/v1.0',
    predicate: { resources, serialization: { method, hash_type: 'sha256', allow_symlinks: false } },
  };
  return { root, statement };
}
