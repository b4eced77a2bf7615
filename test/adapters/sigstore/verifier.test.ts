import { describe, expect, it } from 'vitest';
import { createVerifier } from '../../../src/adapters/sigstore/verifier.ts';
import type { SignatureOutcome, Trust } from '../../../src/ports/signatures.ts';
import {
  type Identity,
  ISSUER,
  makeAuthority,
  makeKeys,
  REPOSITORY,
  SIGNED_AT,
  WORKFLOW,
} from '../../sigstore/authority.ts';
import {
  type BundleJson,
  modelStatementOf,
  sha256Of,
  signBytes,
  signStatement,
  signStatementWithKey,
  statementOf,
} from '../../sigstore/bundles.ts';

const authority = makeAuthority();
const stranger = makeAuthority();
const TRUSTED = { issuer: ISSUER, identity: WORKFLOW };
const CONTENT = 'the bytes of a model';
const DIGEST = sha256Of(CONTENT);

function verify(bundle: BundleJson | string, trust: Partial<Trust> = {}): SignatureOutcome {
  const verifier = createVerifier({ root: authority.root, identities: [TRUSTED], keys: [], ...trust });
  if (verifier.kind === 'unusable') throw new Error(verifier.detail);
  return verifier.verify(typeof bundle === 'string' ? bundle : JSON.stringify(bundle));
}

/** A good bundle, bent. */
function bend(change: (bundle: BundleJson) => void, bundle = signedStatement()): BundleJson {
  change(bundle);
  return bundle;
}

function signedBytes(identity?: Identity): BundleJson {
  return signBytes(CONTENT, { authority, signer: authority.certify(identity) });
}

function signedStatement(identity?: Identity): BundleJson {
  return signStatement(statementOf(DIGEST), { authority, signer: authority.certify(identity) });
}

const codeOf = (outcome: SignatureOutcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind);

describe('a good bundle', () => {
  it('says who signed bytes and what their digest is, without the bytes', () => {
    expect(verify(signedBytes())).toEqual({
      kind: 'signed',
      signer: `${WORKFLOW} (vouched for by ${ISSUER})`,
      content: { kind: 'digests', digests: [DIGEST] },
    });
  });

  it('says what a statement is about', () => {
    expect(verify(signedStatement())).toMatchObject({ content: { kind: 'digests', digests: [DIGEST] } });
  });

  it('says which files a model has, and what it is called by', () => {
    const { root, statement } = modelStatementOf({ 'b.bin': 'weights', 'a.json': '{}' });
    const bundle = signStatement(statement, { authority, signer: authority.certify() });
    expect(verify(bundle)).toMatchObject({
      content: {
        kind: 'model',
        root: `sha256:${root}`,
        isWhole: true,
        files: [{ name: 'a.json' }, { name: 'b.bin' }],
      },
    });
  });

  it('may be of any signer that is trusted, and of an issuer in the old form', () => {
    const identities = [{ issuer: ISSUER, identity: 'train@acme.dev' }, TRUSTED];
    expect(codeOf(verify(signedStatement({ names: ['train@acme.dev'] }), { identities }))).toBe('signed');
    expect(codeOf(verify(signedStatement({ isOld: true }), { identities }))).toBe('signed');
  });
});

describe('SEC-35: a signer', () => {
  it.each<[string, Identity]>([
    ['with something behind the name', { names: [`${WORKFLOW}.evil`] }],
    ['with something before the name', { names: [`x${WORKFLOW}`] }],
    ['with the name in another', { names: [`https://evil.dev/?${WORKFLOW}`] }],
    ['whose name a pattern would match', { names: [WORKFLOW.replace('github.com', 'githubXcom')] }],
    ['of another branch', { names: [WORKFLOW.replace('heads/main', 'heads/x')] }],
    ['in another case', { names: [WORKFLOW.toUpperCase().replace('HTTPS', 'https')] }],
    ['whose name has a byte that reads like a letter', { names: [WORKFLOW.replace('acme', 'acm\u00e5')] }],
    ['whose name has a letter with its eighth bit set', { names: [WORKFLOW.replace('acme', '\u00e1cme')] }],
    ['with the name as an address', { names: [`${WORKFLOW.replace('://', ':..')}`] }],
    ['with a second name', { names: [WORKFLOW, 'https://evil.dev/'] }],
    ['with a second name in front', { names: ['https://evil.dev/', WORKFLOW] }],
    ['without a name', { names: [] }],
    ['of another issuer', { issuer: 'https://accounts.evil.dev' }],
    ['of an issuer with something behind it', { issuer: `${ISSUER}.evil` }],
    ['of an issuer with something before it', { issuer: `x${ISSUER}` }],
    ['of another issuer in the old form', { issuer: `${ISSUER}/`, isOld: true }],
  ])('%s is somebody else', (_, identity) => {
    expect(codeOf(verify(signedStatement(identity)))).toBe('SEC-35');
    expect(codeOf(verify(signedBytes(identity)))).toBe('SEC-35');
  });

  it('is somebody else where the config names what would be a pattern', () => {
    for (const identity of [
      'https://github.com/.*',
      '.*',
      '^https',
      WORKFLOW.slice(0, -1),
      WORKFLOW.replace('.yml', '.y.l'),
    ])
      expect(codeOf(verify(signedStatement(), { identities: [{ issuer: ISSUER, identity }] }))).toBe(
        'SEC-35',
      );
  });

  it('must have been run by the repository that is named, for others may call its workflow', () => {
    const identities = [{ ...TRUSTED, repository: REPOSITORY }];
    const from = (repository?: string) =>
      codeOf(verify(signedStatement(repository === undefined ? {} : { repository }), { identities }));
    expect([
      from(REPOSITORY),
      from('https://github.com/evil/models'),
      from(`${REPOSITORY}-2`),
      from(),
    ]).toEqual(['signed', 'SEC-35', 'SEC-35', 'SEC-35']);
  });

  it('is named in the message, with who vouched for it', () => {
    expect(verify(signedStatement({ names: [`${WORKFLOW}.evil`] }))).toMatchObject({
      detail: `it is signed by ${WORKFLOW}.evil (vouched for by ${ISSUER}), which is none of the trusted identities`,
    });
  });

  it('with a certificate is none where only keys are trusted, and with a key none where only certificates are', () => {
    const keys = makeKeys();
    const pem = String(keys.publicKey.export({ type: 'spki', format: 'pem' }));
    const keyed = signStatementWithKey(statementOf(DIGEST), keys.privateKey);
    expect(codeOf(verify(signedStatement(), { root: undefined, identities: [], keys: [pem] }))).toBe(
      'SEC-35',
    );
    expect(codeOf(verify(keyed))).toBe('SEC-35');
    expect(codeOf(verify(keyed, { keys: [pem] }))).toBe('signed');
    expect(
      codeOf(verify(signStatementWithKey(statementOf(DIGEST), makeKeys().privateKey), { keys: [pem] })),
    ).toBe('SEC-35');
  });
});

describe('a bundle that was changed', () => {
  it.each<[string, () => BundleJson]>([
    [
      'in its statement',
      () =>
        bend(({ dsseEnvelope }) => {
          dsseEnvelope!.payload = Buffer.from(JSON.stringify(statementOf(sha256Of('other')))).toString(
            'base64',
          );
        }),
    ],
    [
      'in the signature of its statement',
      () =>
        bend(({ dsseEnvelope }) => {
          dsseEnvelope!.signatures[0]!.sig = signedStatement().dsseEnvelope!.signatures[0]!.sig;
        }),
    ],
    [
      'in the digest of the bytes',
      () =>
        bend(({ messageSignature }) => {
          messageSignature!.messageDigest.digest = Buffer.from(sha256Of('other'), 'hex').toString('base64');
        }, signedBytes()),
    ],
    [
      'in the signature of the bytes',
      () =>
        bend(({ messageSignature }) => {
          messageSignature!.signature = signedBytes().messageSignature!.signature;
        }, signedBytes()),
    ],
    [
      'in its certificate, of the same signer',
      () =>
        bend(({ verificationMaterial }) => {
          verificationMaterial.x509CertificateChain =
            signedStatement().verificationMaterial.x509CertificateChain;
        }),
    ],
    [
      'in its certificate, of bytes',
      () =>
        bend(({ verificationMaterial }) => {
          verificationMaterial.x509CertificateChain = signedBytes().verificationMaterial.x509CertificateChain;
        }, signedBytes()),
    ],
    [
      'in its entry of the log',
      () =>
        bend(({ verificationMaterial }) => {
          verificationMaterial.tlogEntries = signedStatement().verificationMaterial.tlogEntries;
        }),
    ],
    [
      'so that its entry is gone',
      () =>
        bend(({ verificationMaterial }) => {
          verificationMaterial.tlogEntries = [];
        }),
    ],
    [
      'so that its entry has no proof',
      () =>
        bend((bundle) => {
          bundle.mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
          delete (bundle.verificationMaterial.tlogEntries[0] as Record<string, unknown>).inclusionPromise;
        }),
    ],
    [
      'so that its entry is older',
      () =>
        bend(({ verificationMaterial }) => {
          (verificationMaterial.tlogEntries[0] as Record<string, unknown>).integratedTime = String(
            SIGNED_AT / 1000 - 1,
          );
        }),
    ],
    [
      'so that its entry has no time',
      () =>
        bend(({ verificationMaterial }) => {
          (verificationMaterial.tlogEntries[0] as Record<string, unknown>).integratedTime = '0';
        }),
    ],
    [
      'into one of another authority',
      () => signStatement(statementOf(DIGEST), { authority: stranger, signer: stranger.certify() }),
    ],
    [
      'into one whose certificate is of another authority',
      () => signStatement(statementOf(DIGEST), { authority, signer: stranger.certify() }),
    ],
    [
      'into one whose log is another',
      () => signStatement(statementOf(DIGEST), { authority: stranger, signer: authority.certify() }),
    ],
    ['into one whose certificate is in no log', () => signedStatement({ isUnlogged: true })],
    [
      'into one that was signed after the certificate had expired',
      () =>
        signStatement(statementOf(DIGEST), {
          authority,
          signer: authority.certify(),
          at: SIGNED_AT + 600_000,
        }),
    ],
    [
      'into one that was signed before the certificate was valid',
      () => signedStatement({ notBefore: SIGNED_AT + 60_000 }),
    ],
    [
      'into one of a key that cannot be verified by the digest',
      () => signBytes(CONTENT, { authority, signer: authority.certify({}, 'P-384') }),
    ],
  ])('%s proves nothing', (_, make) => {
    expect(['SIGNATURE_INVALID', 'SIGNATURE_MALFORMED']).toContain(codeOf(verify(make())));
  });

  it('says which of its proofs failed, and none of its own text', () => {
    const late = signStatement(statementOf(DIGEST), {
      authority,
      signer: authority.certify(),
      at: SIGNED_AT + 600_000,
    });
    expect(verify(late)).toEqual({
      kind: 'refused',
      code: 'SIGNATURE_INVALID',
      detail:
        'its certificate does not lead to the trust root, or was not valid when it was used (CERTIFICATE_ERROR)',
    });
    const bare = bend(({ verificationMaterial }) => {
      verificationMaterial.tlogEntries = [];
    });
    expect(verify(bare)).toMatchObject({ detail: 'nothing proves when it was signed (TIMESTAMP_ERROR)' });
  });
});

describe('a text that is no bundle', () => {
  it.each<[string, string]>([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a number', '3'],
    ['null', 'null'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['a deep list', '['.repeat(200_000) + ']'.repeat(200_000)],
    ['a deep object', `${'{"content":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
    ['a prototype', '{"__proto__":{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}}'],
    ['another media type', JSON.stringify({ ...signedStatement(), mediaType: 'text/plain' })],
    ['a bundle without a signature', JSON.stringify({ ...signedStatement(), dsseEnvelope: undefined })],
    [
      'a bundle whose certificate is noise',
      JSON.stringify(
        bend(({ verificationMaterial }) => {
          verificationMaterial.x509CertificateChain = { certificates: [{ rawBytes: 'bm9pc2U=' }] };
        }),
      ),
    ],
    [
      'a bundle whose certificate is very deep',
      JSON.stringify(
        bend(({ verificationMaterial }) => {
          const rawBytes = Buffer.alloc(600_000, Buffer.from([0x30, 0x83, 9, 0x20, 0])).toString('base64');
          verificationMaterial.x509CertificateChain = { certificates: [{ rawBytes }] };
        }),
      ),
    ],
    [
      'a bundle with thousands of proofs',
      JSON.stringify(
        bend(({ verificationMaterial }) => {
          verificationMaterial.tlogEntries = Array(2_000).fill(verificationMaterial.tlogEntries[0]);
        }),
      ),
    ],
    [
      'a statement that is no JSON',
      JSON.stringify(signStatement('{', { authority, signer: authority.certify() })),
    ],
    [
      'a statement about nothing',
      JSON.stringify(
        signStatement({ ...statementOf(DIGEST), subject: [] }, { authority, signer: authority.certify() }),
      ),
    ],
    [
      'a statement of another kind',
      JSON.stringify(
        signStatement({ ...statementOf(DIGEST), _type: 'x' }, { authority, signer: authority.certify() }),
      ),
    ],
    [
      'another payload',
      JSON.stringify(
        bend(({ dsseEnvelope }) => {
          dsseEnvelope!.payloadType = 'text/plain';
        }),
      ),
    ],
  ])('is refused: %s', (_, text) => {
    const outcome = verify(text);
    expect(['SIGNATURE_MALFORMED', 'SIGNATURE_INVALID']).toContain(codeOf(outcome));
  });
});

describe('a signed list of files that contradicts itself', () => {
  const { statement } = modelStatementOf({ 'a.json': '{}', 'b.bin': 'weights' });
  const { predicate } = statement;
  const signed = (bent: object) =>
    codeOf(verify(signStatement(bent, { authority, signer: authority.certify() })));

  it.each<[string, object]>([
    ['another digest of the whole', { ...statement, subject: [{ name: 'm', digest: { sha256: DIGEST } }] }],
    ['a second subject', { ...statement, subject: [...statement.subject, ...statement.subject] }],
    [
      'another order',
      { ...statement, predicate: { ...predicate, resources: [...predicate.resources].reverse() } },
    ],
    [
      'a file twice',
      {
        ...statement,
        predicate: { ...predicate, resources: [predicate.resources[0], predicate.resources[0]] },
      },
    ],
    ['no file', { ...statement, predicate: { ...predicate, resources: [] } }],
    ['no way of listing', { ...statement, predicate: { resources: predicate.resources } }],
    [
      'a way that nobody knows',
      { ...statement, predicate: { ...predicate, serialization: { method: 'tar' } } },
    ],
  ])('is refused: %s', (_, bent) => {
    expect(signed(bent)).toBe('SIGNATURE_MALFORMED');
    expect(signed(statement)).toBe('signed');
  });
});

describe('a trust that cannot be used', () => {
  it.each<[string, Partial<Trust>]>([
    ['a root that is no JSON', { root: '{' }],
    ['a root without an authority', { root: '{}' }],
    [
      'a root of noise',
      { root: '{"certificateAuthorities":[{"certChain":{"certificates":[{"rawBytes":"eA=="}]}}]}' },
    ],
    ['a key that is none', { keys: ['ssh-ed25519 AAAA'] }],
    ['a private key', { keys: [String(makeKeys().privateKey.export({ type: 'pkcs8', format: 'pem' }))] }],
  ])('is said so: %s', (_, trust) => {
    expect(createVerifier({ root: authority.root, identities: [TRUSTED], keys: [], ...trust }).kind).toBe(
      'unusable',
    );
  });
});
