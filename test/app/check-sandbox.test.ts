import { describe, expect, it } from 'vitest';
import { instant } from '../../src/core/units.ts';
import { START } from '../builders/release.ts';
import { readExample } from '../examples/example-files.ts';
import { BASE, type Files, problemsOf } from './directory.ts';

const MANIFEST = 'releases/sandbox.yaml';
const ROUTE = 'serving/sandbox.yaml';
const CONFIG = `${BASE['.belay/config.yaml']}  made-up: {kind: drill}\ndrill: {sandbox: sandbox}\n`;
const FILES: Files = {
  ...BASE,
  '.belay/config.yaml': CONFIG,
  'docs/runbooks/ranker.md': '# What to do\n',
  [MANIFEST]: readExample(`ranker/${MANIFEST}`),
  [ROUTE]: readExample(`ranker/${ROUTE}`),
};
const edit = (path: string, from: string | RegExp, to: string): Files => {
  const text = (FILES[path] ?? '').replace(from, to);
  expect(text).not.toBe(FILES[path]);
  return { ...FILES, [path]: text };
};
const SCORER = 'releases/scorer.yaml';

describe('validate and a sandbox', () => {
  it('has nothing against one that is of its own', async () => {
    expect(await problemsOf(FILES)).toEqual([]);
  });

  it.each<readonly [string, string, Files, string]>([
    [
      'is no release',
      'SANDBOX_UNKNOWN',
      edit('.belay/config.yaml', 'sandbox: sandbox', 'sandbox: sandbax'),
      '.belay/config.yaml',
    ],
    ['shares a target file', 'SANDBOX_SHARED', edit(SCORER, 'serving/scorer.yaml', ROUTE), MANIFEST],
    ['shares a backend', 'SANDBOX_SHARED', edit(SCORER, 'backend: scorer-a', 'backend: sandbox-a'), MANIFEST],
    [
      'depends on another release',
      'SANDBOX_SHARED',
      edit(MANIFEST, 'runbook:', 'dependsOn: [scorer]\n  runbook:'),
      MANIFEST,
    ],
    [
      'is depended on',
      'SANDBOX_SHARED',
      edit(SCORER, 'runbook:', 'dependsOn: [sandbox]\n  runbook:'),
      MANIFEST,
    ],
    [
      'asks a real provider',
      'SANDBOX_PROVIDER',
      edit(MANIFEST, 'provider: made-up', 'provider: prod'),
      MANIFEST,
    ],
    ['proves no recovery', 'SANDBOX_UNPROVEN', edit(MANIFEST, /, verify: \w+/, ''), MANIFEST],
  ])('refuses one that %s', async (_, code, files, at) => {
    const found = (await problemsOf(files)).filter((problem) => problem.code === code);
    expect(found).toMatchObject([{ severity: 'error', at: { file: at } }]);
    expect(found[0]?.at.line).toBeGreaterThan(1);
  });

  it('refuses another release that asks what is made up', async () => {
    const found = await problemsOf(edit(SCORER, 'provider: prod', 'provider: made-up'));
    expect(found.map(({ code, at }) => [code, at.file])).toContainEqual(['DRILL_PROVIDER', SCORER]);
  });

  it('warns when it was not drilled end to end', async () => {
    const files = edit('.belay/config.yaml', '{sandbox: sandbox}', '{sandbox: sandbox, every: 90d}');
    const told = await problemsOf(files, { now: instant(START) });
    expect(told.map(({ code, at }) => [code, at.file])).toContainEqual(['DRILL_OVERDUE', MANIFEST]);
  });
});
