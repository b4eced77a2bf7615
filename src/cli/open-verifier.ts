import type { OpenVerifier } from '../app/world.ts';

/** Loads what verifies signatures: only a config with `verify` pays for it. */
export const openVerifier: OpenVerifier = async (trust) => {
  const { createVerifier } = await import('../adapters/sigstore/verifier.ts');
  return createVerifier(trust);
};
