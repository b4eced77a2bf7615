import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/core/errors.ts';
import { brakeIn } from '../../../src/core/manifest/brake-in.ts';
import type { Config } from '../../../src/core/manifest/config-schema.ts';
import { parseConfig } from '../../../src/core/manifest/parse-config.ts';
import { checkReleases, type ParsedRelease, parseRelease } from '../../../src/core/manifest/parse-release.ts';
import type { Reading } from '../../../src/core/yaml/read-yaml.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/manifests/valid/${name}.yaml`, import.meta.url), 'utf8');
const SHORT = fixture('release/short');

function must<T>(reading: Reading<T>): T {
  if (reading.kind === 'bad') throw new Error(reading.problems.map(({ message }) => message).join('\n'));
  return reading.value;
}

const config: Config = must(parseConfig('.belay/config.yaml', fixture('config/full'))).config;
const brief = ({ code, severity, at, path }: Problem) =>
  `${severity} ${code} ${at.line}:${at.column} ${path}`;

describe('parseRelease', () => {
  it('gives durations in milliseconds, percentages as ratios and weights in percent', () => {
    const { release } = must(parseRelease('releases/fraud-scorer.yaml', fixture('release/full')));
    const { rollout, health, candidate } = release.spec;
    expect(rollout.deadline).toBe(259_200_000);
    expect(rollout.steps.map(({ weight, hold }) => [weight, hold])).toEqual([
      [1, 1_800_000],
      [5, 5_400_000],
      [25, 7_200_000],
      [100, 86_400_000],
    ]);
    expect(health).toMatchObject({ falseRollbackRate: 0.01, falseAdvanceRate: 0.05, ingestDelay: 90_000 });
    expect(health.checks[0]).toMatchObject({ tolerate: { relative: 0.1, absolute: 0.001 }, limit: 0.02 });
    expect(health.checks[1]).toMatchObject({ min: -0.25, max: 0.25, minSamples: 500 });
    expect(candidate?.provenance?.seed).toBe(4_294_967_295);
  });

  it('fills in no defaults: what is not written is undefined', () => {
    const { release } = must(parseRelease('releases/fraud-scorer.yaml', SHORT));
    expect(release.spec.health.tick).toBeUndefined();
    expect(release.spec.rollback).toBeUndefined();
  });

  it('takes a rollback that names no mode as one that reverts', () => {
    const text = `${SHORT.trimEnd()}\n  rollback: {verify: 15m}\n`;
    const { release } = must(parseRelease('releases/fraud-scorer.yaml', text));
    expect(release.spec.rollback).toEqual({ verify: 900_000 });
    expect(release.spec.health.checks.map((check) => brakeIn(check, release))).toEqual(
      release.spec.health.checks.map(() => 'rollback'),
    );
  });

  it('hands out the source with positions', () => {
    const { source } = must(parseRelease('releases/fraud-scorer.yaml', SHORT));
    expect(source.text).toBe(SHORT);
    expect(source.positionOf(['spec', 'rollout', 'weight'])).toEqual({
      file: 'releases/fraud-scorer.yaml',
      line: 18,
      column: 13,
    });
  });

  it('says spelling, shape and rules at once', () => {
    const text = SHORT.replace('weight: 5\n', 'weight: 0x5\n')
      .replace('deadline: 72h', 'deadlin: 72h')
      .replace('{weight: 25, hold: 2h}', '{weight: 4, hold: 2h}')
      .replace('name: latency', 'name: errors');
    expect(parseRelease('releases/fraud-scorer.yaml', text).problems.map(brief)).toEqual([
      'error SEC-06 18:13 spec.rollout.weight',
      'error STEP_NOT_INCREASING 21:18 spec.rollout.steps[1].weight',
      'error KEY_UNKNOWN 23:5 spec.rollout.deadlin',
      'error CHECK_NAME_TAKEN 33:15 spec.health.checks[1].name',
    ]);
  });

  it('advises a number for a percentage only where the number is one of percent', () => {
    const check = (limit: string) =>
      SHORT.replace(
        / {6}- name: latency[\s\S]*?(?= {2}targets:)/,
        `      - {name: crashes, kind: rate, provider: prod, events: x, exposure: y, limit: ${limit}}\n`,
      );
    const messages = (text: string) =>
      parseRelease('releases/fraud-scorer.yaml', text).problems.map(
        ({ path, message }) => `${path}: ${message}`,
      );
    const weight = messages(SHORT.replace('weight: 5\n', 'weight: "5%"\n'));
    expect(weight).toContainEqual(expect.stringMatching(/^spec\.rollout\.weight: .*; write 5$/));
    const rate = messages(check('5%')).filter((text) => text.includes('limit: '));
    expect(rate).toEqual([expect.stringMatching(/must be a number, got the string "5%"$/)]);
  });

  it('does not send a key to the place where it stands', () => {
    const text = SHORT.replace('kind: threshold', 'kind: threshold\n        bad: x');
    const [found] = parseRelease('releases/fraud-scorer.yaml', text).problems.filter(
      ({ code }) => code === 'KEY_UNKNOWN',
    );
    expect(found?.message).not.toContain('it belongs in spec.health.checks[]');
    expect(found?.message).toContain('expected one of');
  });

  it('says what the sound half of a broken candidate breaks', () => {
    const text = SHORT.replace('version: 3.5.0', 'version: 3.4.1').replace(
      'fraud-scorer-b',
      '"fraud scorer"',
    );
    expect(parseRelease('releases/fraud-scorer.yaml', text).problems.map(({ code }) => code)).toEqual([
      'VERSION_UNCHANGED',
      'SEC-02',
    ]);
  });

  it('does not call a release settled because its candidate is broken', () => {
    const text = SHORT.replace(/ {2}candidate:\n(?: {4}.*\n)+/, '  candidate: 3.5.0\n');
    expect(parseRelease('releases/fraud-scorer.yaml', text).problems.map(({ code }) => code)).toEqual([
      'TYPE_MISMATCH',
    ]);
  });

  it('is fine with a release that changes one of several artifacts', () => {
    expect(parseRelease('releases/fraud-scorer.yaml', fixture('release/full')).kind).toBe('ok');
  });

  it('refuses a manifest that could not be promoted in place before it is rolled out', () => {
    const flow = SHORT.replace(/ {2}stable:\n {4}version/, '  ? stable\n  :\n    version');
    const [problem] = parseRelease('releases/fraud-scorer.yaml', flow).problems;
    expect(problem).toMatchObject({ code: 'PROMOTION_NOT_WRITABLE', path: 'spec.stable' });
    expect(problem?.message).toContain('its key is written with "?"');
  });
});

describe('parseRelease with a config', () => {
  const read = (text: string, file = 'releases/eu/fraud-scorer.yaml') => parseRelease(file, text, config);

  it('is content when the providers exist', () => {
    expect(read(SHORT)).toMatchObject({ kind: 'ok', problems: [] });
  });

  it('names the provider that was meant', () => {
    const { problems } = read(SHORT.replace('provider: prod', 'provider: prd'));
    expect(problems).toMatchObject([
      {
        code: 'PROVIDER_UNKNOWN',
        at: { line: 28, column: 19 },
        message: '.belay/config.yaml has no provider "prd", only prod, local, history; did you mean "prod"?',
      },
    ]);
  });

  it('knows the folders of manifests, which no target may be in', () => {
    const target = (file: string) => SHORT.replace('file: serving/fraud-scorer.yaml', `file: ${file}`);
    expect(read(target('releases/us/x.yaml')).problems.map(brief)).toEqual([
      'error SEC-09 39:33 spec.targets[0].file',
    ]);
    expect(read(target('releases/x.yaml')).kind).toBe('ok');
    expect(read(target('.BELAY/records/x.yaml')).kind).toBe('bad');
  });

  it('warns when file and release have different names, and accepts it', () => {
    const reading = read(SHORT, 'releases/eu/fraud.yml');
    expect(reading.kind).toBe('ok');
    expect(reading.problems.map(brief)).toEqual(['warning NAME_NOT_FILE_NAME 4:9 metadata.name']);
    expect(read(SHORT, 'releases/eu/fraud-scorer.yml').problems).toEqual([]);
  });
});

describe('warnings', () => {
  it('do not refuse a limit that most events may exceed, but say so', () => {
    const reading = parseRelease('releases/fraud-scorer.yaml', SHORT.replace('limit: 2%', 'limit: 60%'));
    expect(reading.kind).toBe('ok');
    expect(reading.problems.map(brief)).toEqual(['warning LIMIT_HIGH 32:16 spec.health.checks[0].limit']);
  });

  it('say that a token travels in the clear', () => {
    const text = fixture('config/usual').replace('https:', 'http:');
    const reading = parseConfig('.belay/config.yaml', text);
    expect(reading.kind).toBe('ok');
    expect(reading.problems.map(brief)).toEqual(['warning TOKEN_IN_CLEAR 7:10 providers.prod.url']);
  });
});

describe('checkReleases', () => {
  const parsed = (file: string, change: (text: string) => string = (text) => text): ParsedRelease =>
    must(parseRelease(file, change(SHORT)));
  const renamed = (name: string) => (text: string) => text.replace('name: fraud-scorer', `name: ${name}`);

  it('is content with releases that have nothing in common', () => {
    const other = parsed('releases/b.yaml', (text) =>
      renamed('b')(text).replace('serving/fraud-scorer.yaml', 'serving/b.yaml'),
    );
    expect(checkReleases([parsed('releases/a.yaml'), other])).toEqual([]);
  });

  it('refuses a second release of the same name, in the later file by path', () => {
    const problems = checkReleases([parsed('releases/b.yaml'), parsed('releases/a.yaml')]);
    expect(problems).toMatchObject([
      {
        code: 'RELEASE_NAME_TAKEN',
        at: { file: 'releases/b.yaml', line: 4, column: 9 },
        message:
          '"fraud-scorer" is the name of the release in releases/a.yaml already; their records would mix',
      },
      { code: 'TARGET_TAKEN', at: { file: 'releases/b.yaml', line: 39, column: 7 } },
    ]);
  });

  it('refuses a second release for the same resource, but not for another rule of it', () => {
    const first = parsed('releases/a.yaml', (text) =>
      text.replace('route: fraud-scorer}', 'route: fraud-scorer, rule: predict}'),
    );
    const second = (rule: string) =>
      parsed('releases/b.yaml', (text) =>
        renamed('b')(text).replace('route: fraud-scorer}', `route: fraud-scorer, rule: ${rule}}`),
      );
    expect(checkReleases([first, second('explain')])).toEqual([]);
    expect(checkReleases([first, second('predict')]).map(({ code }) => code)).toEqual(['TARGET_TAKEN']);
  });
});
