import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/adapters/system/sha256.ts';
import type { Problem } from '../../src/core/errors.ts';
import { toSarif } from '../../src/report/sarif.ts';
import { writeManifest } from '../app/bench.ts';
import { BASE, problemsOf } from '../app/directory.ts';
import { CANDIDATE } from '../builders/release.ts';
import { MANIFEST } from '../builders/world.ts';

const SCHEMA = fileURLToPath(new URL('../fixtures/sarif/sarif-schema-2.1.0.json', import.meta.url));

/** The official schema; what it says in draft 4 means the same in the draft that Ajv reads. */
function compileSchema() {
  const { $schema: _, id, ...schema } = JSON.parse(readFileSync(SCHEMA, 'utf8')) as Record<string, unknown>;
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile({ ...schema, $id: String(id) });
}
const isSarif = compileSchema();

const log = (problems: readonly Problem[]) => toSarif(problems, { version: '0.1.0', sha256 });
const problem = (given: Partial<Problem> = {}): Problem => ({
  code: 'STEP_NOT_INCREASING',
  severity: 'error',
  at: { file: 'releases/a.yaml', line: 14, column: 9 },
  path: 'spec.rollout.steps[2]',
  message: 'must rise',
  ...given,
});

describe('problems as SARIF', () => {
  it('keep the official schema, whatever they are about', async () => {
    const manifest = writeManifest({ candidate: CANDIDATE, weight: 7 })
      .replace('strategy: canary', 'strategy: blue\n    colour: "</script>"')
      .replace('file: serving/scorer.yaml', 'file: serving/nowhere.yaml');
    const found = await problemsOf({ ...BASE, [MANIFEST]: manifest, 'releases/ü b.yaml': '{' });
    expect(found.length).toBeGreaterThan(3);
    for (const problems of [found, [], [problem({ severity: 'warning', path: '' })]]) {
      isSarif(JSON.parse(JSON.stringify(log(problems))));
      expect(isSarif.errors ?? []).toEqual([]);
    }
  });

  it('are refused by the schema when a part of them is missing, so that the test above can fail', () => {
    const { runs } = log([problem()]);
    isSarif({ version: '2.1.0', runs: [{ ...runs[0], tool: {} }] });
    expect(isSarif.errors).not.toBeNull();
  });

  it('name rules with help, and point to them', () => {
    const [run] = log([problem(), problem({ code: 'SEC-12' }), problem({ code: 'NEVER_HEARD_OF' })]).runs;
    for (const { ruleId, ruleIndex } of run.results) {
      const rule = run.tool.driver.rules[ruleIndex];
      expect(rule?.id).toBe(ruleId);
      expect(rule?.help.text).toMatch(/^[A-Z].*\.$/);
    }
    expect(run.results.map(({ ruleId }) => ruleId)).toEqual([
      'SEC-12',
      'NEVER_HEARD_OF',
      'STEP_NOT_INCREASING',
    ]);
  });

  it('are the same problem when lines were put above it, and another one elsewhere', () => {
    const print = (given: Partial<Problem>) =>
      log([problem(given)]).runs[0].results[0]?.partialFingerprints['belayProblem/v1'];
    expect(print({ at: { file: 'releases/a.yaml', line: 99, column: 1 }, message: 'other words' })).toBe(
      print({}),
    );
    expect(print({ path: 'spec.rollout.steps[3]' })).not.toBe(print({}));
    expect(print({ at: { file: 'releases/b.yaml', line: 14, column: 9 } })).not.toBe(print({}));
    const twice = log([problem({ path: '' }), problem({ path: '' })]).runs[0].results;
    expect(new Set(twice.map((one) => one.partialFingerprints['belayProblem/v1'])).size).toBe(2);
  });

  it('name files by relative addresses', () => {
    const [result] = log([problem({ at: { file: 'releases/ü b#.yaml', line: 1, column: 1 } })]).runs[0]
      .results;
    const { artifactLocation } = result!.locations[0].physicalLocation;
    expect(artifactLocation.uri).toBe('releases/%C3%BC%20b%23.yaml');
  });

  it('hold no link that a message quotes', () => {
    const [result] = log([problem({ message: 'got "[click](https://e)\n::error::x"' })]).runs[0].results;
    expect(result!.message.text).toBe('spec.rollout.steps[2]: got "[click] (https://e) ::error::x"');
    const pattern = 'must match ^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$ or [x](?:y)';
    const [other] = log([problem({ message: pattern })]).runs[0].results;
    expect(other!.message.text).toBe(`spec.rollout.steps[2]: ${pattern}`);
  });
});
