import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { plan } from '../../src/app/plan.ts';
import { validate } from '../../src/app/validate.ts';
import type { FileSource } from '../../src/ports/forge.ts';
import { printPreview, summarisePreview } from '../../src/report/preview.ts';
import { CANDIDATE } from '../builders/release.ts';
import { CONFIG, MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import { type Bench, openInFlight, writeFiles, writeManifest } from './bench.ts';

/** A directory in memory. */
function directory(files: Readonly<Record<string, string>>): FileSource {
  return {
    list: async (folder) =>
      Object.keys(files)
        .filter((path) => path.startsWith(`${folder}/`))
        .sort(),
    read: async (paths) =>
      new Map(
        paths.flatMap((path) => {
          const text = files[path];
          return text === undefined ? [] : [[path, { kind: 'text', path, text } as const]];
        }),
      ),
  };
}

const BASE: Readonly<Record<string, string>> = { '.belay/config.yaml': CONFIG, ...writeFiles() };
const check = async (files: Readonly<Record<string, string>>) => validate(directory(files), { sha256 });

/** All files of the default branch, as a pull request finds them. */
function filesOf({ forge }: Bench): Record<string, string> {
  const { tree } = forge.commitAt(forge.tip('main')!);
  return Object.fromEntries([...tree].map(([path, text]) => [path, String(text)]));
}

describe('validate', () => {
  it('finds nothing wrong in a sound repository', async () => {
    const found = await check(BASE);
    expect(found).toMatchObject({ manifests: 1, problems: [] });
    expect(found.releases.map((file) => file.path)).toEqual([MANIFEST]);
  });

  it('finds nothing wrong in what Belay itself leaves behind, at any moment of a rollout', async () => {
    for (const moves of [1, 2, 3, 4, 5] as const) {
      const bench = await openInFlight(moves);
      expect((await check(filesOf(bench))).problems).toEqual([]);
    }
  });

  it('names the line of a serving file that does not say what the manifest says', async () => {
    const { problems } = await check({ ...BASE, [SERVING]: writeRoute({ 'scorer-a': 90, 'scorer-b': 10 }) });
    expect(problems).toMatchObject([
      {
        code: 'TARGET_DIFFERS',
        at: { file: SERVING, line: 10, column: 11 },
        message:
          'the split is not what the manifest asks for: expected "weight: 100", got "weight: 90" (and 1 more lines; "belay plan" prints the whole edit)',
      },
    ]);
  });

  it('says that a target is missing', async () => {
    const { [SERVING]: _, ...files } = BASE;
    expect((await check(files)).problems).toMatchObject([{ code: 'TARGET_MISSING', at: { file: SERVING } }]);
  });

  it('says that there is no config', async () => {
    const { '.belay/config.yaml': _, ...files } = BASE;
    expect((await check(files)).problems[0]).toMatchObject({ code: 'CONFIG_MISSING' });
  });

  it('wants a new candidate to begin at the beginning', async () => {
    const { problems } = await check({
      ...BASE,
      [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 25 }),
    });
    expect(problems.map((problem) => problem.code)).toContain('WEIGHT_NOT_ZERO');
  });

  it('refuses what was rolled back, by name and by content', async () => {
    const bench = await openInFlight(3);
    await bench.rollBack(40);
    const again = (candidate: typeof CANDIDATE) =>
      check({ ...filesOf(bench), [MANIFEST]: writeManifest({ candidate }) });
    const codes = async (candidate: typeof CANDIDATE) =>
      (await again(candidate)).problems.map(({ code, severity, at }) => [code, severity, at.file]);
    expect(await codes(CANDIDATE)).toEqual([['VERSION_QUARANTINED', 'error', MANIFEST]]);
    expect(await codes({ ...CANDIDATE, version: '3.5.1' })).toEqual([
      ['CONTENT_QUARANTINED', 'error', MANIFEST],
    ]);
    expect(await codes({ ...CANDIDATE, digit: 'c' })).toEqual([['VERSION_QUARANTINED', 'error', MANIFEST]]);
    expect((await again({ version: '3.5.1', backend: 'scorer-b', digit: 'c' })).problems).toEqual([]);
  });

  it('warns when a pull request deletes the manifest of a rollout under way', async () => {
    const { [MANIFEST]: _, ...files } = filesOf(await openInFlight(2));
    expect((await check(files)).problems).toMatchObject([
      { code: 'MANIFEST_GONE', severity: 'warning', at: { file: MANIFEST } },
    ]);
  });

  it('refuses both of two manifests of one name that nothing is recorded about', async () => {
    const { releases, problems } = await check({ ...BASE, 'releases/twin.yaml': writeManifest() });
    const taken = problems.filter((problem) => problem.code === 'RELEASE_NAME_TAKEN');
    expect(taken.map((problem) => problem.at)).toEqual([
      { file: MANIFEST, line: 4, column: 9 },
      { file: 'releases/twin.yaml', line: 4, column: 9 },
    ]);
    expect(releases).toEqual([]);
  });

  it('refuses the one of them that the records are not about, whichever comes first', async () => {
    const files = filesOf(await openInFlight(2));
    for (const twin of ['releases/a.yaml', 'releases/z.yaml']) {
      const { releases, problems } = await check({ ...files, [twin]: writeManifest() });
      expect(releases.map((file) => file.path)).toEqual([MANIFEST]);
      expect(problems.map((problem) => problem.at.file)).toContain(twin);
    }
  });
});

describe('plan', () => {
  const preview = async (files: Readonly<Record<string, string>>, only: readonly string[] = []) =>
    plan(directory(files), { sha256, only });

  it('says when each step can come at the earliest, and what the first one changes', async () => {
    const { releases } = await preview({ ...BASE, [MANIFEST]: writeManifest({ candidate: CANDIDATE }) });
    expect(releases).toHaveLength(1);
    expect(releases[0]!.steps.map(({ step, earliest }) => [step.weight, earliest / 60_000])).toEqual([
      [5, 0],
      [25, 30],
      [100, 60],
    ]);
    expect(releases[0]!.total / 60_000).toBe(90);
    expect(releases[0]!.firstStep.map((edit) => edit.path)).toEqual([SERVING]);
    expect(releases[0]!.corrections).toEqual([]);
    const text = printPreview(releases[0]!);
    expect(text).toContain('scorer 3.4.1 → 3.5.0: canary, at 0%');
    expect(text).toContain('    +          weight: 95');
    expect(summarisePreview(releases[0]!)).toContain('| Traffic | Weight | Not before |');
  });

  it('shows where a rollout under way stands', async () => {
    const { releases } = await preview(filesOf(await openInFlight(3)));
    expect(releases[0]!.standing).toMatchObject({ index: 1, step: { weight: 25 } });
    expect(printPreview(releases[0]!)).toMatch(/^> +25%/m);
  });

  it('shows what a serving file needs', async () => {
    const { releases } = await preview({
      ...BASE,
      [SERVING]: writeRoute({ 'scorer-a': 90, 'scorer-b': 10 }),
    });
    expect(releases[0]!.corrections.map((edit) => edit.path)).toEqual([SERVING]);
    expect(printPreview(releases[0]!)).toContain('the targets must change to say what the manifest says');
  });

  it('looks at the named releases only', async () => {
    const files = { ...BASE, ...writeFiles({ name: 'other' }) };
    expect((await preview(files, ['other'])).releases.map((release) => release.name)).toEqual(['other']);
  });
});
