import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema, releaseJsonSchema } from '../../../src/core/manifest/json-schema.ts';
import { SCHEMA_FILES, SCHEMA_FOLDER, schemaText } from '../../tools/write-schemas.ts';

const ROOT = new URL('../../fixtures/manifests/', import.meta.url);
const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
const VALIDATORS = {
  release: ajv.compile(releaseJsonSchema()),
  config: ajv.compile(configJsonSchema()),
} as const;

/** Codes of problems that are about the shape of the data, which a schema can see. */
const SHAPE = /^(?:KEY_|TYPE_|VALUE_|KIND_|API_VERSION|FILE_EMPTY|SEC-0[239]$)/;
/** What the declaration says in code only, or a rule says under a code of shape. */
const UNSEEN = [
  'release/duration-too-long',
  'release/rate-too-large',
  'release/uri-with-password',
  'release/gauge-margin-twice',
  'release/target-in-belay-folder',
  'release/target-in-release-folder',
  'config/folder-of-belay',
  'config/time-zone-unknown',
];

const files = (folder: string) => readdirSync(new URL(folder, ROOT)).filter((name) => name.endsWith('.yaml'));
const text = (file: string) => readFileSync(new URL(file, ROOT), 'utf8');

describe.each(['release', 'config'] as const)('the JSON Schema of a %s', (kind) => {
  const validate = VALIDATORS[kind];

  it.each(files(`valid/${kind}`))('accepts valid %s', (name) => {
    expect(validate(parse(text(`valid/${kind}/${name}`)))).toBe(true);
  });

  const seen = files(`invalid/${kind}`).filter((name) => {
    const stem = `${kind}/${name.replace('.yaml', '')}`;
    const expected = JSON.parse(text(`invalid/${stem}.expected.json`)) as { code: string }[];
    const isReadable = !expected.some(({ code }) => /^(?:YAML_|SEC-(?:06|07|12)$)/.test(code));
    return isReadable && !UNSEEN.includes(stem) && expected.some(({ code }) => SHAPE.test(code));
  });

  it('is tried on many invalid files', () => {
    expect(seen.length).toBeGreaterThan(kind === 'release' ? 60 : 10);
  });

  it.each(seen)('refuses invalid %s', (name) => {
    expect(validate(parse(text(`invalid/${kind}/${name}`)))).toBe(false);
  });

  it('describes every key', () => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties } = node as { properties?: Record<string, { description?: string }> };
      for (const [key, property] of Object.entries(properties ?? {}))
        if (!property.description) undescribed.push(`${path}.${key}`);
      for (const [key, child] of Object.entries(node)) visit(child, `${path}.${key}`);
    };
    visit(kind === 'release' ? releaseJsonSchema() : configJsonSchema(), '');
    expect(undescribed).toEqual([]);
  });
});

describe('the schemas for editors', () => {
  it.each([
    ['release.schema.json', releaseJsonSchema],
    ['config.schema.json', configJsonSchema],
  ])('dist/schemas/%s is what the declaration says now', (name, schema) => {
    expect(Object.keys(SCHEMA_FILES)).toContain(name);
    expect(readFileSync(`${SCHEMA_FOLDER}${name}`, 'utf8')).toBe(schemaText(schema()));
  });

  it('are of the draft that editors know', () => {
    expect(releaseJsonSchema().$schema).toBe('http://json-schema.org/draft-07/schema#');
    expect(configJsonSchema().$schema).toBe('http://json-schema.org/draft-07/schema#');
  });
});
