import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createWorktree } from '../../src/adapters/system/worktree.ts';
import { openVerifier } from '../../src/cli/open-verifier.ts';
import type { Problem } from '../../src/core/errors.ts';
import { digest } from '../../src/core/units.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, STABLE, type VersionInput } from '../builders/release.ts';
import { CONFIG, MANIFEST } from '../builders/world.ts';
import { ISSUER, makeAuthority, WORKFLOW } from '../sigstore/authority.ts';
import { modelStatementOf, sha256Of, signBytes, signStatement, statementOf } from '../sigstore/bundles.ts';
import {
  bringCandidate,
  holdToLaws,
  only,
  openBench,
  told,
  weightOf,
  writeFiles,
  writeManifest,
} from './bench.ts';
import { BASE, baseOf, type Files, problemsOf } from './directory.ts';

holdToLaws();

const authority = makeAuthority();
const parts = () => ({ authority, signer: authority.certify() });
const text = (bundle: object) => JSON.stringify(bundle);
const hex = ({ digit }: VersionInput) => digit.repeat(64);

const VERIFY = `verify:
  trustRoot: .belay/trusted-root.json
  identities:
    - {issuer: "${ISSUER}", identity: "${WORKFLOW}"}
`;
const TRUST = { '.belay/config.yaml': `${CONFIG}${VERIFY}`, '.belay/trusted-root.json': authority.root };

/** A version whose model is as given. */
function withModel(version: VersionInput, model: NonNullable<VersionInput['model']>): VersionInput {
  return { ...version, model };
}

const SIGNED_STABLE = withModel(STABLE, { signature: 'signatures/stable.json' });
const SIGNATURES = {
  'signatures/stable.json': text(signStatement(statementOf(hex(STABLE)), parts())),
  'signatures/candidate.json': text(signStatement(statementOf(hex(CANDIDATE)), parts())),
};

/** A repository with signed versions; what a test is about on top. */
function repository(model: NonNullable<VersionInput['model']>, files: Files = {}): Files {
  const candidate = withModel(CANDIDATE, { signature: 'signatures/candidate.json', ...model });
  return { ...BASE, ...writeFiles({ stable: SIGNED_STABLE, candidate }), ...TRUST, ...SIGNATURES, ...files };
}

/** Files in memory, with their digests. */
function artifactsOf(files: Files) {
  const digests = async (paths: readonly string[]) =>
    new Map(
      paths.flatMap((path) => {
        const content = files[path];
        return content === undefined ? [] : [[path, digest(`sha256:${sha256Of(content)}`)] as const];
      }),
    );
  return { digests, openVerifier };
}

async function check(files: Files, base?: Files): Promise<readonly Problem[]> {
  return problemsOf(files, { artifacts: artifactsOf(files), ...(base ? { base: baseOf(base) } : {}) });
}

const codes = (problems: readonly Problem[]) => problems.map(({ code, path }) => `${code} ${path}`);
const AT = 'spec.candidate.artifacts.model';

describe('validate, of signatures', () => {
  it('is content with what is signed by whom the config trusts', async () => {
    expect(await check(repository({}))).toEqual([]);
  });

  it('takes a signature over the bytes, too, though the bytes are elsewhere', async () => {
    const content = 'the bytes';
    const signature = text(signBytes(content, parts()));
    const files = repository(
      { digest: `sha256:${sha256Of(content)}` },
      { 'signatures/candidate.json': signature },
    );
    expect(await check(files)).toEqual([]);
  });

  it('wants every artifact signed, and of a version that was good before only says so', async () => {
    const candidate = CANDIDATE;
    const files = { ...BASE, ...writeFiles({ stable: SIGNED_STABLE, candidate }), ...TRUST, ...SIGNATURES };
    expect(codes(await check(files))).toEqual([`SIGNATURE_MISSING ${AT}`]);
    const optional = { ...files, '.belay/config.yaml': `${CONFIG}${VERIFY}  required: false\n` };
    expect(await check(optional)).toEqual([]);
    const bench = openBench();
    await bench.tick(0);
    const record = '.belay/records/scorer/0001.json';
    const settled = { ...BASE, ...TRUST, [record]: bench.forge.textAt(record)! };
    expect(await check(settled)).toMatchObject([{ code: 'SIGNATURE_MISSING', severity: 'warning' }]);
  });

  it.each([
    ['a weight that is no number', 'weight: 0\n', 'weight: lots\n', 'spec.rollout.weight'],
    ['a rollout without steps', /steps:\n(?: {6}.*\n)+/, 'steps: none\n', 'spec.rollout.steps'],
    ['a version without a backend', / {4}backend: scorer-b\n/, '', 'spec.candidate.backend'],
  ])(
    'is told beside %s, and so are a contract and a dependency that are not there',
    async (_, was, is, blamed) => {
      const unsigned: Files = repository({});
      const text = String(unsigned[MANIFEST])
        .replace(/ *signature: signatures\/candidate.json\n/, '')
        .replace('metadata:\n', 'metadata:\n  dependsOn: [nobody]\n')
        .replace(/ {2}candidate:\n/, '$&    contract: {input: contracts/none.json}\n');
      const found = await check({ ...unsigned, [MANIFEST]: text.replace(was, is) });
      expect(found.map(({ path }) => path)).toContain(blamed);
      expect(found.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['SIGNATURE_MISSING', 'CONTRACT_MISSING', 'DEPENDENCY_UNKNOWN']),
      );
    },
  );

  it.each<[string, Files]>([
    ['SIGNATURE_MALFORMED', { 'signatures/candidate.json': 'not JSON' }],
    ['SIGNATURE_OTHER_CONTENT', { 'signatures/candidate.json': SIGNATURES['signatures/stable.json'] }],
    [
      'SEC-35',
      {
        'signatures/candidate.json': text(
          signStatement(statementOf(hex(CANDIDATE)), {
            authority,
            signer: authority.certify({ names: [`${WORKFLOW}.evil`] }),
          }),
        ),
      },
    ],
    ['SIGNATURE_INVALID', { '.belay/trusted-root.json': makeAuthority().root }],
  ])('refuses with %s, at the signature', async (code, files) => {
    const found = await check(repository({}, files));
    expect(codes(found)).toContain(`${code} ${AT}.signature`);
    const line =
      (repository({})[MANIFEST] ?? '').split('\n').findIndex((one) => one.includes('candidate.json')) + 1;
    expect(found.find(({ path }) => path === `${AT}.signature`)).toMatchObject({
      severity: 'error',
      at: { file: MANIFEST, line },
    });
  });

  it('refuses a signature that is not there, and says so of one that nobody looks at', async () => {
    const gone = repository({ signature: 'signatures/gone.json' });
    expect(codes(await check(gone))).toEqual([`SIGNATURE_FILE_MISSING ${AT}.signature`]);
    const unwatched = await check({ ...repository({}), '.belay/config.yaml': CONFIG });
    expect(codes(unwatched)).toEqual([
      'SIGNATURE_UNCHECKED spec.stable.artifacts.model.signature',
      `SIGNATURE_UNCHECKED ${AT}.signature`,
    ]);
    expect(unwatched.map(({ severity }) => severity)).toEqual(['warning', 'warning']);
  });

  it('names a trust root that is not there or is none, once', async () => {
    const { '.belay/trusted-root.json': _, ...rest } = repository({});
    expect(codes(await check(rest))).toEqual(['TRUST_UNREADABLE verify.trustRoot']);
    expect(codes(await check(repository({}, { '.belay/trusted-root.json': '{}' })))).toEqual([
      'TRUST_UNREADABLE verify.trustRoot',
    ]);
  });

  it('trusts whom the base trusts, whatever the pull request brings along', async () => {
    const evil = makeAuthority();
    const signature = text(
      signStatement(statementOf(hex(CANDIDATE)), { authority: evil, signer: evil.certify() }),
    );
    const before = { ...BASE, ...writeFiles({ stable: SIGNED_STABLE }), ...TRUST, ...SIGNATURES };
    const own = repository(
      {},
      { '.belay/trusted-root.json': evil.root, 'signatures/candidate.json': signature },
    );
    expect(codes(await check(own, before))).toContain(`SIGNATURE_INVALID ${AT}.signature`);
    const off = repository({}, { '.belay/config.yaml': CONFIG, 'signatures/candidate.json': signature });
    expect(codes(await check(off, before))).toContain(`SIGNATURE_INVALID ${AT}.signature`);
  });
});

describe('a model whose files are in the repository', () => {
  const FILES = { 'config.json': '{}', 'layers/1.bin': 'one', 'layers/2.bin': 'two' };
  const { root, statement } = modelStatementOf(FILES);
  const model = { uri: 'file:models/scorer', digest: `sha256:${root}`, signature: 'models/scorer/model.sig' };
  const placed = (files: Files): Files =>
    Object.fromEntries(Object.entries(files).map(([name, content]) => [`models/scorer/${name}`, content]));
  const withFiles = (files: Files, bundle: object = signStatement(statement, parts())) =>
    repository(model, { ...placed(files), 'models/scorer/model.sig': text(bundle) });

  it('is compared file by file; what belongs to git is left out', async () => {
    expect(await check(withFiles({ ...FILES, '.gitattributes': '*.bin lfs', '.github/x': '' }))).toEqual([]);
  });

  it.each<[string, Files, string]>([
    ['a file was added', { ...FILES, 'run.py': 'import os' }, 'not signed "run.py"'],
    ['a hidden file was added', { ...FILES, 'layers/.gitignore': '' }, 'not signed "layers/.gitignore"'],
    ['a file is gone', { 'config.json': '{}', 'layers/1.bin': 'one' }, 'missing "layers/2.bin"'],
    ['a file was changed', { ...FILES, 'config.json': '{"x":1}' }, 'changed "config.json"'],
    [
      'two files were swapped',
      { ...FILES, 'layers/1.bin': 'two', 'layers/2.bin': 'one' },
      'changed "layers/1.bin", "layers/2.bin"',
    ],
    [
      'a file was renamed, so that the order stays',
      { 'config.json': '{}', 'layers/1.bin': 'one', 'layers/3.bin': 'two' },
      'missing "layers/2.bin"; not signed "layers/3.bin"',
    ],
  ])('is refused when %s', async (_, files, what) => {
    const found = await check(withFiles(files));
    expect(codes(found)).toEqual([`MODEL_FILES_DIFFER ${AT}.signature`]);
    expect(found[0]!.message).toContain(what);
  });

  it('is refused when its signature lists no files, or parts of them', async () => {
    const bare = withFiles(FILES, signStatement(statementOf(root), parts()));
    expect(codes(await check(bare))).toEqual([`MODEL_FILES_DIFFER ${AT}.signature`]);
    const shards = withFiles(FILES, signStatement(modelStatementOf(FILES, 'shards').statement, parts()));
    expect(codes(await check(shards))).toEqual([`MODEL_FILES_DIFFER ${AT}.signature`]);
  });

  it('may be one file, which is known by its digest even without a signature', async () => {
    const file = { uri: 'file:models/m.onnx', digest: `sha256:${sha256Of('bytes')}` };
    const bundle = {
      'signatures/candidate.json': text(
        signStatement(modelStatementOf({ 'm.onnx': 'bytes' }).statement, parts()),
      ),
    };
    expect(await check(repository(file, { ...bundle, 'models/m.onnx': 'bytes' }))).toEqual([]);
    expect(codes(await check(repository(file, { ...bundle, 'models/m.onnx': 'other' })))).toEqual([
      `ARTIFACT_CHANGED ${AT}.digest`,
    ]);
    expect(codes(await check(repository(file, bundle)))).toEqual([`ARTIFACT_FILE_MISSING ${AT}.uri`]);
    const unsigned = { ...repository(file, { 'models/m.onnx': 'other' }), '.belay/config.yaml': CONFIG };
    expect(codes(await check(unsigned))).toContain(`ARTIFACT_CHANGED ${AT}.digest`);
  });

  it('is one that the public sigstore and the model signing tools have signed', async () => {
    const real = createWorktree(resolve('test/fixtures'));
    const read = (path: string) => readFileSync(`test/fixtures/${path}`, 'utf8');
    const config = `${CONFIG}verify:\n  trustRoot: sigstore/trusted-root.json\n  identities:\n    - {issuer: "https://sigstore.verify.ibm.com/oauth2", identity: stefanb@us.ibm.com}\n  keys: [sigstore/signing-key-pub.pem]\n  required: false\n`;
    const first = {
      uri: 'file:sigstore/model',
      digest: 'sha256:61d4849d9d90076d6215f4d525f13d6574af8e3f67aef3e6f36fc40a14fdd226',
      signature: 'sigstore/model.sigstore.json',
    };
    const second = {
      uri: 'file:sigstore/keyed-model',
      digest: 'sha256:92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4',
      signature: 'sigstore/keyed-model.sigstore.json',
    };
    const setup = { stable: withModel(STABLE, first), candidate: withModel(CANDIDATE, second) };
    const files = { ...BASE, ...writeFiles(setup), '.belay/config.yaml': config };
    for (const path of [
      'sigstore/trusted-root.json',
      'sigstore/model.sigstore.json',
      'sigstore/keyed-model.sigstore.json',
      'sigstore/signing-key-pub.pem',
    ])
      Object.assign(files, { [path]: read(path) });
    for (const name of ['model', 'keyed-model'])
      for (const file of ['signme-1', 'signme-2'])
        Object.assign(files, { [`sigstore/${name}/${file}`]: read(`sigstore/${name}/${file}`) });
    expect(await problemsOf(files, { artifacts: { digests: real.digests, openVerifier } })).toEqual([]);
    const other = { 'sigstore/model/signme-1': 'other' };
    expect(codes(await check({ ...files, ...other }))).toEqual([
      'MODEL_FILES_DIFFER spec.stable.artifacts.model.signature',
    ]);
  });
});

describe('a rollout of what is not signed', () => {
  const files = { ...writeFiles({ stable: SIGNED_STABLE }), ...TRUST, ...SIGNATURES };
  const config = TRUST['.belay/config.yaml'];
  const artifacts = { openVerifier, openRegistry: () => Promise.reject(new Error('no registry is named')) };
  let bench: ReturnType<typeof openBench>;

  function open(): void {
    bench = openBench({ files, config });
    Object.assign(bench.world, { artifacts });
  }

  it('does not start, and a person must know; it starts as soon as it is signed', async () => {
    open();
    await bench.tick(0);
    bringCandidate(bench, { stable: SIGNED_STABLE });
    const report = await bench.tick(1);
    expect(told(report)).toEqual(['hold', 'SIGNATURE_REFUSED', 'none']);
    expect(only(report).problems).toMatchObject([{ code: 'SIGNATURE_MISSING', path: AT }]);
    expect([weightOf(bench), exitCodeOf(report)]).toEqual([0, 1]);
    const candidate = withModel(CANDIDATE, { signature: 'signatures/candidate.json' });
    bench.forge.push({ [MANIFEST]: writeManifest({ stable: SIGNED_STABLE, candidate }) });
    expect(told(await bench.tick(2))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  });

  it('does not start in a run that cannot verify', async () => {
    open();
    Object.assign(bench.world, { artifacts: undefined });
    await bench.tick(0);
    const candidate = withModel(CANDIDATE, { signature: 'signatures/candidate.json' });
    bringCandidate(bench, { stable: SIGNED_STABLE, candidate });
    expect(told(await bench.tick(1))).toEqual(['hold', 'SIGNATURE_REFUSED', 'none']);
  });

  it('does not start when a file of the model is another in the commit', async () => {
    open();
    await bench.tick(0);
    const candidate = withModel(CANDIDATE, {
      uri: 'file:m.onnx',
      digest: `sha256:${sha256Of('x')}`,
      signature: 'm.sig',
    });
    const signature = text(signBytes('x', parts()));
    bench.forge.push({
      [MANIFEST]: writeManifest({ stable: SIGNED_STABLE, candidate }),
      'm.onnx': 'y',
      'm.sig': signature,
    });
    const report = await bench.tick(1);
    expect(only(report).problems).toMatchObject([{ code: 'ARTIFACT_CHANGED' }]);
    bench.forge.push({ 'm.onnx': 'x' });
    expect(told(await bench.tick(2))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
  });
});
