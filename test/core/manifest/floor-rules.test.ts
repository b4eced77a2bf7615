import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/core/manifest/config-schema.ts';
import { checkFloor, describeFinding, timeToRise } from '../../../src/core/manifest/floor-rules.ts';
import { policyFor } from '../../../src/core/manifest/policy.ts';
import { formatDuration } from '../../../src/core/units.ts';
import { buildRelease, CANDIDATE, ERRORS_CHECK, type ReleaseInput } from '../../builders/release.ts';

/** What the release of the builders (1, 5, 25, 100 %; one check of bad events) undercuts of a floor. */
function undercut(floor: Record<string, unknown>, input: ReleaseInput = {}): readonly string[] {
  const config = configSchema().parse({
    apiVersion: 'belay.dev/v1',
    kind: 'Config',
    providers: { prod: { kind: 'openmetrics', file: 'metrics.om' } },
    tiers: { high: floor },
  });
  const release = buildRelease({ tier: 'high', candidate: CANDIDATE, ...input });
  return checkFloor(policyFor(config, release), release).map(describeFinding);
}

const paths = (found: readonly string[]) => found.map((text) => text.split(': ')[0]!);

const query = 'sum(increase(x{version="{{version}}"}[{{window}}]))';
const check = (kind: string, rest: Record<string, unknown>) => ({
  name: kind,
  kind,
  provider: 'prod',
  ...rest,
});
const RATE = check('rate', { events: query, exposure: query, limit: 1 });
const ACCURACY = check('accuracy', { correct: query, labelled: query });
const SATURATION = check('saturation', { value: query });

interface Case {
  readonly name: string;
  readonly floor: Record<string, unknown>;
  readonly input?: ReleaseInput;
  readonly paths: readonly string[];
}

const step = (index: number, key = '') => `spec.rollout.steps[${index}]${key}`;

const CASES: readonly Case[] = [
  { name: 'nothing of a floor that asks for nothing', floor: {}, paths: [] },
  { name: 'no first weight that it just meets', floor: { firstWeight: 1 }, paths: [] },
  { name: 'a first weight', floor: { firstWeight: 0.5 }, paths: [step(0, '.weight')] },
  { name: 'no hold that it just meets', floor: { hold: '30m' }, paths: [] },
  { name: 'each hold that is shorter', floor: { hold: '2h' }, paths: [step(0, '.hold'), step(1, '.hold')] },
  { name: 'the bake alone', floor: { bake: '25h' }, paths: [step(3, '.hold')] },
  { name: 'approvals from a weight on', floor: { approval: 25 }, paths: [step(2), step(3)] },
  {
    name: 'no approval that is there',
    floor: { approval: 100 },
    input: { steps: [{ weight: 100, hold: '24h', approval: 'required' }] },
    paths: [],
  },
  { name: 'no rise that takes its time', floor: { weightPerHour: 37.5 }, paths: [] },
  {
    name: 'each rise that is too fast',
    floor: { weightPerHour: 19 },
    paths: [step(1, '.hold'), step(2, '.hold')],
  },
  {
    name: 'the default rate',
    floor: { falseRollbackRate: '0.5%' },
    paths: ['spec.health.falseRollbackRate'],
  },
  {
    name: 'a rate that is written',
    floor: { falseAdvanceRate: '5%' },
    input: { health: { falseAdvanceRate: '6%' } },
    paths: ['spec.health.falseAdvanceRate'],
  },
  {
    name: 'no kind that the plain comparison answers',
    floor: { checks: ['errors', 'proportion'] },
    paths: [],
  },
  { name: 'a kind that is not there', floor: { checks: ['latency'] }, paths: ['spec.health.checks'] },
  {
    name: 'no kind that a question is asked as',
    floor: { checks: ['proportion', 'accuracy', 'gauge'] },
    input: { checks: [ACCURACY, SATURATION] },
    paths: [],
  },
  {
    name: 'another question that is asked as the same kind',
    floor: { checks: ['errors'] },
    input: { checks: [ACCURACY] },
    paths: ['spec.health.checks'],
  },
  { name: 'the number of providers', floor: { providers: 2 }, paths: ['spec.health.checks'] },
  {
    name: 'no number of providers that two required checks ask',
    floor: { providers: 2 },
    input: { checks: [ERRORS_CHECK, { ...ERRORS_CHECK, name: 'again', provider: 'mesh' }] },
    paths: [],
  },
  {
    name: 'the number of providers, when the other is asked by a check that nobody waits for',
    floor: { providers: 2 },
    input: { checks: [ERRORS_CHECK, { ...ERRORS_CHECK, name: 'again', provider: 'mesh', required: false }] },
    paths: ['spec.health.checks'],
  },
  { name: 'no samples that a check counts', floor: { samples: 500 }, paths: [] },
  {
    name: 'samples that none counts',
    floor: { samples: 500 },
    input: { checks: [RATE, SATURATION] },
    paths: ['spec.health.checks'],
  },
  { name: 'provenance', floor: { provenance: ['code', 'seed'] }, paths: ['spec.candidate'] },
  { name: 'the contract', floor: { contract: 'required' }, paths: ['spec.candidate'] },
  { name: 'the summary', floor: { summary: 'required' }, paths: ['spec.candidate'] },
  {
    name: 'nothing of a candidate that is not there',
    floor: { provenance: ['code'], summary: 'required' },
    input: { candidate: undefined },
    paths: [],
  },
];

describe('a manifest undercuts', () => {
  it.each(CASES)('$name', ({ floor, input, paths: expected }) => {
    expect(paths(undercut(floor, input))).toEqual(expected);
  });

  it('a rate by its default, which the message says', () => {
    expect(undercut({ minFalseRollbackRate: '2%' })).toEqual([
      'spec.health.falseRollbackRate: 1%, the default, is below the 2% that tier high of .belay/config.yaml asks for; write falseRollbackRate: 2%',
    ]);
  });
});

describe('the time that a rise takes', () => {
  it.each([
    [50, 50, '1h'],
    [75, 50, '1h30m'],
    [20, 19, '1h3m10s'],
    [0, 50, '0s'],
    [-5, 50, '0s'],
  ])('of %d points at %d per hour is %s, in whole seconds', (points, rate, expected) => {
    expect(formatDuration(timeToRise(points, rate))).toBe(expected);
  });
});
