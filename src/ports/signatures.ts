import type { SignerIdentity } from '../core/manifest/verify-schema.ts';
import type { Digest } from '../core/units.ts';

/** Whom to trust, as text: nothing is fetched. */
export interface Trust {
  /** A sigstore trusted root (JSON); undefined when only keys are trusted. */
  readonly root: string | undefined;
  readonly identities: readonly SignerIdentity[];
  /** Public keys (PEM). */
  readonly keys: readonly string[];
}

/** What a signature is over. */
export type SignedContent =
  /** Things by their digests; the signature covers each of them. */
  | { readonly kind: 'digests'; readonly digests: readonly string[] }
  /** The files of a model (OpenSSF Model Signing). */
  | {
      readonly kind: 'model';
      /** SHA-256 over the digests of all files in the order of their names: what the model is called by. */
      readonly root: Digest;
      /** In the order of their names; `digest` in hex, by `algorithm`. */
      readonly files: readonly SignedFile[];
      /** Files are signed whole, and not in parts. */
      readonly isWhole: boolean;
    };

export interface SignedFile {
  /** Relative to the model's folder. */
  readonly name: string;
  readonly digest: string;
  readonly algorithm: string;
}

/** Why a signature does not count. */
export type SignatureFault =
  /** It is no bundle, or one that no signer makes. */
  | 'SIGNATURE_MALFORMED'
  /** It proves nothing: changed, not by this key, not in the log, or the certificate is not of the trust root. */
  | 'SIGNATURE_INVALID'
  /** It is sound, and somebody else's. */
  | 'SEC-35';

/** What verifying said. `detail` and `signer` are for people; they may repeat text of the bundle. */
export type SignatureOutcome =
  | { readonly kind: 'signed'; readonly signer: string; readonly content: SignedContent }
  | { readonly kind: 'refused'; readonly code: SignatureFault; readonly detail: string };

/** Verifies bundles, without a network. */
export interface SignatureVerifier {
  readonly kind: 'verifier';
  /** @param bundle text of a sigstore bundle. Never throws, whatever the text is. */
  verify(bundle: string): SignatureOutcome;
}

/** The trust itself cannot be used. */
export interface TrustFault {
  readonly kind: 'unusable';
  /** What is wrong with it, for people. */
  readonly detail: string;
}
