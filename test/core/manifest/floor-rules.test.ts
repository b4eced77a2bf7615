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

const AGREEMENT = check('agreement', { differing: query, compared: query, max: '1%' });
const FEATURES = check('drift', { bins: query, by: 'le', of: 'features' });
const LIMIT = check('limit', { bad: query, total: query, max: '1%' });
const BOUND = check('threshold', { query, max: 1 });
const onFail = 'spec.health.checks[0].onFail';

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
  {
    name: 'no brake that it just meets',
    floor: { brakes: { errors: { atLeast: 'step-down' } } },
    input: { rollback: { mode: 'step-down' } },
    paths: [],
  },
  {
    name: 'no brake that is harder',
    floor: { brakes: { errors: { atLeast: 'reduce' } } },
    paths: [],
  },
  {
    name: 'no rollback by a fallback, which leaves the candidate as little',
    floor: { brakes: { errors: { atLeast: 'rollback' } } },
    input: { rollback: { mode: 'fallback', fallback: '3.3.0' } },
    paths: [],
  },
  {
    name: 'a brake that a check writes',
    floor: { brakes: { errors: { atLeast: 'rollback' } } },
    input: { checks: [{ ...ERRORS_CHECK, onFail: 'step-down' }] },
    paths: [onFail],
  },
  {
    name: 'a brake of a check that nobody waits for, since it brakes all the same',
    floor: { brakes: { errors: { atLeast: 'pause' } } },
    input: { checks: [{ ...ERRORS_CHECK, required: false, onFail: 'hold' }] },
    paths: [onFail],
  },
  {
    name: 'a brake by the mode of the release',
    floor: { brakes: { errors: { atLeast: 'rollback' } } },
    input: { rollback: { mode: 'step-down' } },
    paths: ['spec.health.checks[0]'],
  },
  {
    name: 'a brake by the default of a kind',
    floor: { brakes: { agreement: { atLeast: 'pause' } } },
    input: { checks: [AGREEMENT] },
    paths: ['spec.health.checks[0]'],
  },
  {
    name: 'a brake by the kind that a question is asked as',
    floor: { brakes: { proportion: { atLeast: 'reduce' } } },
    input: { checks: [{ ...ACCURACY, onFail: 'pause' }] },
    paths: [onFail],
  },
  {
    name: 'the harder of two brakes that are asked of one check',
    floor: { brakes: { proportion: { atLeast: 'rollback' }, accuracy: { atLeast: 'pause' } } },
    input: { checks: [{ ...ACCURACY, onFail: 'reduce' }] },
    paths: [onFail],
  },
  {
    name: 'no brake of another kind',
    floor: { brakes: { accuracy: { atLeast: 'rollback' } } },
    input: { checks: [{ ...ERRORS_CHECK, onFail: 'notify' }] },
    paths: [],
  },
  {
    name: 'a brake of errors by a plain limit, which may count them',
    floor: { brakes: { errors: { atLeast: 'rollback' } } },
    input: { checks: [{ ...LIMIT, onFail: 'notify' }] },
    paths: [onFail],
  },
  {
    name: 'no brake of errors by a limit where the tier says something of limits',
    floor: { brakes: { errors: { atLeast: 'rollback' }, limit: { atLeast: 'pause' } } },
    input: { checks: [{ ...LIMIT, onFail: 'pause' }] },
    paths: [],
  },
  {
    name: 'no brake of errors by the answers that differ',
    floor: { brakes: { errors: { atLeast: 'rollback' } } },
    input: { checks: [AGREEMENT] },
    paths: [],
  },
  {
    name: 'a kind of check that compares, by a fixed bound',
    floor: { checks: ['errors'] },
    input: { checks: [LIMIT] },
    paths: ['spec.health.checks'],
  },
  {
    name: 'no brake that a check of features cannot have',
    floor: { brakes: { drift: { atLeast: 'rollback' } } },
    input: { checks: [{ ...FEATURES, onFail: 'reduce' }] },
    paths: [],
  },
  {
    name: 'the hardest brake that a check of features can have',
    floor: { brakes: { drift: { atLeast: 'rollback' } } },
    input: { checks: [FEATURES] },
    paths: ['spec.health.checks[0]'],
  },
  {
    name: 'the brake of a fixed bound, where it is written',
    floor: { brakes: { threshold: { atLeast: 'rollback' } } },
    input: { checks: [BOUND], rollback: { mode: 'step-down' } },
    paths: ['spec.rollback.mode'],
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

  it('a kind by a fixed bound, and the message says why that is not enough', () => {
    expect(undercut({ checks: ['errors'] }, { checks: [LIMIT] })).toEqual([
      'spec.health.checks: no required check of kind errors, which tier high of .belay/config.yaml asks for (limit, a limit, is held to a fixed bound and compared with nothing); add one, without required: false and onFail: notify',
    ]);
  });

  it('a rate by its default, which the message says', () => {
    expect(undercut({ minFalseRollbackRate: '2%' })).toEqual([
      'spec.health.falseRollbackRate: 1%, the default, is below the 2% that tier high of .belay/config.yaml asks for; write falseRollbackRate: 2%',
    ]);
  });
});

describe('of a brake that is too gentle the message says', () => {
  const atLeast = (brake: string, kind = 'errors') => ({ brakes: { [kind]: { atLeast: brake } } });
  const asked = (brake: string, kind = 'errors') =>
    `is gentler than ${brake}, the gentlest that tier high of .belay/config.yaml allows for ${kind}`;

  it('what is written, and what to write', () => {
    const input = { checks: [{ ...ERRORS_CHECK, onFail: 'hold' }] };
    expect(undercut(atLeast('reduce'), input)).toEqual([
      `${onFail}: hold ${asked('reduce')}; write onFail: reduce`,
    ]);
  });

  it('where a brake comes from that is not written', () => {
    expect(undercut(atLeast('rollback'), { rollback: { mode: 'step-down' } })).toEqual([
      `spec.health.checks[0]: step-down, by rollback.mode, ${asked('rollback')}; write onFail: rollback`,
    ]);
    expect(undercut(atLeast('pause', 'agreement'), { checks: [AGREEMENT] })).toEqual([
      `spec.health.checks[0]: hold, the default, ${asked('pause', 'agreement')}; write onFail: pause`,
    ]);
  });

  it('that a plain limit is held to the floor of errors', () => {
    const input = { checks: [{ ...LIMIT, onFail: 'hold' }] };
    expect(undercut(atLeast('rollback'), input)).toEqual([
      `${onFail}: hold ${asked('rollback')}, and so for limit while its brakes say nothing of that; write onFail: rollback`,
    ]);
  });

  it('that a fixed bound has no brake but the mode of the release', () => {
    const input = { checks: [BOUND], rollback: { mode: 'step-down' } };
    expect(undercut(atLeast('rollback', 'threshold'), input)).toEqual([
      `spec.rollback.mode: step-down ${asked('rollback', 'threshold')}, and check "threshold" brakes by this alone; write mode: revert`,
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
