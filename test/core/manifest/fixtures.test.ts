import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/core/errors.ts';
import { parseConfig } from '../../../src/core/manifest/parse-config.ts';
import { parseRelease } from '../../../src/core/manifest/parse-release.ts';
import type { Reading } from '../../../src/core/yaml/read-yaml.ts';

const ROOT = new URL('../../fixtures/manifests/', import.meta.url);

/** One entry of x.expected.json; `message` is a part that must be in the message. */
interface Expected extends Pick<Problem, 'code' | 'path'> {
  readonly line: number;
  readonly column: number;
  readonly message?: string;
}

const KINDS: Readonly<Record<string, (text: string) => Reading<unknown>>> = {
  release: (text) => parseRelease('releases/fraud-scorer.yaml', text),
  config: (text) => parseConfig('.belay/config.yaml', text),
};

function yamlFiles(folder: string): readonly string[] {
  return readdirSync(new URL(folder, ROOT)).filter((name) => name.endsWith('.yaml'));
}

for (const [kind, parse] of Object.entries(KINDS)) {
  describe(`valid ${kind} files`, () => {
    for (const name of yamlFiles(`valid/${kind}`))
      it(`${name} is read without a word`, () => {
        const reading = parse(readFileSync(new URL(`valid/${kind}/${name}`, ROOT), 'utf8'));
        expect(reading.problems).toEqual([]);
        expect(reading.kind).toBe('ok');
      });
  });

  describe(`invalid ${kind} files`, () => {
    for (const name of yamlFiles(`invalid/${kind}`))
      it(`${name} is refused for what is expected, where it stands, and for nothing else`, () => {
        const file = new URL(`invalid/${kind}/${name}`, ROOT);
        const json = readFileSync(new URL(file.href.replace(/\.yaml$/, '.expected.json')), 'utf8');
        const expected = JSON.parse(json) as readonly Expected[];
        const reading = parse(readFileSync(file, 'utf8'));
        expect(reading.kind).toBe('bad');
        expect(
          reading.problems.map(({ code, at, path }) => ({ code, line: at.line, column: at.column, path })),
        ).toEqual(expected.map(({ message: _, ...rest }) => rest));
        for (const [index, { message = '' }] of expected.entries())
          expect(reading.problems[index]?.message).toContain(message);
      });
  });
}

describe('every message about an invalid file', () => {
  const problems = Object.entries(KINDS).flatMap(([kind, parse]) =>
    yamlFiles(`invalid/${kind}`).flatMap((name) =>
      parse(readFileSync(new URL(`invalid/${kind}/${name}`, ROOT), 'utf8')).problems.map(
        (problem) => [`${kind}/${name}`, problem] as const,
      ),
    ),
  );

  it('is one line of printable text, and not a long one', () => {
    for (const [name, { message }] of problems) {
      expect(message, name).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(message.length, name).toBeLessThan(300);
    }
  });

  it('speaks of the file, not of the library that read it', () => {
    for (const [name, { message }] of problems)
      expect(message, name).not.toMatch(
        /zod|invalid input|received|undefined|null|expected record|discriminat|\[object/i,
      );
  });

  it('never shows a secret that was put in the wrong place', () => {
    for (const [name, { message }] of problems) expect(message, name).not.toContain('hunter2');
  });
});
