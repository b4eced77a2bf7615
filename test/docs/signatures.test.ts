import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { CONFIG_PATH } from '../../src/core/manifest/config-schema.ts';
import { parseConfig } from '../../src/core/manifest/parse-config.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import { CANDIDATE, writeRelease } from '../builders/release.ts';

const page = readFileSync(new URL('../../docs/signatures.md', import.meta.url), 'utf8');
const [config = '', artifacts = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1]!);

describe('the examples of docs/signatures.md', () => {
  it('are a config as Belay reads it', () => {
    const reading = parseConfig(CONFIG_PATH, config);
    expect(reading.problems).toEqual([]);
    expect(reading.kind === 'ok' && Object.keys(reading.value.config.registries ?? {})).toEqual([
      'registry.acme.dev',
    ]);
  });

  it('are artifacts as Belay reads them', () => {
    const { model } = (parse(artifacts) as { artifacts: { model: Record<string, string> } }).artifacts;
    const candidate = { ...CANDIDATE, model: { ...model, digest: `sha256:${'b'.repeat(64)}` } };
    const text = stringify(writeRelease({ candidate }));
    expect(parseRelease('releases/scorer.yaml', text).problems).toEqual([]);
  });
});

describe('a config that asks for signatures', () => {
  const BASE =
    'apiVersion: belay.dev/v1\nkind: Config\nproviders:\n  prod: {kind: openmetrics, file: m.om}\n';
  const codes = (rest: string) =>
    parseConfig(CONFIG_PATH, `${BASE}${rest}\n`).problems.map(({ code, path }) => `${code} ${path}`);

  it.each([
    ['nobody to trust', 'verify: {required: true}', 'VALUE_INCOMPLETE verify'],
    [
      'identities without a root',
      'verify: {identities: [{issuer: "https://i.dev", identity: "https://w.dev/x"}]}',
      'VALUE_INCOMPLETE verify',
    ],
    [
      'an identity that is a pattern',
      'verify: {trustRoot: r, identities: [{issuer: "https://i.dev", identity: ".*"}]}',
      'VALUE_MALFORMED verify.identities[0].identity',
    ],
    [
      'an issuer that is no URL',
      'verify: {trustRoot: r, identities: [{issuer: i.dev, identity: "https://w.dev/x"}]}',
      'VALUE_MALFORMED verify.identities[0].issuer',
    ],
    ['a key outside the repository', 'verify: {keys: [../k.pem]}', 'SEC-09 verify.keys[0]'],
    [
      'a registry with a path',
      'registries: {"registry.acme.dev/models": {}}',
      'SEC-02 registries["registry.acme.dev/models"]',
    ],
    [
      'a secret in place of its name',
      'registries: {r.dev: {auth: {kind: bearer, tokenEnv: s3cr3t}}}',
      'VALUE_MALFORMED registries["r.dev"].auth.tokenEnv',
    ],
  ])('may not have %s', (_, rest, expected) => {
    expect(codes(rest)).toEqual([expected]);
  });
});
