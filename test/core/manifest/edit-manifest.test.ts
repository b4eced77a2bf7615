import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../../src/core/errors.ts';
import { promoteManifest, writeWeight } from '../../../src/core/manifest/edit-manifest.ts';
import { type ParsedRelease, parseRelease } from '../../../src/core/manifest/parse-release.ts';
import { percent } from '../../../src/core/units.ts';
import { readYaml, type YamlSource } from '../../../src/core/yaml/read-yaml.ts';
import { locate } from '../../../src/core/yaml/yaml-path.ts';

const FOLDER = new URL('../../fixtures/manifests/valid/release/', import.meta.url);
const FILES = readdirSync(FOLDER).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')] as const);
const SHORT = readFileSync(new URL('short.yaml', FOLDER), 'utf8');

function parse(text: string): ParsedRelease {
  const reading = parseRelease('releases/fraud-scorer.yaml', text);
  if (reading.kind === 'bad') throw new Error(reading.problems.map(({ message }) => message).join('\n'));
  return reading.value;
}

function source(text: string): YamlSource {
  const reading = readYaml('a.yaml', text);
  if (reading.kind === 'bad') throw new Error('expected a sound file');
  return reading.value;
}

function thrown(action: () => unknown): ToolError {
  try {
    action();
  } catch (error) {
    if (error instanceof ToolError) return error;
  }
  throw new Error('expected a ToolError');
}

/** Lines of `after` that `before` does not have at the same place, when both have as many. */
function changedLines(before: string, after: string): readonly string[] {
  const old = before.split('\n');
  const lines = after.split('\n');
  expect(lines).toHaveLength(old.length);
  return lines.filter((line, index) => line !== old[index]);
}

describe('writeWeight', () => {
  it.each(FILES)('%s: changes the number and not one other byte', (_, text) => {
    const { release, source } = parse(text);
    if (!release.spec.candidate) return;
    const [{ weight } = { weight: percent(0) }] = release.spec.rollout.steps.slice(-1);
    const written = writeWeight(source, weight);
    expect(changedLines(text, written)).toHaveLength(1);
    expect(parse(written).release.spec.rollout.weight).toBe(weight);
    expect(writeWeight(source, release.spec.rollout.weight)).toBe(text);
    expect(writeWeight(parse(written).source, release.spec.rollout.weight)).toBe(text);
  });

  it('keeps the comment and the spacing of its line', () => {
    const text = SHORT.replace('weight: 5\n', 'weight:    5   # Belay writes this\n');
    expect(writeWeight(parse(text).source, percent(25))).toBe(text.replace('5   #', '25   #'));
  });

  it('leaves the file alone when it has the weight already, however it is spelled', () => {
    const text = SHORT.replace('weight: 5\n', 'weight: 5.0\n');
    expect(writeWeight(parse(text).source, percent(5))).toBe(text);
  });

  it('writes fractions so that the strict reading takes them', () => {
    for (const [weight, expected] of [
      [0.5, '0.5'],
      [0.0000001, '0.0000001'],
      [33.3, '33.3'],
      [100, '100'],
      [10, '10'],
      [0, '0'],
    ] as const)
      expect(writeWeight(parse(SHORT).source, percent(weight))).toBe(
        SHORT.replace('weight: 5\n', `weight: ${expected}\n`),
      );
  });

  it('throws when there is no weight, for nobody asks for that', () => {
    expect(thrown(() => writeWeight(source('spec: {}'), percent(5))).code).toBe('BUG');
  });
});

describe('promoteManifest', () => {
  it('takes the lines of stable out, renames the candidate, and writes weight 0', () => {
    const text = `# The fraud model.
apiVersion: belay.dev/v1
kind: Release
metadata: {name: fraud-scorer} # on one line
spec:
  # What everyone gets.
  stable: # since May
    version: 3.4.1
    # It goes with its version.
    backend: fraud-scorer-a
    artifacts:
      model: {uri: oci://r/m, digest: "sha256:${'1f'.repeat(32)}"}

  # What is new.
  candidate: # since June
    version: 3.5.0
    backend:   fraud-scorer-b   # odd spacing
    artifacts:
      model: {uri: oci://r/m, digest: "sha256:${'9c'.repeat(32)}"}
${SHORT.slice(SHORT.indexOf('  rollout:\n'))}# The end.
`;
    expect(promoteManifest(parse(text).source)).toBe(
      text
        .replace(/ {2}stable: # since May\n(?: {4}.*\n)+/, '')
        .replace('  candidate: # since June', '  stable: # since June')
        .replace('    weight: 5\n', '    weight: 0\n'),
    );
  });

  const rolling = FILES.filter(([, text]) => parse(text).release.spec.candidate);

  it.each(rolling)('%s: gives a settled manifest with the candidate as stable', (_, text) => {
    const before = parse(text);
    const after = parse(promoteManifest(before.source));
    expect(after.release.spec.candidate).toBeUndefined();
    expect(after.release.spec.rollout.weight).toBe(0);
    expect(after.release.spec.stable).toEqual(before.release.spec.candidate);
    expect({
      ...after.release.spec,
      stable: 0,
      rollout: { ...after.release.spec.rollout, weight: 0 },
    }).toEqual({
      ...Object.fromEntries(Object.entries(before.release.spec).filter(([key]) => key !== 'candidate')),
      stable: 0,
      rollout: { ...before.release.spec.rollout, weight: 0 },
    });
  });

  it.each(rolling)('%s: keeps every line that is not of stable, in its order and with its end', (_, text) => {
    const { source } = parse(text);
    const stable = source.positionOf(['spec', 'stable'], 'key').line;
    const [from = 0, to = 0] = locate(source.document, ['spec', 'stable']).value?.range ?? [];
    const last = source.positionAt(from + text.slice(from, to).trimEnd().length - 1).line;
    const candidate = source.positionOf(['spec', 'candidate'], 'key').line;
    const weight = source.positionOf(['spec', 'rollout', 'weight']).line;
    const expected = text.split('\n').flatMap((line, index) => {
      if (index + 1 >= stable && index + 1 <= last) return [];
      if (index + 1 === candidate) return [line.replace('candidate', 'stable')];
      return [index + 1 === weight ? line.replace(/[\d.]+/, '0') : line];
    });
    expect(promoteManifest(source).split('\n')).toEqual(expected);
  });

  it('keeps the quotes of the key', () => {
    const text = SHORT.replace('candidate:', "'candidate':").replace('stable:', '"stable":');
    const promoted = promoteManifest(parse(text).source);
    expect(promoted).toContain("\n  'stable':\n    version: 3.5.0\n");
    expect(promoted).not.toContain('"stable"');
  });

  it('holds for keys in any order, any line end, any comments', () => {
    const blocks = SHORT.slice(SHORT.indexOf('spec:\n') + 6).split(/^(?= {2}\w)/m);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(blocks, { minLength: blocks.length }),
        fc.array(fc.constantFrom('', '\n', '  # note\n', '# note\n', '      # deep note\n'), {
          minLength: blocks.length,
          maxLength: blocks.length,
        }),
        fc.boolean(),
        (order, notes, isCrlf) => {
          const spec = order.map((block, index) => (notes[index] ?? '') + block).join('');
          const plain = `spec:\n${spec}${SHORT.slice(0, SHORT.indexOf('spec:\n'))}`;
          const before = parse(isCrlf ? plain.replaceAll('\n', '\r\n') : plain);
          const promoted = promoteManifest(before.source);
          const after = parse(promoted);
          expect(after.release.spec.stable).toEqual(before.release.spec.candidate);
          expect(after.release.spec.candidate).toBeUndefined();
          expect(promoted.includes('\r')).toBe(isCrlf);
          expect(promoted.replaceAll('\r\n', '\n').includes('\r')).toBe(false);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('throws when the style does not allow it, which reading the manifest says first', () => {
    const error = thrown(() =>
      promoteManifest(source('spec: {stable: {version: a}, candidate: {version: b}, rollout: {weight: 5}}')),
    );
    expect(error.code).toBe('REFUSED');
    expect(error.message).toContain('a.yaml: stable cannot make way for the candidate in place');
  });

  it('throws when there is no candidate, for nobody decides that', () => {
    const settled = readFileSync(new URL('settled.yaml', FOLDER), 'utf8');
    expect(thrown(() => promoteManifest(parse(settled).source)).code).toBe('BUG');
  });
});
