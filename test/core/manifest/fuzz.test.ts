import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { formatProblem } from '../../../src/core/errors.ts';
import { parseConfig } from '../../../src/core/manifest/parse-config.ts';
import { parseRelease } from '../../../src/core/manifest/parse-release.ts';
import { readYaml } from '../../../src/core/yaml/read-yaml.ts';

const text = (name: string) =>
  readFileSync(new URL(`../../fixtures/manifests/valid/${name}.yaml`, import.meta.url), 'utf8');
const RELEASE = text('release/full');
const CONFIG = text('config/full');

function dataOf(source: string): unknown {
  const reading = readYaml('a.yaml', source);
  return reading.kind === 'ok' ? reading.value.value : undefined;
}

/** What somebody may write where something else belongs. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    5,
    100,
    1e9,
    0.5,
    '',
    'no',
    '5',
    '5%',
    '1h',
    'a b',
    '{{x}}',
    '{{version}}',
  ),
  fc.constantFrom<unknown>([], {}, [[]], [{}], { kind: 'proportion' }, { kind: 'x' }, [5, 'a'], {
    a: { b: { c: [] } },
  }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('$', '(', '`', '"', '\n', ':', '\u202e', '\0', '../', '.git', '{{', '}}'),
    maxLength: 4,
  }),
);

/** Data with some of its values replaced, its keys renamed or removed, its entries doubled. */
function spoil(data: unknown, random: () => number, replacement: () => unknown): unknown {
  if (random() < 0.03) return replacement();
  if (Array.isArray(data)) {
    const items = data.map((item) => spoil(item, random, replacement));
    return random() < 0.1 ? [...items, ...items.slice(0, 1)] : items;
  }
  if (typeof data !== 'object' || data === null) return data;
  const entries = Object.entries(data).flatMap(([key, value]): [string, unknown][] => {
    const roll = random();
    if (roll < 0.02) return [];
    return [[roll < 0.04 ? `${key.slice(1)}${key.slice(0, 1)}` : key, spoil(value, random, replacement)]];
  });
  return Object.fromEntries(entries);
}

const seeded = fc.record({
  rolls: fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
  others: fc.infiniteStream(anything),
});

describe.each([
  ['release', RELEASE, (file: string) => parseRelease('releases/fraud-scorer.yaml', file)],
  ['config', CONFIG, (file: string) => parseConfig('.belay/config.yaml', file)],
] as const)('a spoiled %s', (_, valid, parse) => {
  const data = dataOf(valid);

  it('is read without an exception, and every problem has its place and is one line', () => {
    fc.assert(
      fc.property(seeded, fc.boolean(), ({ rolls, others }, isFlow) => {
        const next =
          <T>(stream: fc.Stream<T>) =>
          () =>
            stream.next().value as T;
        const spoiled = spoil(data, next(rolls), next(others));
        const written = stringify(spoiled, {
          aliasDuplicateObjects: false,
          collectionStyle: isFlow ? 'flow' : 'block',
          lineWidth: 0,
        });
        const reading = parse(written);
        const errors = reading.problems.filter(({ severity }) => severity === 'error');
        expect(errors.length > 0).toBe(reading.kind === 'bad');
        for (const problem of reading.problems) {
          expect(problem.code).toMatch(/^(?:SEC-\d\d|[A-Z][A-Z_]+)$/);
          expect(problem.at.line).toBeLessThanOrEqual(written.split('\n').length);
          expect(formatProblem(problem)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|undefined|\[object/u);
          expect(problem.message).not.toMatch(/something else|invalid input/i);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('is read without an exception when bytes are cut out, doubled or swapped', () => {
    fc.assert(
      fc.property(
        fc.nat(valid.length),
        fc.nat(40),
        fc.nat(valid.length),
        fc.constantFrom('cut', 'copy'),
        (from, length, to, how) => {
          const piece = valid.slice(from, from + length);
          const rest = how === 'cut' ? valid.slice(0, from) + valid.slice(from + length) : valid;
          const spoiled = how === 'cut' ? rest : rest.slice(0, to) + piece + rest.slice(to);
          const reading = parse(spoiled);
          if (reading.kind === 'bad') expect(reading.problems.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('what a release may say', () => {
  it('never reaches an output or a query with a character that could break out of it', () => {
    const label = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 10 }),
      fc.string({ unit: fc.constantFrom(...'aZ09._+-"\'{}$`\n ;&|<>\\/'), minLength: 1, maxLength: 6 }),
    );
    fc.assert(
      fc.property(label, label, label, (name, version, backend) => {
        const written = RELEASE.replace('name: fraud-scorer', () => `name: ${JSON.stringify(name)}`)
          .replace('version: 3.5.0+build.7', () => `version: ${JSON.stringify(version)}`)
          .replace('backend: fraud-scorer-b', () => `backend: ${JSON.stringify(backend)}`);
        const reading = parseRelease('releases/fraud-scorer.yaml', written);
        if (reading.kind === 'bad') return;
        const { metadata, spec } = reading.value.release;
        expect(metadata.name).toMatch(/^[a-z0-9-]{1,63}$/);
        expect(spec.candidate?.version).toMatch(/^[A-Za-z0-9._+-]{1,128}$/);
        expect(spec.candidate?.backend).toMatch(/^[A-Za-z0-9._+-]{1,128}$/);
      }),
      { numRuns: 1_000 },
    );
  });
});
