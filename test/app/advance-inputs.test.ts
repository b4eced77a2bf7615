import { describe, expect, it } from 'vitest';
import type { Refusal } from '../../src/ports/forge.ts';
import { exitCodeOf } from '../../src/report/exit-code.ts';
import { CANDIDATE, minute, STABLE } from '../builders/release.ts';
import { CONFIG, MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import {
  bringCandidate,
  healthy,
  holdToLaws,
  only,
  openBench,
  openInFlight,
  sick,
  splitOf,
  told,
  weightOf,
  writeManifest,
} from './bench.ts';

holdToLaws();

describe('a target that cannot be edited', () => {
  const OTHER = writeRoute({ 'scorer-x': 100, 'scorer-b': 0 });

  it('holds the step, names the place and writes nothing: exit 1', async () => {
    const bench = await openInFlight(2);
    const head = bench.forge.push({ [SERVING]: OTHER });
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['hold', 'TARGET_MISMATCH', 'none']);
    expect(only(report).problems).toMatchObject([{ severity: 'error', at: { file: SERVING } }]);
    expect(exitCodeOf(report)).toBe(1);
    expect(bench.forge.tip('main')).toBe(head);
  });

  it('holds the step when it is missing', async () => {
    const bench = await openInFlight(2);
    const head = bench.forge.push({ [SERVING]: null });
    const report = await bench.tick(32);
    expect(only(report).problems).toMatchObject([{ code: 'TARGET_MISSING' }]);
    expect(exitCodeOf(report)).toBe(1);
    expect(bench.forge.tip('main')).toBe(head);
  });

  it('holds the step when it is a symlink', async () => {
    const bench = await openInFlight(2);
    bench.forge.push({ [SERVING]: { unreadable: 'symlink' } });
    expect(told(await bench.tick(32))).toEqual(['hold', 'TARGET_MISMATCH', 'none']);
    expect(weightOf(bench)).toBe(5);
  });

  it('keeps a rollout from beginning, before anybody is exposed', async () => {
    const bench = await openInFlight(1);
    bench.forge.push({ [SERVING]: OTHER });
    expect(told(await bench.tick(1))).toEqual(['hold', 'TARGET_MISMATCH', 'none']);
    expect(weightOf(bench)).toBe(0);
  });
});

describe('a rollout that could not be taken back', () => {
  it('does not begin when the last good bytes are nowhere in history', async () => {
    const bench = openBench({
      files: {
        [MANIFEST]: writeManifest({ candidate: CANDIDATE }),
        [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }),
      },
    });
    expect(told(await bench.tick(0))[0]).toBe('adopt');
    const report = await bench.tick(1);
    expect(told(report)).toEqual(['hold', 'LAST_GOOD_MISSING', 'none']);
    expect(weightOf(bench)).toBe(0);
  });
});

describe('a config that cannot be read', () => {
  it.each([
    { name: 'is missing', config: null, code: 'CONFIG_MISSING' },
    {
      name: 'is not valid',
      config: 'apiVersion: belay.dev/v1\nkind: Config\nprovider: {}\n',
      code: undefined,
    },
  ])('holds everything when it $name: exit 1', async ({ config, code }) => {
    const bench = await openInFlight(2);
    const head = bench.forge.push({ '.belay/config.yaml': config });
    const report = await bench.tick(32);
    expect(told(report)).toEqual(['hold', 'CONFIG_UNREADABLE', 'none']);
    expect(report.problems[0]).toMatchObject({
      severity: 'error',
      at: { file: '.belay/config.yaml' },
      ...(code ? { code } : {}),
    });
    expect(exitCodeOf(report)).toBe(1);
    expect(bench.forge.tip('main')).toBe(head);
  });

  it('does not make commits of steps that were to be pull requests', async () => {
    const mode = 'advance: {mode: pull-request}\n';
    const bench = openBench({ config: CONFIG + mode });
    bench.forge.push({ '.belay/config.yaml': `${CONFIG}${mode}merge: {method: fast}\n` });
    const report = await bench.tick(0);
    expect(told(report)).toEqual(['hold', 'CONFIG_UNREADABLE', 'none']);
    expect(bench.forge.requests).toEqual([]);
  });
});

describe('a manifest that went', () => {
  it('is missed while its candidate is under way', async () => {
    const bench = await openInFlight(2);
    bench.forge.push({ [MANIFEST]: null });
    const report = await bench.tick(32);
    expect(report.releases).toEqual([]);
    expect(report.problems).toMatchObject([
      { code: 'MANIFEST_GONE', severity: 'warning', at: { file: MANIFEST } },
    ]);
    expect(exitCodeOf(report)).toBe(2);
  });

  it('is not missed when it was settled', async () => {
    const bench = await openInFlight(5);
    bench.forge.push({ [MANIFEST]: null });
    expect((await bench.tick(100)).problems).toEqual([]);
  });
});

describe('a protected branch that refuses a commit', () => {
  it('ends in a message that says what to do: exit 1', async () => {
    const bench = await openInFlight(2);
    const refusal: Refusal = {
      kind: 'refused',
      code: 'RULE_VIOLATION',
      message: 'changes must be made through a pull request',
    };
    bench.forge.setRules({ commit: refusal });
    const head = bench.forge.tip('main');
    const report = await bench.tick(32);
    expect(only(report).receipt).toEqual({
      kind: 'blocked',
      code: 'RULE_VIOLATION',
      pull: undefined,
      message:
        'changes must be made through a pull request. For one pull request per step, write "advance: {mode: pull-request}" in .belay/config.yaml',
    });
    expect(exitCodeOf(report)).toBe(1);
    expect(bench.forge.tip('main')).toBe(head);
  });
});

describe('a dry run', () => {
  it('shows the edits of a step and writes nothing', async () => {
    const bench = await openInFlight(2);
    const head = bench.forge.tip('main');
    const report = await bench.tick(32, { dryRun: true });
    expect(told(report)).toEqual(['advance', 'CHECKS_PASS', 'dry-run']);
    expect(only(report).edits.map((edit) => edit.path)).toEqual([MANIFEST, SERVING]);
    expect(only(report).edits[0]!.after).toContain('weight: 25\n    steps:');
    expect(bench.forge.tip('main')).toBe(head);
    expect(bench.forge.requests.slice(-1)).toEqual(['commit']);
  });

  it('shows the edits of a rollback and writes nothing', async () => {
    const bench = await openInFlight(2, { health: { [STABLE.version]: healthy, [CANDIDATE.version]: sick } });
    const head = bench.forge.tip('main');
    const from = bench.forge.requests.length;
    const report = await bench.tick(32, { dryRun: true });
    expect(told(report)).toEqual(['rollback', 'HARM_PROVEN', 'dry-run']);
    expect(only(report).edits.map((edit) => edit.path)).toEqual([MANIFEST, SERVING]);
    expect(bench.forge.tip('main')).toBe(head);
    expect(bench.forge.requests.slice(from)).toEqual([]);
  });
});

describe('a candidate that a person takes out of the manifest', () => {
  it('ends its rollout: brought again, it begins anew, on evidence of its own', async () => {
    const bench = await openInFlight(3);
    bench.forge.push({
      [MANIFEST]: writeManifest(),
      [SERVING]: writeRoute({ 'scorer-a': 100, 'scorer-b': 0 }),
    });
    expect(told(await bench.tick(40))).toEqual(['adopt', 'CANDIDATE_WITHDRAWN', 'committed']);
    expect(told(await bench.tick(45))).toEqual(['nothing', 'SETTLED', 'none']);
    bringCandidate(bench);
    expect(told(await bench.tick(50))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    expect(splitOf(bench)).toEqual([95, 5]);
    expect(only(await bench.tick(55)).standing).toMatchObject({ index: 0, enteredAt: minute(50) });
  });

  it('is not mourned when another one takes its place', async () => {
    const bench = await openInFlight(3);
    const other = { version: '3.6.0', backend: 'scorer-b', digit: 'c' };
    bringCandidate(bench, { candidate: other });
    expect(told(await bench.tick(40))).toEqual(['start', 'CANDIDATE_NEW', 'committed']);
    expect(weightOf(bench)).toBe(5);
  });
});
