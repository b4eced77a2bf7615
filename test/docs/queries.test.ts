import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { checkPromql } from '../../src/cli/check-promql.ts';
import { salvageDraft } from '../../src/core/manifest/draft.ts';
import { checkQueries } from '../../src/core/manifest/query-rules.ts';
import { readYaml } from '../../src/core/yaml/read-yaml.ts';

const PLACES = ['docs', 'examples', 'actions', 'README.md', 'test/fixtures'];

/** Files that break on purpose. */
const BROKEN = /test\/fixtures\/(?:refusals|manifests\/invalid)\//;

function filesUnder(path: string): readonly string[] {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
  );
}

interface Check {
  readonly name?: string;
  readonly kind: string;
}

/** What looks like a health check, wherever it stands. */
function checksIn(value: unknown): readonly Check[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('kind' in value && 'provider' in value) return [value as Check];
  return Object.values(value).flatMap(checksIn);
}

function blocksOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return file.endsWith('.md')
    ? Array.from(text.matchAll(/^```yaml\n([\s\S]*?)^```/gm), ([, block = '']) => block)
    : [text];
}

function parsed(block: string): unknown {
  try {
    return parse(block, { logLevel: 'silent' }) as unknown;
  } catch {
    return undefined; // a part with an ellipsis
  }
}

const checks = PLACES.flatMap(filesUnder)
  .filter((file) => /\.(?:md|ya?ml)$/.test(file) && !BROKEN.test(file))
  .flatMap((file) =>
    blocksOf(file).flatMap((block) => checksIn(parsed(block)).map((check) => ({ file, check }))),
  )
  // what is only hinted at
  .filter(({ check }) => !JSON.stringify(check).includes('…'));

describe('queries in docs, examples and fixtures', () => {
  it('are there', () => {
    expect(checks.length).toBeGreaterThan(60);
  });

  it('are refused by no rule for queries', () => {
    const found = checks.flatMap(({ file, check }) => {
      const reading = readYaml(file, stringify({ spec: { health: { checks: [check] } } }, { lineWidth: 0 }));
      if (reading.kind !== 'ok') return [`${file}: ${check.kind} cannot be read`];
      const source = reading.value;
      return checkQueries({ source, draft: salvageDraft(source) }, checkPromql).map(
        ({ code, message }) => `${file}: ${code}: ${message}`,
      );
    });
    expect(found).toEqual([]);
  });
});
