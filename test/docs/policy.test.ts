import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../src/core/manifest/json-schema.ts';
import { parseConfig } from '../../src/core/manifest/parse-config.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import { POLICY_KEYS } from '../../src/core/manifest/policy.ts';
import { writeManifest } from '../app/bench.ts';

const PAGE = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');

/** The YAML between two marks of the page. */
function example(name: string): string {
  const found = new RegExp(`<!-- ${name} -->\n\`\`\`yaml\n([^]*?)\`\`\`\n<!-- /${name} -->`).exec(PAGE);
  return found?.[1] ?? expect.fail(`the page has no example ${name}`);
}

describe('docs/policy.md', () => {
  it('shows a config that is read without a word', () => {
    const reading = parseConfig('.belay/config.yaml', example('config'));
    expect(reading.problems).toEqual([]);
    expect(reading.kind).toBe('ok');
  });

  it('shows every key that a policy and a tier have', () => {
    const reading = parseConfig('.belay/config.yaml', example('config'));
    if (reading.kind !== 'ok') throw new TypeError('see above');
    const { config } = reading.value;
    expect(POLICY_KEYS.filter((key) => config[key] === undefined)).toEqual([]);
    const schema = JSON.parse(JSON.stringify(configJsonSchema()));
    const tier = schema.properties.tiers.additionalProperties.properties;
    expect(Object.keys(config.tiers?.high ?? {}).sort()).toEqual(Object.keys(tier).sort());
  });

  it('shows an override that a manifest may carry', () => {
    const reading = parseRelease('releases/scorer.yaml', `${writeManifest()}${example('override')}`);
    expect(reading.problems).toEqual([]);
    expect(reading.kind === 'ok' && reading.value.release.spec.waivers).toMatchObject([{ rule: 'freeze' }]);
  });
});
