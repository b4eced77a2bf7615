import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import { plan } from '../../src/app/plan.ts';
import { validate } from '../../src/app/validate.ts';
import { checkPromql } from '../../src/cli/check-promql.ts';
import { configTemplate, releaseTemplate, servingTemplate } from '../../src/cli/init-templates.ts';
import type { FileSource } from '../../src/ports/forge.ts';
import { printOrder, printPreview, summarisePreview } from '../../src/report/preview.ts';
import { CANDIDATE, minute, STABLE, START } from '../builders/release.ts';
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

const BASE: Readonly<Record<string, string>> = {
  '.belay/config.yaml': CONFIG,
  'metrics.om': '# EOF\n',
  'docs/runbooks/scorer.md': '# What to do\n',
  ...writeFiles(),
};
const check = async (files: Readonly<Record<string, string>>) =>
  validate(directory(files), { sha256, checkQuery: checkPromql });

/** All files of the default branch, as a pull request finds them. */
function filesOf({ forge }: Bench): Record<string, string> {
  const { tree } = forge.commitAt(forge.tip('main')!);
  return { ...BASE, ...Object.fromEntries([...tree].map(([path, text]) => [path, String(text)])) };
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
          'the split is not what the manifest asks for: expected "weight: 100", got "weight: 90" (and 1 more lines); write what is expected, "belay plan" prints the whole edit',
      },
    ]);
  });

  it('warns of checks that count requests where the route keeps clients on one version', async () => {
    const route = `${BASE[SERVING]}`.replace(
      /^( *)- backendRefs:/m,
      '$1- sessionPersistence: {type: Cookie}\n$1  backendRefs:',
    );
    expect(route).toContain('sessionPersistence');
    const { problems } = await check({ ...BASE, [SERVING]: route });
    expect(problems.map(({ code, severity, path }) => [code, severity, path])).toEqual([
      ['UNIT_IS_REQUEST', 'warning', 'spec.health.checks[0].name'],
    ]);
    expect(problems[0]!.message).toContain('docs/checks/unit.md');
    const manifest = BASE[MANIFEST]!.replace('kind: proportion', 'kind: proportion\n        unit: user');
    const told = { ...BASE, [SERVING]: route, [MANIFEST]: manifest };
    expect((await check(told)).problems).toEqual([]);
    for (const spelled of ['Request', 'requests']) {
      const same = { ...told, [MANIFEST]: manifest.replace('unit: user', `unit: ${spelled}`) };
      expect((await check(same)).problems).toMatchObject([{ code: 'UNIT_IS_REQUEST' }]);
    }
  });

  it('warns of latency there as well, whose buckets can only be of requests, unless clumps are declared', async () => {
    const route = `${BASE[SERVING]}`.replace(
      /^( *)- backendRefs:/m,
      '$1- sessionPersistence: {type: Cookie}\n$1  backendRefs:',
    );
    const slow = (more: string) =>
      BASE[MANIFEST]!.replace('kind: proportion', 'kind: proportion\n        unit: user').replace(
        / {4}checks:\n/,
        `    checks:\n      - {name: slow, kind: latency, provider: prod, bound: 0.4, buckets: 'sum by (le) (increase(x_bucket{version="{{version}}"}[{{window}}]))'${more}}\n`,
      );
    const found = async (more: string) =>
      (await check({ ...BASE, [SERVING]: route, [MANIFEST]: slow(more) })).problems;
    const [problem, ...others] = await found('');
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      code: 'UNIT_IS_REQUEST',
      severity: 'warning',
      path: 'spec.health.checks[0].name',
    });
    expect(problem!.message).toContain('users with a first slow request');
    expect(await found(', dispersion: 8')).toEqual([]);
    expect(await found(', dispersion: history')).toEqual([]);
  });

  it('says that a target is missing', async () => {
    const { [SERVING]: _, ...files } = BASE;
    expect((await check(files)).problems).toMatchObject([{ code: 'TARGET_MISSING', at: { file: MANIFEST } }]);
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

/** What is wrong, where, at which place and how badly. */
async function summarise(files: Readonly<Record<string, string>>) {
  const { problems } = await check(files);
  return problems.map(({ code, severity, at, path }) => [code, severity, `${at.file}:${at.line}`, path]);
}

/** Line of the first text in a file that begins so. */
function lineOf(text: string, start: string): number {
  return text.split('\n').findIndex((line) => line.trimStart().startsWith(start)) + 1;
}

describe('what a manifest or the config names', () => {
  it('is a runbook that is there', async () => {
    const { 'docs/runbooks/scorer.md': _, ...files } = BASE;
    const line = lineOf(BASE[MANIFEST]!, 'runbook:');
    expect(await summarise(files)).toEqual([
      ['RUNBOOK_MISSING', 'error', `${MANIFEST}:${line}`, 'metadata.runbook'],
    ]);
  });

  it('is a recording that is there', async () => {
    const { 'metrics.om': _, ...files } = BASE;
    expect(await summarise(files)).toEqual([
      ['PROVIDER_FILE_MISSING', 'error', '.belay/config.yaml:4', 'providers.prod.file'],
    ]);
  });

  it('is a target that is there; the manifest’s line says which is not', async () => {
    const { [SERVING]: _, ...files } = BASE;
    const line = lineOf(BASE[MANIFEST]!, 'file: serving/');
    expect(await summarise(files)).toEqual([
      ['TARGET_MISSING', 'error', `${MANIFEST}:${line}`, 'spec.targets[0].file'],
    ]);
  });

  it('is some manifest at all, unless there were some', async () => {
    const { [MANIFEST]: _, ...files } = BASE;
    const { problems } = await check({ ...files, 'releases/team/other.yaml': 'x: 1\n' });
    expect(problems).toMatchObject([
      { code: 'MANIFEST_MISSING', severity: 'warning', at: { file: '.belay/config.yaml' } },
    ]);
    expect(problems[0]!.message).toContain('looked for *.yaml and *.yml in releases');
    expect(problems[0]!.message).toContain('("releases/team/other.yaml" is none: subfolders are not read)');
    expect(problems[0]!.message).toContain('"belay init"');
  });
});

describe('what "belay init" leaves to be filled in', () => {
  it('is told where it was left', async () => {
    const files = {
      '.belay/config.yaml': configTemplate({ ref: 'v1', metrics: { url: 'https://prometheus.example.com' } }),
      'releases/fraud.yaml': releaseTemplate({ name: 'fraud', ref: 'v1' }),
      'serving/fraud.yaml': servingTemplate({ name: 'fraud' }),
    };
    expect(await summarise(files)).toMatchObject([
      ['URL_PLACEHOLDER', 'warning', expect.stringContaining('.belay/config.yaml:'), 'providers.prod.url'],
      ['URI_PLACEHOLDER', 'warning', expect.stringContaining('releases/'), 'spec.stable.artifacts.model.uri'],
      [
        'DIGEST_PLACEHOLDER',
        'warning',
        expect.stringContaining('releases/'),
        'spec.stable.artifacts.model.digest',
      ],
    ]);
  });

  it('is not told of addresses that only look alike', async () => {
    const config = configTemplate({ ref: 'v1', metrics: { url: 'https://prometheus.example.com.acme.dev' } });
    expect(await summarise({ ...BASE, '.belay/config.yaml': config })).toEqual([]);
  });
});

describe('a weight that a person wrote', () => {
  it('is one problem, and not another one in the target that would follow it', async () => {
    const files = { ...BASE, [MANIFEST]: writeManifest({ candidate: CANDIDATE, weight: 5 }) };
    expect((await check(files)).problems).toMatchObject([{ code: 'WEIGHT_NOT_ZERO', severity: 'error' }]);
  });

  it('is missing in a route: what that means and what to write', async () => {
    const route = BASE[SERVING]!.replace('          weight: 100\n', '');
    const { problems } = await check({ ...BASE, [SERVING]: route.replace('          weight: 0\n', '') });
    expect(problems).toMatchObject([{ code: 'TARGET_DIFFERS', at: { file: SERVING, line: 9, column: 11 } }]);
    expect(problems[0]!.message).toBe(
      'the split is not what the manifest asks for: expected "weight: 100", got none; write what is expected, "belay plan" prints the whole edit. A backendRef without weight counts as weight 1 in Gateway API; write weight: 100',
    );
  });

  it('is missing in a route of another backend', async () => {
    const route = `${BASE[SERVING]!}        - name: scorer-x\n          port: 8080\n`;
    const files = { ...BASE, [MANIFEST]: writeManifest({ candidate: CANDIDATE }), [SERVING]: route };
    const { problems } = await check(files);
    expect(problems).toMatchObject([{ code: 'BACKEND_UNEXPECTED', at: { line: 14 } }]);
    expect(problems[0]!.message).toContain('got none, which Gateway API takes for weight 1; write weight: 0');
  });
});

describe('a version held against the records', () => {
  it('is warned of when it takes the backend of the one that a rollback would go back to', async () => {
    const files = filesOf(await openInFlight(1));
    const stable = { ...STABLE, version: '3.4.2', digit: 'd' };
    expect(await summarise({ ...files, [MANIFEST]: writeManifest({ stable }) })).toMatchObject([
      ['BACKEND_TAKEN_OVER', 'warning', expect.anything(), 'spec.stable.backend'],
    ]);
    const apart = { ...stable, backend: 'scorer-b' };
    const split = writeRoute({ 'scorer-a': 0, 'scorer-b': 100 });
    expect(
      await summarise({ ...files, [SERVING]: split, [MANIFEST]: writeManifest({ stable: apart }) }),
    ).toEqual([]);
  });

  it('is warned of when it takes the only way back from a version that is still watched', async () => {
    const bench = await openInFlight(5, {}, { watch: '6h' });
    const files = filesOf(bench);
    expect(files[MANIFEST]).not.toContain('candidate:');
    const bring = async (backend: string, minutes: number, watch = '6h') => {
      const candidate = { version: '3.6.0', backend, digit: 'd' };
      const manifest = writeManifest({ stable: CANDIDATE, candidate, watch });
      const repository = directory({ ...files, [MANIFEST]: manifest });
      const now = minute(minutes);
      const { problems } = await validate(repository, { sha256, checkQuery: checkPromql, now });
      return problems.filter(({ code }) => code === 'WAY_BACK_TAKEN');
    };
    const found = await bring('scorer-a', 200);
    expect(found).toMatchObject([{ severity: 'warning', path: 'spec.candidate.backend' }]);
    expect(found[0]!.message).toMatch(
      /^3\.5\.0 is watched until 2026-\S+Z, and 3\.4\.1 on "scorer-a" is all that it could go back to; /,
    );
    expect(await bring('scorer-c', 200)).toEqual([]);
    expect(await bring('scorer-a', 200, '1h')).toEqual([]);
    expect(await bring('scorer-a', 2000)).toEqual([]);
  });

  it('is warned of when it moves to another backend', async () => {
    const files = filesOf(await openInFlight(1));
    const moved = {
      [MANIFEST]: writeManifest({ stable: { ...STABLE, backend: 'scorer-b' } }),
      [SERVING]: writeRoute({ 'scorer-a': 0, 'scorer-b': 100 }),
    };
    expect(await summarise({ ...files, ...moved })).toMatchObject([
      ['BACKEND_CHANGED', 'warning', expect.anything(), 'spec.stable.backend'],
    ]);
  });

  it('is refused when it takes the name of another', async () => {
    const files = filesOf(await openInFlight(5));
    const again = { ...STABLE, digit: 'd' };
    const stable = { ...CANDIDATE };
    const manifest = writeManifest({ stable, candidate: again });
    expect(await summarise({ ...files, [MANIFEST]: manifest })).toMatchObject([
      ['VERSION_REUSED', 'error', expect.anything(), 'spec.candidate.version'],
    ]);
  });
});

describe('a version to fall back to', () => {
  const withFallback = async (fallback: string) => {
    const files = filesOf(await openInFlight(1));
    const manifest = writeManifest({ rollback: { mode: 'fallback', fallback } });
    return summarise({ ...files, [MANIFEST]: manifest });
  };

  it('is refused when no record calls it good', async () => {
    expect(await withFallback('3.2.0')).toMatchObject([
      ['FALLBACK_NOT_GOOD', 'error', expect.anything(), 'spec.rollback.fallback'],
    ]);
  });

  it('may be the one that serves', async () => {
    expect(await withFallback(STABLE.version)).toEqual([]);
  });
});

describe('a query that no server can read', () => {
  /** The manifest with another query of bad events, and its line. */
  const withBad = (bad: string) => {
    const text = BASE[MANIFEST]!;
    const query = /^ *bad:[\s\S]*?(?=^ *total:)/m;
    return {
      line: lineOf(text, 'bad:'),
      files: { ...BASE, [MANIFEST]: text.replace(query, () => `${bad}\n`) },
    };
  };
  const selector = 'predict_errors_total{version="{{version}}"}[{{window}}]';

  it.each([
    { name: 'plain', bad: `        bad: sum(increase(${selector})` },
    { name: 'in quotes', bad: `        bad: 'sum(increase(${selector})) by'` },
  ])('is told at its place: $name', async ({ bad }) => {
    const { line, files } = withBad(bad);
    const { problems } = await check(files);
    expect(problems).toMatchObject([
      { code: 'QUERY_MALFORMED', severity: 'error', at: { file: MANIFEST, line } },
    ]);
    const rest = bad.slice(problems[0]!.at.column - 1);
    expect(rest === '' || rest === "'").toBe(true);
  });

  it('is told at its line in a literal block', async () => {
    const { line, files } = withBad(
      `        bad: |\n            sum(\n              increase(${selector}) foo bar\n            )`,
    );
    const { problems } = await check(files);
    expect(problems).toMatchObject([{ code: 'QUERY_MALFORMED', at: { line: line + 2 } }]);
    const text = files[MANIFEST]!.split('\n')[line + 1]!;
    expect(text.slice(problems[0]!.at.column - 1)).toBe('foo bar');
  });

  it('is told at the query when it is folded', async () => {
    const { line, files } = withBad(
      `        bad: >\n            sum(increase(${selector})\n            foo bar)`,
    );
    expect((await check(files)).problems).toMatchObject([{ code: 'QUERY_MALFORMED', at: { line } }]);
  });

  it.each([
    {
      code: 'QUERY_PER_SECOND',
      bad: 'sum(⟦rate(predict_errors_total{version="{{version}}"}[{{window}}]))',
      mended: 'sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))',
    },
    {
      code: 'FUNCTION_UNKNOWN',
      bad: 'sum(⟦incraese(predict_errors_total{version="{{version}}"}[{{window}}]))',
      mended: 'sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))',
    },
    {
      code: 'QUERY_MALFORMED',
      bad: 'sum(increase(predict_errors_total{version="{{version}}"⟦[{{window}}]))',
      mended: 'sum(increase(predict_errors_total{version="{{version}}"}[{{window}}]))',
    },
  ])('is written out once more as it should be: $code', async ({ code, bad, mended }) => {
    const { line, files } = withBad(`        bad: ${bad.replace('⟦', '')}`);
    const { problems } = await check(files);
    const at = { file: MANIFEST, line, column: 14 + bad.indexOf('⟦') };
    expect(problems).toMatchObject([{ code, severity: 'error', at }]);
    expect(problems[0]?.message).toMatch(/; write sum\(.*\)$/);
    expect(problems[0]?.message.split('; write ')[1]).toBe(mended);
  });

  it('says which label a check is asked by, for each kind of check', async () => {
    const select = '{version="{{version}}"}[{{window}}]';
    const checks = [
      `{name: l, kind: latency, provider: prod, bound: 1, limit: 5%, buckets: 'sum(increase(x_bucket${select}))'}`,
      `{name: s, kind: distribution, provider: prod, bins: 'sum(increase(x_bucket${select}))'}`,
      `{name: c, kind: distribution, by: class, provider: prod, bins: 'sum(increase(x_total${select}))'}`,
      `{name: f, kind: fairness, by: region, groups: [de, fr], provider: prod, bad: 'sum(increase(b${select}))', total: 'sum by (region) (increase(t${select}))'}`,
    ];
    const text = BASE[MANIFEST]!.replace(
      / {4}checks:\n/,
      `$&${checks.map((one) => `      - ${one}\n`).join('')}`,
    );
    const { problems } = await check({ ...BASE, [MANIFEST]: text });
    const found = problems.filter(({ code }) => code === 'QUERY_DROPS_LABEL');
    expect(found.map(({ message }) => /one series per value of (\w+)/.exec(message)?.[1])).toEqual([
      'le',
      'le',
      'class',
      'region',
    ]);
    expect(problems).toHaveLength(4);
  });

  it('may ask for a function of a newer server while an owner says so', async () => {
    const { files } = withBad(`        bad: sum(newest_function(${selector}))`);
    const waiver = `  waivers:\n    - {rule: FUNCTION_UNKNOWN, reason: our Prometheus is newer, owner: "@acme/risk-ml", until: 2027-01-31}\n`;
    const waived = { ...files, [MANIFEST]: `${files[MANIFEST]!}${waiver}` };
    expect((await check(files)).problems.map(({ code }) => code)).toEqual(['FUNCTION_UNKNOWN']);
    expect((await check(waived)).problems).toEqual([]);
    const needless = { ...BASE, [MANIFEST]: `${BASE[MANIFEST]!}${waiver}` };
    expect((await check(needless)).problems.map(({ code }) => code)).toEqual(['WAIVER_UNUSED']);
  });

  it('is not one that only a recording cannot answer', async () => {
    const { files } = withBad(`        bad: sum(increase(${selector}) * on () some_new_function(1))`);
    const { problems } = await check(files);
    expect(problems.map(({ code, severity }) => [code, severity])).toEqual([['FUNCTION_UNKNOWN', 'error']]);
  });
});

const CLOCK = { now: START, zone: 'UTC' };

describe('plan', () => {
  const preview = async (files: Readonly<Record<string, string>>, only: readonly string[] = []) =>
    plan(directory(files), { sha256, checkQuery: checkPromql, only });

  it('says when each step can come at the earliest, and what the first one changes', async () => {
    const { releases } = await preview({ ...BASE, [MANIFEST]: writeManifest({ candidate: CANDIDATE }) });
    expect(releases).toHaveLength(1);
    expect(releases[0]!.steps.map(({ step, earliest }) => [step.weight, earliest / 60_000])).toEqual([
      [5, 0],
      [25, 30],
      [100, 60],
    ]);
    expect(releases[0]!.total / 60_000).toBe(90);
    expect(releases[0]!.nextStep?.edits.map((edit) => edit.path)).toEqual([SERVING]);
    expect(releases[0]!.corrections).toEqual([]);
    const text = printPreview(releases[0]!, CLOCK);
    expect(text).toContain('scorer 3.4.1 → 3.5.0: canary, at 0%');
    expect(text).toContain('    +          weight: 95');
    expect(summarisePreview(releases[0]!, CLOCK)).toContain(
      'finished Sat 2026-11-21 09:30 UTC at the earliest',
    );
  });

  it('shows where a rollout under way stands', async () => {
    const { releases } = await preview(filesOf(await openInFlight(3)));
    expect(releases[0]!.standing).toMatchObject({ index: 1, step: { weight: 25 } });
    expect(printPreview(releases[0]!, CLOCK)).toMatch(/^ +> +25%/m);
  });

  it('shows what a serving file needs', async () => {
    const { releases } = await preview({
      ...BASE,
      [SERVING]: writeRoute({ 'scorer-a': 90, 'scorer-b': 10 }),
    });
    expect(releases[0]!.corrections.map((edit) => edit.path)).toEqual([SERVING]);
    expect(printPreview(releases[0]!, CLOCK)).toContain(
      'the targets must change to say what the manifest says',
    );
  });

  it('prints the order of releases that depend on others, and nothing where none does', async () => {
    const text = writeManifest().replace('name: scorer', 'name: scorer\n  dependsOn: [store]');
    const { order, releases } = await preview({
      ...BASE,
      ...writeFiles({ name: 'store' }),
      [MANIFEST]: text,
    });
    expect(order).toEqual(['store', 'scorer']);
    expect(printOrder(order)).toEqual([
      'order of rollouts: store, scorer',
      'order of rollbacks: scorer, store',
    ]);
    expect(releases.map((release) => printPreview(release, CLOCK).split('\n')[1])).toEqual([
      '  after store',
      expect.stringContaining('from, earliest'),
    ]);
    expect(printOrder((await preview(BASE)).order)).toEqual([]);
  });

  it('looks at the named releases only', async () => {
    const files = { ...BASE, ...writeFiles({ name: 'other' }) };
    expect((await preview(files, ['other'])).releases.map((release) => release.name)).toEqual(['other']);
  });
});
