import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from '../../src/core/manifest/parse-config.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import type { Release } from '../../src/core/manifest/release-schema.ts';
import { percent } from '../../src/core/units.ts';
import { readSplit, renderTarget } from '../../src/targets/render-target.ts';
import type { Split } from '../../src/targets/target.ts';
import { findExamples, readExample } from './example-files.ts';

/** Every manifest of the examples; `root` is what its target paths are below. */
const manifests = findExamples(/(^|\/)releases\/[^/]+\.yaml$/).map(({ path, text }) => {
  const root = path.replace(/releases\/[^/]+$/, '');
  const repository = path.slice(0, path.indexOf('/') + 1);
  return { path, text, root, repository, isCandidate: root !== repository };
});

function readRelease({ path, text, repository }: (typeof manifests)[number]): Release {
  const config = readConfig(repository);
  const reading = parseRelease(path, text, config);
  expect(reading.problems).toEqual([]);
  if (reading.kind === 'bad') throw new Error('unreachable: bad without a problem');
  return reading.value.release;
}

function readConfig(repository: string) {
  const file = `${repository}.belay/config.yaml`;
  const reading = parseConfig(file, readExample(file));
  expect(reading.problems).toEqual([]);
  if (reading.kind === 'bad') throw new Error('unreachable: bad without a problem');
  return reading.value.config;
}

const splitOf = ({ spec }: Release): Split => ({
  stable: spec.stable,
  candidate: spec.candidate,
  weight: spec.rollout.weight,
});

it('there are three repositories with five releases, and a candidate for each that is served', () => {
  const settled = manifests.filter((manifest) => !manifest.isCandidate).map(({ path }) => path);
  expect(settled).toEqual([
    'fraud-scorer/releases/fraud-scorer.yaml',
    'kserve/releases/churn.yaml',
    'kserve/releases/reranker.yaml',
    'ranker/releases/ranker.yaml',
    'ranker/releases/sandbox.yaml',
  ]);
  expect(manifests).toHaveLength(10);
});

describe.each(manifests)('$path', (manifest) => {
  it('is read without a problem, warnings included', () => {
    const release = readRelease(manifest);
    expect(release.spec.candidate === undefined).toBe(!manifest.isCandidate);
    expect(release.spec.rollout.weight).toBe(0);
  });

  it('agrees with its target files already, to the byte', () => {
    const release = readRelease(manifest);
    for (const target of release.spec.targets) {
      const text = readExample(manifest.root + target.file);
      expect(renderTarget(target, text, splitOf(release))).toEqual({ kind: 'rendered', text });
    }
  });

  it('lets Belay move every declared weight in the target, changing nothing but numbers', () => {
    const release = readRelease(manifest);
    const { candidate } = release.spec;
    if (!candidate) return;
    for (const target of release.spec.targets)
      for (const { weight } of release.spec.rollout.steps) {
        const text = readExample(manifest.root + target.file);
        const split = { ...splitOf(release), weight };
        const rendering = renderTarget(target, text, split);
        if (rendering.kind === 'mismatch') throw new Error(JSON.stringify(rendering.problems));
        expect(withoutNumbers(rendering.text)).toBe(withoutNumbers(text));
        const shares = readSplit(target, rendering.text, split);
        const key =
          target.kind === 'kserve' && target.mode === 'knative'
            ? candidate.artifacts.model?.uri
            : candidate.backend;
        expect(shares.kind === 'found' && shares.value.get(key ?? '')).toBe(weight);
      }
  });

  it('has a target file of sound YAML and a runbook that is there', () => {
    const release = readRelease(manifest);
    for (const { file } of release.spec.targets)
      for (const document of parseAllDocuments(readExample(manifest.root + file)))
        expect(document.errors).toEqual([]);
    expect(readExample(manifest.repository + release.metadata.runbook)).toMatch(/^# /);
  });

  it('names an artifact by what it is: a digest in the URI is the digest of the artifact', () => {
    const { stable, candidate } = readRelease(manifest).spec;
    for (const version of candidate ? [stable, candidate] : [stable]) {
      const { uri = '', digest } = version.artifacts.model ?? {};
      const [, inUri] = /@(sha256:.+)$/.exec(uri) ?? [];
      if (inUri !== undefined) expect(inUri).toBe(digest);
      else expect(uri).toContain(version.version);
    }
  });
});

describe('the pull requests that bring a candidate', () => {
  it.each(manifests.filter((manifest) => manifest.isCandidate))('$path says what is new', ({ root }) => {
    expect(readExample(`${root}pull-request.md`)).toMatch(/^# \S.+\n\n\S/);
  });

  it.each(manifests.filter(({ isCandidate, root }) => isCandidate && !root.includes('faulty')))(
    '$path only adds a candidate to the settled manifest',
    ({ path, text, repository }) => {
      const settled = readExample(repository + path.slice(path.indexOf('releases/')));
      const { candidate, ...spec } = (parse(text) as { spec: Record<string, unknown> }).spec;
      expect(candidate).toBeDefined();
      expect(spec).toEqual((parse(settled) as { spec: unknown }).spec);
    },
  );
});

it('a candidate at 100 % leaves nobody on stable', () => {
  const manifest = manifests.find(({ path }) => path.includes('healthy'));
  const release = readRelease(manifest!);
  const [target] = release.spec.targets;
  const text = readExample(manifest!.root + target!.file);
  const rendering = renderTarget(target!, text, { ...splitOf(release), weight: percent(100) });
  expect(rendering.kind === 'rendered' && rendering.text).toMatch(/fraud-scorer-a\n.*\n +weight: 0 /);
});

function withoutNumbers(text: string): string {
  return text.replace(/((?:weight|trafficPercent|canaryTrafficPercent): +)\d+/g, '$1#');
}
