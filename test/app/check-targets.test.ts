import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { CANDIDATE, STABLE, writeRelease } from '../builders/release.ts';
import { MANIFEST, SERVING, writeRoute } from '../builders/world.ts';
import { writeManifest } from './bench.ts';
import { BASE, problemsOf } from './directory.ts';

const found = async (files: Readonly<Record<string, string>>) =>
  (await problemsOf({ ...BASE, ...files })).map(
    ({ code, at }) => `${code} ${at.file}:${at.line}:${at.column}`,
  );

/** The release on an InferenceService instead of a route, with a candidate that has not begun. */
function onKServe(mode: 'knative' | 'standard', steps = [5, 25, 100]): string {
  const release = writeRelease({ stable: STABLE, candidate: CANDIDATE }) as { spec: Record<string, unknown> };
  release.spec.targets = [{ kind: 'kserve', mode, file: SERVING, service: 'scorer' }];
  release.spec.rollout = {
    ...(release.spec.rollout as object),
    steps: steps.map((weight) => ({ weight, hold: '30m' })),
  };
  return stringify(release);
}

const service = (spec: string, annotation = ''): string =>
  `apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata:\n  name: scorer\n${annotation}spec:\n${spec}`;
const RAW = '  annotations: {serving.kserve.io/deploymentMode: RawDeployment}\n';
const MODEL = '    model: {storageUri: "s3://models/scorer/3.5.0"}\n';
const KNATIVE = (percent: string) => `  predictor:\n    canaryTrafficPercent: ${percent}\n${MODEL}`;
const STABLE_MODEL =
  '  predictor:\n    name: scorer-a\n    model: {storageUri: "s3://models/scorer/3.4.1"}\n';
const canary = (name: string, percent: string) =>
  `    - trafficPercent: ${percent}\n      predictor:\n        name: ${name}\n        model: {storageUri: "s3://models/scorer/3.5.0"}\n`;

describe('what the serving system would ignore or take for something else', () => {
  it.each([
    ['a percent above 100', 'knative', service(KNATIVE('150')), 'WEIGHT_OUT_OF_RANGE', 7],
    ['a percent below 0', 'knative', service(KNATIVE('-5')), 'WEIGHT_NOT_INTEGER', 7],
    ['a fraction of a percent', 'knative', service(KNATIVE('2.5')), 'WEIGHT_NOT_INTEGER', 7],
    ['a percent in quotes', 'knative', service(KNATIVE('"5"')), 'WEIGHT_NOT_INTEGER', 7],
    ['canaryTrafficPercent in RawDeployment mode', 'knative', service(KNATIVE('0'), RAW), 'MODE_MISMATCH', 5],
    [
      'canaryTrafficPercent in Standard mode',
      'standard',
      service(
        `${KNATIVE('0').replace('    model', '    name: scorer-a\n    model').replace('3.5.0', '3.4.1')}  canary:\n${canary('scorer-b', '0')}`,
      ),
      'MODE_MISMATCH',
      7,
    ],
    [
      'a percent that Knative does not look for',
      'knative',
      service(`${KNATIVE('0')}  canaryTrafficPercent: 5\n`),
      'FIELD_IGNORED',
      9,
    ],
    [
      'canaries that take more than there is',
      'standard',
      service(`${STABLE_MODEL}  canary:\n${canary('scorer-b', '0')}${canary('scorer-c', '101')}`),
      'WEIGHT_OUT_OF_RANGE',
      14,
    ],
    [
      'a third version that takes traffic',
      'standard',
      service(`${STABLE_MODEL}  canary:\n${canary('scorer-b', '0')}${canary('scorer-c', '10')}`),
      'CANARY_UNEXPECTED',
      14,
    ],
  ] as const)('is refused: %s', async (_, mode, text, code, line) => {
    const problems = await found({ [MANIFEST]: onKServe(mode), [SERVING]: text });
    expect(problems).toEqual([expect.stringMatching(`^${code} ${SERVING}:${line}:\\d+$`)]);
  });

  it('is refused in the manifest before a step is due that KServe cannot hold', async () => {
    const problems = await found({
      [MANIFEST]: onKServe('knative', [2.5, 100]),
      [SERVING]: service(KNATIVE('0')),
    });
    expect(problems).toEqual([expect.stringMatching(`^WEIGHT_NOT_EXPRESSIBLE ${MANIFEST}:`)]);
  });

  it.each([
    ['weights that do not sum', { 'scorer-a': 60, 'scorer-b': 30 }, 'TARGET_DIFFERS', 10],
    ['a fraction', { 'scorer-a': 99.5, 'scorer-b': 0 }, 'WEIGHT_NOT_INTEGER', 10],
    ['a weight below 0', { 'scorer-a': 100, 'scorer-b': -1 }, 'WEIGHT_NOT_INTEGER', 13],
  ])('is refused in a route: %s', async (_, weights, code, line) => {
    const files = { [MANIFEST]: writeManifest({ candidate: CANDIDATE }), [SERVING]: writeRoute(weights) };
    expect(await found(files)).toEqual([expect.stringMatching(`^${code} ${SERVING}:${line}:\\d+$`)]);
  });

  it('is told together with the line to write', async () => {
    const [problem] = await problemsOf({
      ...BASE,
      [MANIFEST]: writeManifest({ candidate: CANDIDATE }),
      [SERVING]: writeRoute({ 'scorer-a': 60, 'scorer-b': 40 }),
    });
    expect(problem?.message).toContain('expected "weight: 100", got "weight: 60" (and 1 more lines');
  });
});

describe('problems of different sorts', () => {
  it('come in one run: shape, rules, queries, missing files and the split of the targets', async () => {
    const manifest = writeManifest({ candidate: CANDIDATE, weight: 0 })
      .replace('strategy: canary', 'strategy: canary\n    colour: blue')
      .replace('weight: 25', 'weight: 3')
      .replace('[{{window}}]))', '[{{window}}])')
      .replace('docs/runbooks/scorer.md', 'docs/nowhere.md')
      .replace(/deadline: .*/, 'deadline: 3 days');
    const problems = await found({
      [MANIFEST]: manifest,
      [SERVING]: writeRoute({ 'scorer-a': 90, 'scorer-b': 10 }),
      '.github/CODEOWNERS': '* @acme/others\n',
    });
    expect(problems.map((one) => one.split(' ')[0]).sort()).toEqual([
      'KEY_UNKNOWN',
      'OWNER_UNKNOWN',
      'QUERY_MALFORMED',
      'RUNBOOK_MISSING',
      'STEP_NOT_INCREASING',
      'TARGET_DIFFERS',
      'VALUE_MALFORMED',
    ]);
  });

  it('do not blame the target files for a weight that cannot be read', async () => {
    const manifest = writeManifest({ candidate: CANDIDATE }).replace(/^( +)weight: 0$/m, '$1weight: 010');
    const problems = await found({
      [MANIFEST]: manifest,
      [SERVING]: writeRoute({ 'scorer-a': 1, 'scorer-b': 9 }),
    });
    expect(problems).toEqual([expect.stringMatching(/^SEC-06 /)]);
  });

  it('name a target file that is missing although the versions cannot be read', async () => {
    const manifest = writeManifest({ candidate: CANDIDATE })
      .replace('version: 3.4.1', 'version: "3 4 1"')
      .replace('file: serving/scorer.yaml', 'file: serving/nowhere.yaml');
    expect((await found({ [MANIFEST]: manifest })).map((one) => one.split(' ')[0])).toEqual([
      'SEC-02',
      'TARGET_MISSING',
    ]);
  });

  it('say what a config with a typing error leaves to be judged, its folders included', async () => {
    const config = `${BASE['.belay/config.yaml']}releases: [models]\ncolour: blue\n`;
    const problems = await found({
      '.belay/config.yaml': config,
      'models/scorer.yaml': writeManifest({ candidate: CANDIDATE }).replace('weight: 25', 'weight: 3'),
    });
    expect(problems.map((one) => one.split(':')[0])).toEqual([
      'KEY_UNKNOWN .belay/config.yaml',
      'STEP_NOT_INCREASING models/scorer.yaml',
    ]);
  });
});
