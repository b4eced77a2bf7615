import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  digestInUri,
  findMutability,
  isUnsafeFormat,
  unsafeEnding,
} from '../../../src/core/manifest/artifact-uri.ts';
import { parseRelease } from '../../../src/core/manifest/parse-release.ts';

const SHA = `sha256:${'9c'.repeat(32)}`;
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const SHORT = readFileSync(
  new URL('../../fixtures/manifests/valid/release/short.yaml', import.meta.url),
  'utf8',
);

/** Problems of the short release when its candidate's model is this, with these waivers. */
function judge(model: string, waivers = '', owners = '') {
  const changed = SHORT.replace(
    /(backend: fraud-scorer-b\n {4}artifacts:\n {6}model: )\{.*\}/,
    (_, before) => `${before}${model}`,
  );
  if (changed === SHORT) throw new Error('the fixture has no such candidate');
  const text = `${changed.replace('  name: fraud-scorer\n', `  name: fraud-scorer\n${owners}`)}${waivers}`;
  return parseRelease('releases/fraud-scorer.yaml', text).problems.map(({ code, path }) => `${code} ${path}`);
}

describe('a file of the repository', () => {
  it.each([
    'file:./models/m',
    'file:models//m',
    'file:models/',
    'file:models/../m',
    'file:///m',
    'file:m?x',
    'file:m#x',
  ])('is refused as %s, which is not how git writes it', (uri) => {
    expect(judge(`{uri: "${uri}", digest: "${SHA}"}`)).toContain('SEC-09 spec.candidate.artifacts.model.uri');
  });

  it('is fine as a path inside the repository', () => {
    expect(judge(`{uri: "file:models/scorer", digest: "${SHA}"}`)).toEqual([]);
  });
});

describe('a URI that can come to mean something else', () => {
  it.each([
    ['oci://reg.dev/team/model:latest', 'latest'],
    ['oci://reg.dev:5000/model:Production', 'Production'],
    ['models:/fraud@champion', 'champion'],
    ['models:/fraud/Production', 'Production'],
    ['models:/fraud/latest', 'latest'],
    ['models:/fraud', ''],
    ['hf://acme/fraud', ''],
    ['hf://acme/fraud@main', 'main'],
    ['hf://acme/fraud:v1', 'v1'],
    ['huggingface://acme/fraud@0123456/model.safetensors', '0123456'],
    ['https://huggingface.co/acme/fraud/resolve/main/model.safetensors', 'main'],
    ['s3://models/fraud/latest', 'latest'],
    ['gs://models/fraud/champion/', 'champion'],
    ['s3://models/fraud/latest/model.onnx', 'latest'],
    ['s3://models/Current/fraud/model.onnx?versionId=1', 'Current'],
    ['https://models.acme.dev/fraud/newest/weights/model.onnx', 'newest'],
    ['s3://models/fraud/production?versionId=1', 'production'],
    ['vertex://projects/1/models/2@production', 'production'],
    ['git+https://git.acme.dev/fraud@main', 'main'],
    ['git+ssh://git.acme.dev/fraud', ''],
  ])('%s', (uri, part) => expect(findMutability(uri)?.part).toBe(part));
});

describe('a URI that names one content, as far as can be told', () => {
  it.each([
    `oci://reg.dev/team/model@${SHA}`,
    `oci://reg.dev/team/model:latest@${SHA}`,
    'oci://reg.dev/team/model:3.5.0',
    'oci://reg.dev:5000/team/model',
    'models:/fraud/12',
    'models:/m-0123456789abcdef0123456789abcdef',
    `hf://acme/fraud@${COMMIT}`,
    `hf://acme/fraud:${COMMIT}`,
    `hf://acme/fraud@${COMMIT}/model.safetensors`,
    `https://huggingface.co/acme/fraud/resolve/${COMMIT}/model.safetensors`,
    's3://production/fraud/3.5.0/model.onnx',
    's3://models/production/fraud/3.5.0',
    's3://latest/fraud',
    's3://models/staging/fraud/3.5.0/model.onnx',
    's3://models/fraud-latest/3.5.0/model.onnx',
    `git+https://git.acme.dev/fraud@${COMMIT}`,
    'runs:/41d0/model',
  ])('%s', (uri) => expect(findMutability(uri)).toBeUndefined());

  it('may carry its digest', () => {
    expect(digestInUri(`oci://reg.dev/model@${SHA}`)).toBe(SHA);
    expect(digestInUri(`oci://reg.dev/model@${SHA}/x`)).toBeUndefined();
  });
});

describe('a file that runs code when it is loaded', () => {
  it.each([
    ['s3://m/model.pkl', undefined, '.pkl'],
    ['s3://m/model.PICKLE', undefined, '.pickle'],
    ['s3://m/model.joblib.gz', 'sklearn', '.joblib'],
    ['s3://m/model.dill?v=1', undefined, '.dill'],
    ['s3://m/model.pt', 'onnx', '.pt'],
    ['s3://m/model.pth', undefined, '.pth'],
    ['s3://m/pytorch_model.bin', undefined, '.bin'],
    ['s3://m/pytorch_model.bin', 'pytorch', '.bin'],
    ['s3://m/model.bin', 'gguf', undefined],
    ['s3://m/model.onnx', undefined, undefined],
    ['s3://m/model.safetensors', 'safetensors', undefined],
    ['s3://m.pkl/model', undefined, undefined],
  ])('is told by its ending: %s as %s', (uri, format, expected) => {
    expect(unsafeEnding(uri, format)).toBe(expected);
  });

  it('is told by its format, in any case of letters', () => {
    for (const format of ['pickle', 'Joblib', 'DILL', 'torch', 'pth'])
      expect(isUnsafeFormat(format)).toBe(true);
    for (const format of ['onnx', 'safetensors', 'gguf', 'json']) expect(isUnsafeFormat(format)).toBe(false);
  });
});

describe('artifacts of a manifest', () => {
  const pickle = `{uri: s3://m/model.pkl, digest: "${SHA}"}`;
  const waiver = (lines: string) => `  waivers:\n    - ${lines}\n`;
  const sound = waiver('{rule: ML-02, reason: old exporter, owner: "@acme/risk-ml", until: 2027-01-31}');
  const owners = '  owners: ["@acme/risk-ml"]\n';

  it('are pinned and safe, or it is said where they are not', () => {
    expect(judge(`{uri: s3://m/3.5.0, digest: "${SHA}"}`)).toEqual([]);
    expect(judge(`{uri: s3://m/latest, digest: "${SHA}"}`)).toEqual([
      'ML-01 spec.candidate.artifacts.model.uri',
    ]);
    expect(judge(`{uri: "oci://r.dev/m@sha256:${'0'.repeat(64)}", digest: "${SHA}"}`)).toEqual([
      'ML-01 spec.candidate.artifacts.model.digest',
    ]);
    expect(judge(pickle)).toEqual(['ML-02 spec.candidate.artifacts.model.uri']);
    expect(judge(`{uri: s3://m/model.pkl, digest: "${SHA}", format: pickle}`)).toEqual([
      'ML-02 spec.candidate.artifacts.model.format',
    ]);
  });

  it('that run code are let through by an owner, for a rule, until a day', () => {
    expect(judge(pickle, sound, owners)).toEqual([]);
    expect(judge(pickle, sound)).toEqual(['WAIVER_OWNER_UNKNOWN spec.waivers[0].owner']);
    expect(judge(pickle, `${sound}${sound.replace('  waivers:\n', '')}`, owners)).toEqual([
      'WAIVER_DUPLICATE spec.waivers[1].rule',
    ]);
    const other = (lines: string) => judge(pickle, waiver(lines), owners);
    expect(other('{rule: ML-01, reason: x, owner: "@acme/risk-ml", until: 2027-01-31}')).toEqual([
      'ML-02 spec.candidate.artifacts.model.uri',
      'VALUE_UNKNOWN spec.waivers[0].rule',
    ]);
    expect(other('{rule: ML-02, owner: "@acme/risk-ml", until: 2027-02-30}')).toEqual([
      'ML-02 spec.candidate.artifacts.model.uri',
      'KEY_MISSING spec.waivers[0].reason',
      'VALUE_OUT_OF_RANGE spec.waivers[0].until',
    ]);
  });

  it('that need no waiver are told so', () => {
    expect(judge(`{uri: s3://m/3.5.0, digest: "${SHA}"}`, sound, owners)).toEqual([
      'WAIVER_UNUSED spec.waivers[0]',
    ]);
  });
});

describe('the name of a version', () => {
  const named = (name: string) =>
    parseRelease('releases/fraud-scorer.yaml', SHORT.replace('version: 3.5.0', `version: ${name}`)).problems;

  it.each(['latest', 'Champion', 'main', 'nightly'])('is not one that is moved, like %s', (name) => {
    expect(named(name)).toMatchObject([
      { code: 'ML-01', path: 'spec.candidate.version', at: { column: 14 } },
    ]);
  });

  it.each(['3.5.0', 'latest-3', '2026-11-21', 'v7'])('may be %s', (name) => {
    expect(named(name)).toEqual([]);
  });
});
