import { describe, expect, it } from 'vitest';
import { readServing } from '../../examples/fraud-scorer/demo/serving-file.mjs';
import {
  findStory,
  hurryManifest,
  liveConfig,
  liveHour,
  MANIFEST,
  RELEASE,
  readPullRequest,
  readRepository,
  recordedConfig,
  SERVING,
  STORIES,
  type Story,
  type StoryFile,
} from '../../examples/fraud-scorer/demo/stories.mjs';
import { nightShare } from '../../examples/fraud-scorer/service/transactions.mjs';
import { promoteManifest } from '../../src/core/manifest/edit-manifest.ts';
import { parseConfig } from '../../src/core/manifest/parse-config.ts';
import { parseRelease } from '../../src/core/manifest/parse-release.ts';
import { percent } from '../../src/core/units.ts';
import { renderTarget } from '../../src/targets/render-target.ts';

function textOf(files: readonly StoryFile[], path: string): string {
  const file = files.find((candidate) => candidate.path === path);
  if (!file) throw new Error(`no ${path}`);
  return file.text;
}

function readManifest(text: string) {
  const reading = parseRelease(MANIFEST, text);
  expect(reading.problems).toEqual([]);
  if (reading.kind === 'bad') throw new Error('unreachable: bad without a problem');
  return reading.value;
}

/** What Belay leaves behind when it has promoted a story's candidate. */
function promote(story: Story): { manifest: string; serving: string } {
  const { files } = readPullRequest(story);
  const { release, source } = readManifest(textOf(files, MANIFEST));
  const { candidate, targets } = release.spec;
  const rendering = renderTarget(targets[0]!, textOf(files, SERVING), {
    stable: candidate!,
    candidate: undefined,
    weight: percent(0),
  });
  if (rendering.kind === 'mismatch') throw new Error(JSON.stringify(rendering.problems));
  return { manifest: promoteManifest(source), serving: rendering.text };
}

const [healthy, faulty] = STORIES;

it('the repository holds what a user has in Git, and nothing of the demo', () => {
  const paths = readRepository().map(({ path }) => path);
  expect(paths).toEqual([...paths].sort());
  expect(paths).toEqual(expect.arrayContaining(['.belay/config.yaml', MANIFEST, SERVING]));
  expect(paths.filter((path) => /^(demo|service)\//.test(path))).toEqual([]);
});

it('a story that nobody wrote is refused by name', () => {
  expect(findStory('faulty')).toBe(faulty);
  expect(() => findStory('happy')).toThrow(/no story "happy", expected healthy or faulty/);
});

describe.each(STORIES)('the pull request of $name', (story) => {
  const pull = readPullRequest(story);

  it('changes the manifest and the serving file', () => {
    expect(pull.files.map(({ path }) => path)).toEqual([MANIFEST, SERVING]);
    expect(pull.title).toContain(story.candidate);
    expect(pull.title).not.toMatch(/^#/);
    expect(pull.body).toMatch(/AUC/);
  });

  it('brings the candidate that it names, into the slot that is free, with its model', () => {
    const { spec } = readManifest(textOf(pull.files, MANIFEST)).release;
    const workloads = readServing(textOf(pull.files, SERVING), RELEASE);
    expect(spec.candidate?.version).toBe(story.candidate);
    for (const version of [spec.stable, spec.candidate!]) {
      const workload = workloads.find(({ name }) => name === version.backend);
      expect(workload).toMatchObject({
        model: `fraud-scorer-${version.version}.json`,
        digest: version.artifacts.model?.digest,
        replicas: 6,
        weight: version === spec.stable ? 100 : 0,
      });
    }
  });

  it('ticks at five minutes of the hour, so that merge and ticks fall together', () => {
    expect(Date.parse(story.startsAt) % 300_000).toBe(0);
    expect(story.mergedAfterMinutes % 5).toBe(0);
  });
});

it('the faulty pull request fits on what the healthy promotion leaves: it adds a candidate and its model', () => {
  const left = promote(healthy);
  const { files } = readPullRequest(faulty);
  const manifest = textOf(files, MANIFEST);
  const withoutCandidate = manifest.replace(/ {2}candidate:\n(?: {4}.*\n)+/, '');
  expect(withoutCandidate).toBe(left.manifest);
  const changed = differingLines(left.serving, textOf(files, SERVING));
  expect(changed).toHaveLength(3);
  for (const line of changed) expect(line).toMatch(/3\.6\.0|--digest=sha256:/);
});

describe('the configs of the demo', () => {
  it.each([
    [
      'a recording',
      recordedConfig('metrics/history.om'),
      { kind: 'openmetrics', file: 'metrics/history.om' },
    ],
    [
      'a live server',
      liveConfig('http://127.0.0.1:9090'),
      { kind: 'prometheus', url: 'http://127.0.0.1:9090' },
    ],
  ])('answer the provider of the manifest from %s', (_, text, provider) => {
    const reading = parseConfig('.belay/config.yaml', text);
    expect(reading.problems).toEqual([]);
    expect(reading.kind === 'ok' && reading.value.config.providers.prod).toMatchObject(provider);
  });
});

describe('the manifest of a live run', () => {
  it.each(STORIES)('has seconds where the manifest of $name has hours, and the same weights', (story) => {
    const text = textOf(readPullRequest(story).files, MANIFEST);
    const slow = readManifest(text).release.spec;
    const fast = readManifest(hurryManifest(text)).release.spec;
    expect(fast.rollout.steps.map(({ weight }) => weight)).toEqual(
      slow.rollout.steps.map(({ weight }) => weight),
    );
    const total = fast.rollout.steps.reduce((sum, { hold }) => sum + hold, 0);
    expect(total).toBeLessThan(120_000);
    expect(fast.candidate).toEqual(slow.candidate);
  });

  it('sees evening fall on the faulty candidate at a quarter of the traffic, and never on the healthy one', () => {
    const shares = [0, 1, 5, 25, 100].map((weight) => nightShare(liveHour(faulty, weight)));
    expect(shares.slice(0, 3)).toEqual([0, 0, 0]);
    expect(Math.min(...shares.slice(3))).toBeGreaterThan(0.05);
    expect([0, 25, 100].map((weight) => nightShare(liveHour(healthy, weight)))).toEqual([0, 0, 0]);
  });

  it('is not made from a manifest whose holds are others', () => {
    const text = textOf(readRepository(), MANIFEST).replace('hold: 30m', 'hold: 31m');
    expect(() => hurryManifest(text)).toThrow(/expected "\{weight: 1, hold: 30m\}"/);
  });
});

function differingLines(before: string, after: string): readonly string[] {
  const old = before.split('\n');
  return after.split('\n').filter((line, index) => line !== old[index]);
}
